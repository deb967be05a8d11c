# shellcheck shell=bash
# The workflows as YAML; what actionlint says of them is in foreign.sh.

workflows() { check "workflows: every job is limited in time and rights" jobs_are_limited; }

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
