# shellcheck shell=bash
# Debian packages of the lanes.

# Those of a list that are not installed, in one line.
missing_packages() {
  local package
  for package in $1; do
    dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || echo "$package"
  done | paste -sd' '
}

# Install packages; what they enable is not started (a lane boots its own init).
install_packages() {
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 1
  local updated=$OUT/packages.updated
  [ -e "$updated" ] || { apt-get update -q && touch "$updated"; }
  # shellcheck disable=SC2086 # a list of names
  DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -y -q --no-install-recommends $1
}
