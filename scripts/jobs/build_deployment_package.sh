#!/usr/bin/env bash
# build_deployment_package: makes deployment_package.tar.gz, the same bytes for the same commit and the same index.
#   app/                the application's files, modes normalised; no virtual environment, .git, database or secret
#   wheels/             every requirement, built for this Python: the server needs no package index
#   requirements.lock   each wheel with its sha256, for pip --no-index --require-hashes
#   manifest.json       version, commit, Python, the sha256 and mode of each file, the target of each link
# and berth-build.env, GitLab's dotenv report, with the sha256 of the manifest: what deploy takes is what was built here.
# Reads BERTH_SOURCE_FOLDER, BERTH_TARGET, BERTH_PYTHON_VERSION, BERTH_REQUIREMENTS_FILE, BERTH_INCLUDE, BERTH_EXCLUDE, BERTH_VERSION,
# and GitLab's CI_COMMIT_SHA, CI_COMMIT_TAG, CI_COMMIT_TIMESTAMP; git where they are not set.
set -Eeuo pipefail
shopt -s inherit_errexit
source "${BASH_SOURCE[0]%/*}/../lib/messages.sh"
source "${BASH_SOURCE[0]%/*}/../lib/pip.sh"
source "${BASH_SOURCE[0]%/*}/../lib/python.sh"
source "${BASH_SOURCE[0]%/*}/../lib/target.sh"
source "${BASH_SOURCE[0]%/*}/../lib/workspace.sh"

main() {
  local python
  make_workspace
  read_target
  python=$(choose_python "$WANTED_PYTHON")
  find_commit
  unpack_programs "$WORK"
  section check "Look through the files" collapsed
  look_through_files "$python"
  section wheels "Build the wheels for $TARGET" collapsed
  make_virtual_environment "$python" "$WORK/venv"
  build_wheels
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
  [[ -f $PROJECT/$BERTH_REQUIREMENTS_FILE ]] ||
    fail "there is no file \"$BERTH_REQUIREMENTS_FILE\" in this project (input requirements_file)"
  FACTS=$(facts "$1")
  "$1" -B "$WORK/package_files.py" check "$SOURCE" "$FACTS"
}

# usage: build_wheels    fills $WORK/wheels and $WORK/requirements.lock, and installs them once for proof
# A wheel built here from source has no date of its own; the earliest that a zip can hold serves, the same one for every commit,
# because pip keeps such wheels in its cache.
build_wheels() {
  mkdir -p "$WORK/wheels"
  SOURCE_DATE_EPOCH=315532800 PYTHONHASHSEED=0 quiet_pip "$WORK/venv" wheel --use-pep517 --wheel-dir "$WORK/wheels" \
    --requirement "$PROJECT/$BERTH_REQUIREMENTS_FILE" || fail "the wheels cannot be built; pip says why above"
  "$WORK/venv/bin/python" -B "$WORK/lock_wheels.py" "$WORK/wheels" >"$WORK/requirements.lock"
  quiet_pip "$WORK/venv" install --no-index --find-links "$WORK/wheels" --require-hashes \
    --requirement "$WORK/requirements.lock" || fail "the wheels do not install as the server will do it; pip says why above"
}

# usage: facts PYTHON    prints what the manifest says of the commit, and the patterns, as JSON
facts() {
  "$1" - "$VERSION" "$COMMIT" "$CREATED" "${BERTH_INCLUDE:-}" "${BERTH_EXCLUDE:-}" <<'END_OF_PYTHON'
import json, sys
version, commit, created, include, exclude = sys.argv[1:]
print(json.dumps({"version": version, "commit": commit, "created": created, "include": include.split(), "exclude": exclude.split()}))
END_OF_PYTHON
}

# usage: unpack_programs FOLDER    puts the Python programs there
unpack_programs() {
  cat "${BASH_SOURCE[0]%/*}/../lib/source_files.py" >"$1/source_files.py"
  cat "${BASH_SOURCE[0]%/*}/../lib/lock_wheels.py" >"$1/lock_wheels.py"
  cat "${BASH_SOURCE[0]%/*}/../lib/package_files.py" >"$1/package_files.py"
}

main "$@"
