#!/usr/bin/env bash
# build_deployment_package: makes deployment_package.tar.gz, the same bytes for the same commit and the same index.
#   app/                the application's files, modes normalised; no virtual environment, .git, database or secret
#   wheels/             every requirement, built for this Python: the server needs no package index
#   requirements.lock   each wheel with its sha256, for pip --no-index --require-hashes; uv chose them for the target
#   manifest.json       version, commit, Python, the sha256 and mode of each file, the target of each link
# and .berth/reports/sbom.cdx.json, GitLab's CycloneDX report of the wheels, and berth-build.env, GitLab's dotenv report, with the sha256 of the manifest: what deploy takes is what was built here.
# Reads BERTH_SOURCE_FOLDER, BERTH_TARGET, BERTH_PYTHON_VERSION, BERTH_REQUIREMENTS_FILE, BERTH_GROUPS, BERTH_INCLUDE, BERTH_EXCLUDE, BERTH_VERSION,
# and GitLab's CI_COMMIT_SHA, CI_COMMIT_TAG, CI_COMMIT_TIMESTAMP; git where they are not set.
set -Eeuo pipefail
shopt -s inherit_errexit
source "${BASH_SOURCE[0]%/*}/../lib/messages.sh"
source "${BASH_SOURCE[0]%/*}/../lib/packer.sh"
source "${BASH_SOURCE[0]%/*}/../lib/pip.sh"
source "${BASH_SOURCE[0]%/*}/../lib/python.sh"
source "${BASH_SOURCE[0]%/*}/../lib/requirements.sh"
source "${BASH_SOURCE[0]%/*}/../lib/target.sh"
source "${BASH_SOURCE[0]%/*}/../lib/workspace.sh"

main() {
  local python
  make_workspace
  read_target
  python=$(choose_python "$WANTED_PYTHON")
  find_commit
  unpack_finder "$WORK"
  unpack_packer "$WORK"
  make_virtual_environment "$python" "$WORK/venv"
  find_requirements "$python"
  section check "Look through the files" collapsed
  look_through_files "$python"
  section wheels "Build the wheels for $TARGET" collapsed
  prepare_uv "$python"
  build_wheels "$python"
  prove_wheels
  check_wheels
  "$python" -B "$WORK/list_wheels.py" "$WORK/wheels" "$WORK/hashed.txt" "$FACTS" "$REPORTS/sbom.cdx.json" >&2
  section package "Pack version $VERSION"
  "$python" -B "$WORK/package_files.py" pack "$SOURCE" "$FACTS" "$WORK" "$PROJECT/deployment_package.tar.gz" "$PROJECT/berth-build.env"
  end_section
}

# usage: find_commit    sets COMMIT, CREATED and VERSION, from GitLab's variables or else from git
find_commit() {
  COMMIT=${CI_COMMIT_SHA:-$(git -C "$PROJECT" rev-parse HEAD)} ||
    fail "nothing tells the commit: neither CI_COMMIT_SHA nor git"
  CREATED=${CI_COMMIT_TIMESTAMP:-$(git -C "$PROJECT" show --no-patch --format=%cI "$COMMIT")} ||
    fail "nothing tells the commit's time: neither CI_COMMIT_TIMESTAMP nor git"
  VERSION=${BERTH_VERSION:-${CI_COMMIT_TAG:-${COMMIT:0:8}}}
  [[ $VERSION =~ ^[0-9A-Za-z][0-9A-Za-z._+-]*$ ]] ||
    fail "the version \"$VERSION\" has other characters than letters, digits, dots, dashes, underscores and plus (input version)"
}

# usage: look_through_files PYTHON    sets FACTS; ends the job before the long work when something stands in its way
look_through_files() {
  FACTS=$(facts "$1")
  "$1" -B "$WORK/package_files.py" check "$SOURCE" "$FACTS" "$WORK"
}

# usage: build_wheels PYTHON    fills $WORK/wheels and $WORK/requirements.lock: what the lock names or uv chooses for the target, each file by its
# hash; without both, what pip chooses for the Python that runs it
build_wheels() {
  mkdir -p "$WORK/wheels"
  choose_packages "$1"
  if [[ -z $CHOSEN ]]; then
    pip_wheel "$1" --requirement "$LIST"
  else
    [[ ! -s $WORK/hashed.txt ]] || pip_wheel "$1" --no-deps --require-hashes --requirement "$WORK/hashed.txt"
    [[ ! -s $WORK/other.txt ]] || pip_wheel "$1" --no-deps --requirement "$WORK/other.txt"
    "$1" -B "$WORK/steady_wheels.py" "$WORK/wheels" "$WORK/hashed.txt"
  fi
  "$WORK/venv/bin/python" -B "$WORK/lock_wheels.py" "$WORK/wheels" >"$WORK/requirements.lock"
}

# usage: pip_wheel PYTHON ARGUMENT…    ends the job where it fails
pip_wheel() {
  local python=$1
  shift
  run_told "$python" in_base same_bytes as_set_up telling_pip "$WORK/venv" wheel --progress-bar off --use-pep517 --wheel-dir "$WORK/wheels" "$@"
}

# usage: prove_wheels    installs them into a new environment as the server will do it: no index, no setting of this job's
prove_wheels() {
  if [[ -n $UV ]]; then
    run_uv_alone pip install --quiet --python "$WORK/venv/bin/python" --no-index --find-links "$WORK/wheels" --require-hashes \
      --requirement "$WORK/requirements.lock" || fail "the wheels do not install as the server will do it; uv says why above"
  else
    PIP_CONFIG_FILE=/dev/null quiet_pip "$WORK/venv" --isolated install --no-index --find-links "$WORK/wheels" --require-hashes \
      --requirement "$WORK/requirements.lock" || fail "the wheels do not install as the server will do it; pip says why above"
  fi
}

# usage: check_wheels    writes $WORK/requires, and ends the job where a wheel does not fit the target, or one that is needed there is not among them:
# the proof above runs with this job's Python
check_wheels() {
  local listed=$WORK/resolved.txt
  [[ -n $CHOSEN ]] || listed=$LIST
  "$WORK/venv/bin/python" -B "$WORK/check_wheels.py" "$WHEEL_OF_PIP" describe "$WORK/wheels" "$listed" "$TARGET_PYTHON" "$TARGET_GLIBC" >"$WORK/requires" ||
    fail "the package would not run on $TARGET; name what is missing in $NAMED, or take other versions"
}

# usage: facts PYTHON    prints what the manifest says of the commit, and the patterns, as JSON
facts() {
  "$1" - "$VERSION" "$COMMIT" "$CREATED" "${BERTH_INCLUDE:-}" "${BERTH_EXCLUDE:-}" "${BERTH_TARGET:-}" "$TARGET_PYTHON" <<'END_OF_PYTHON'
import json, sys
version, commit, created, include, exclude, target, python = sys.argv[1:]
python = python or "%d.%d.%d" % sys.version_info[:3]
patterns = {"include": include.split(), "exclude": exclude.split()}
print(json.dumps({"version": version, "commit": commit, "created": created, **patterns, "target": target, "python_full_version": python}))
END_OF_PYTHON
}

main "$@"
