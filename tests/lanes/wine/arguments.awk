# 100 words, the same for the same seed: as TOML strings, or (hex=1) as the test child dumps them.
function next_random(n) { state = (state * 1103515245 + 12345) % 2147483648; return int(state / 65536) % n }

BEGIN {
  state = seed * 7919
  split("a|Z|0| |\"|\\|%|$|'|&|^|!|;|\t|é|語|{|}|*|\\\\|\"\"|%PATH%|--", parts, "|")
  count = length(parts)
  for (byte = 1; byte < 256; byte++) code[sprintf("%c", byte)] = byte
  for (number = 1; number <= 100; number++) {
    word = ""
    for (length_left = next_random(9); length_left > 0; length_left--) word = word parts[next_random(count) + 1]
    line = line (number > 1 ? (hex ? "," : ", ") : "") (hex ? as_hex(word) : as_toml(word))
  }
  print line
}

function as_toml(word, i, c, text) {
  for (i = 1; i <= length(word); i++) {
    c = substr(word, i, 1)
    if (c == "\\" || c == "\"") text = text "\\" c
    else if (c == "\t") text = text "\\t"
    else if (c == "{" || c == "}") text = text c c
    else text = text c
  }
  return "\"" text "\""
}

function as_hex(word, i, text) {
  for (i = 1; i <= length(word); i++) text = text sprintf("%02x", code[substr(word, i, 1)])
  return "\"" text "\""
}
