#!/bin/sh
# Install svcctl on Linux or macOS: fetch the archive of this machine from a release, compare its SHA-256 with the
# release's SHA256SUMS, and put it below a prefix. Nothing is installed before the checksum is right and the program runs.
#
#   SVCCTL_URL      the folder of the release: http(s)://, file:// or a path (default: the release of this script)
#   SVCCTL_PREFIX   where to (default: /usr/local for root, else ~/.local)
#   SVCCTL_TARGET   which archive (default: that of this machine)
set -eu

say() { printf '%s\n' "$*"; }
fail() { printf 'install.sh: %s\n' "$*" >&2; exit 1; }
has() { command -v "$1" >/dev/null 2>&1; }

# The name that Rust gives this kind of machine.
target() {
  case $(uname -s) in
    Linux) system=unknown-linux-gnu ;;
    Darwin) system=apple-darwin ;;
    *) fail "there is no archive for $(uname -s)" ;;
  esac
  case $(uname -m) in
    x86_64 | amd64) machine=x86_64 ;;
    aarch64 | arm64) machine=aarch64 ;;
    *) fail "there is no archive for $(uname -m)" ;;
  esac
  say "$machine-$system"
}

# fetch NAME: a file of the release into the work folder.
fetch() {
  case $url in
    /*) cp "$url/$1" "$work/$1" ;;
    file:///*) cp "${url#file://}/$1" "$work/$1" ;;
    http://* | https://*)
      if has curl; then curl -fsSL --retry 3 -o "$work/$1" "$url/$1"
      elif has wget; then wget -q -O "$work/$1" "$url/$1"
      else fail "needs curl or wget"
      fi ;;
    *) fail "SVCCTL_URL is neither a URL nor an absolute path: $url" ;;
  esac || fail "cannot fetch $url/$1"
}

sha256() {
  if has sha256sum; then sha256sum "$1"
  elif has shasum; then shasum -a 256 "$1"
  elif has openssl; then openssl dgst -sha256 -r "$1"
  else fail "needs sha256sum, shasum or openssl: an archive that was not checked is not installed"
  fi | cut -d ' ' -f 1
}

# The archive must be the one that the release lists.
verify() {
  wanted=$(awk -v name="$1" '$2 == name || $2 == "*" name { print $1 }' "$work/SHA256SUMS")
  [ -n "$wanted" ] || fail "SHA256SUMS does not list $1"
  found=$(sha256 "$work/$1")
  [ "$wanted" = "$found" ] || fail "the checksum of $1 is wrong, nothing was installed: $found, not $wanted"
}

# Each file is put beside its place and then moved there, so that a running svcctl is replaced at once or not at all.
put() {
  (cd "$work/tree" && find . -type f) | sed 's|^\./||' >"$work/files"
  while IFS= read -r file; do
    mkdir -p "$prefix/$(dirname "$file")"
    cp "$work/tree/$file" "$prefix/$file.new"
    mv -f "$prefix/$file.new" "$prefix/$file"
  done <"$work/files"
}

main() {
  url=${SVCCTL_URL:-@URL@}
  if [ "$(id -u)" = 0 ]; then prefix=/usr/local; else prefix=${HOME:?}/.local; fi
  prefix=${SVCCTL_PREFIX:-$prefix}
  archive=svcctl-${SVCCTL_TARGET:-$(target)}.tar.gz
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  trap 'exit 1' HUP INT TERM
  fetch SHA256SUMS
  fetch "$archive"
  verify "$archive"
  mkdir "$work/tree"
  tar -xzf "$work/$archive" -C "$work/tree"
  version=$("$work/tree/bin/svcctl" --version) || fail "this machine cannot run the program of $archive, nothing was installed"
  put
  say "$version is installed as $prefix/bin/svcctl"
  case :$PATH: in
    *":$prefix/bin:"*) ;;
    *) say "$prefix/bin is not on your PATH yet" ;;
  esac
}

# The last line: a script that was cut off on its way does nothing.
main
