# shellcheck shell=bash
# The container recipe, built by buildah. The base image that it names is stood in for by the clean root, the same release of
# Debian, so that no registry is asked.

container_image() {
  check "container: the recipe builds" recipe_builds
  check "container: what an image installs while it is built runs below the entry point, as PID 1" image_runs
  release_images
}

images() { buildah --root "$WORK/images" --runroot "$WORK/images.run" --storage-driver overlay "$@"; }

# Processes of a build are in a chroot: that works where this lane does.
build() { images build --quiet --isolation chroot --pull-never "$@"; }

recipe_builds() {
  local base recipe=packaging/container/Containerfile from
  from=$(sed -n 's/^FROM //p' "$recipe")
  base=$(images from scratch)
  images add --quiet "$base" "$WORK/root" /
  images commit --quiet --rm "$base" "$from"
  build --file "$recipe" --tag svcctl "$WORK/release"
}

# As the recipe's own comment says how to use it.
image_runs() {
  local root container
  printf '%s\n' 'FROM svcctl' 'COPY hello.toml /opt/' 'RUN svcctl install /opt/hello.toml' >"$WORK/Containerfile"
  build --file "$WORK/Containerfile" --tag hello examples
  container=$(images from --pull-never hello)
  root=$(images mount "$container")
  mkdir -p "$root/tmp"
  cp tests/lanes/packaging/inside "$root/tmp/inside"
  inside entry_point "$root" "$(images inspect --format '{{join .OCIv1.Config.Entrypoint "\n"}}' "$container")"
  [ -e "$root/tmp/entered" ]
}

release_images() { images rm --all >/dev/null 2>&1 || true; images rmi --all --force >/dev/null 2>&1 || true; }
