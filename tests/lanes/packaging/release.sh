# shellcheck shell=bash
# A release folder as the workflow makes it: install.sh, and the recipes for Homebrew, Scoop and Arch.

release_folder() {
  TARGET=$(uname -m)-unknown-linux-gnu RELEASE=$WORK/release
  check "an archive is made" packaging/release archive target/package/bin/svcctl "$TARGET" "$RELEASE"
  check "the same program makes the same archive" same_archive
  # Stands in for what other machines make.
  echo other >"$RELEASE/svcctl-x86_64-pc-windows-msvc.zip"
  check "the manifests are filled in" packaging/release manifests "$RELEASE" "file://$RELEASE"
  check "no placeholder is left" no_placeholder
  check "install.sh installs from a folder" installs_from ''
  check "install.sh installs from a server" from_server
  check "install.sh refuses a wrong checksum" refuses damaged 'the checksum of'
  check "install.sh refuses an archive that is not listed" refuses unlisted 'does not list'
  check "install.sh refuses a release that is not there" refuses missing 'cannot fetch'
  check "install.sh that was cut off does nothing" cut_off
  recipes
}

same_archive() {
  packaging/release archive target/package/bin/svcctl "$TARGET" "$WORK/again"
  cmp "$RELEASE/svcctl-$TARGET.tar.gz" "$WORK/again/svcctl-$TARGET.tar.gz"
}

no_placeholder() { ! grep -nE '@[A-Z0-9]+(:[a-z0-9_-]+)?@' "$RELEASE"/{install.sh,svcctl.rb,svcctl.json,PKGBUILD}; }

# Run the release's install.sh with dash, as a user would: from URL (empty: its own), into $WORK/prefix.
run_install() { env -i PATH="$PATH" HOME="$WORK/home" SVCCTL_PREFIX="$WORK/prefix" ${1:+"SVCCTL_URL=$1"} dash "$RELEASE/install.sh"; }

installs_from() {
  rm -rf "$WORK/prefix"
  run_install "$1"
  "$WORK/prefix/bin/svcctl" --version
  diff -r target/package/share "$WORK/prefix/share" | grep -vE 'CHANGELOG|LICENSE' && return 1
  [ -z "$(find "$WORK/prefix" -name '*.new')" ]
}

from_server() {
  python3 -u -m http.server 0 --bind 127.0.0.1 --directory "$RELEASE" >"$WORK/server.log" 2>&1 & SERVER=$!
  trap 'kill "$SERVER"' EXIT
  until grep -q ' port ' "$WORK/server.log"; do kill -0 "$SERVER"; sleep 0.05; done
  installs_from "http://127.0.0.1:$(sed -n 's/.* port \([0-9]*\) .*/\1/p' "$WORK/server.log")"
}

# A release that is wrong in one way: nothing is installed, and it says why.
refuses() {
  local bad=$WORK/$1 word=$2 said
  rm -rf "$WORK/prefix"; "release_$1" "$bad"
  ! said=$(run_install "$bad" 2>&1) || return 1
  grep -F "$word" <<<"$said"
  [ ! -e "$WORK/prefix" ]
}

release_damaged() { cp -r "$RELEASE" "$1"; printf x >>"$1/svcctl-$TARGET.tar.gz"; }
release_unlisted() { cp -r "$RELEASE" "$1"; sed -i "/$TARGET/d" "$1/SHA256SUMS"; }
release_missing() { :; }

# Every line but the last of the script, as a broken connection leaves it.
cut_off() {
  rm -rf "$WORK/prefix"
  head -n -1 "$RELEASE/install.sh" | env -i PATH="$PATH" HOME="$WORK/home" SVCCTL_PREFIX="$WORK/prefix" dash
  [ ! -e "$WORK/prefix" ]
}

recipes() {
  check "Homebrew: the formula is Ruby" ruby -wc "$RELEASE/svcctl.rb"
  check "Homebrew: a stand-in for it verifies, installs and tests" homebrew
  check "Scoop: the manifest has what Scoop needs" scoop_manifest
  check "Arch: makepkg builds the package, pacman installs and removes it" arch_package
}

homebrew() {
  ruby tests/lanes/packaging/formula.rb "$RELEASE/svcctl.rb" "$RELEASE" "$WORK/cellar"
  [ -s "$WORK/cellar/share/man/man5/svcctl.toml.5.gz" ]
}

names_checksum() { grep -F "$(sha256sum "$RELEASE/$2" | cut -d ' ' -f 1)" "$RELEASE/$1"; }

scoop_manifest() {
  names_checksum svcctl.json svcctl-x86_64-pc-windows-msvc.zip
  python3 - "$RELEASE/svcctl.json" <<'PYTHON'
import json, sys
manifest = json.load(open(sys.argv[1]))
for key in ("version", "description", "homepage", "license", "architecture", "bin"):
    assert manifest[key], key
assert manifest["architecture"]["64bit"]["url"].endswith(".zip")
PYTHON
}

# Built by makepkg, which refuses to run as root, then put on a root of its own and taken off it by pacman.
arch_package() {
  local home=$WORK/arch package
  mkdir "$home"; cp "$RELEASE/PKGBUILD" "$home"
  chmod 755 "$WORK"; chmod -R a+rX "$RELEASE"; chown -R nobody "$home"
  (cd "$home" && setpriv --reuid nobody --regid nogroup --clear-groups env -i HOME="$home" PATH=/usr/bin:/bin \
    PKGEXT=.pkg.tar.gz PACKAGER='svcctl contributors' makepkg --nodeps --noconfirm)
  package=$(find "$home" -name 'svcctl-bin-*.pkg.tar.gz')
  mkdir -p "$home/root/var/lib/pacman"
  of_root "$home/root" -U "$package"
  "$home/root/usr/bin/svcctl" --version
  [ -e "$home/root/usr/share/man/man1/svcctl.1.gz" ]
  of_root "$home/root" -R svcctl-bin
  [ -z "$(find "$home/root" -name '*svcctl*')" ]
}

of_root() { pacman --root "$1" --config /dev/null --dbpath "$1/var/lib/pacman" --noconfirm -dd "${@:2}"; }
