#!/usr/bin/env bash
# What the application requires: which file says so, and which packages of it the target gets. The tests and the build ask here, so that
# what is tested is what is packed.
# shellcheck disable=SC2034 # the jobs read them

source "${BASH_SOURCE[0]%/*}/tool.sh"
source "${BASH_SOURCE[0]%/*}/uv.sh"

# usage: unpack_finder FOLDER    puts the Python programs there that find_requirements and choose_packages run
unpack_finder() {
  cat "${BASH_SOURCE[0]%/*}/project_kinds.json" >"$1/project_kinds.json"
  cat "${BASH_SOURCE[0]%/*}/project_text.py" >"$1/project_text.py"
  cat "${BASH_SOURCE[0]%/*}/read_pyproject.py" >"$1/read_pyproject.py"
  cat "${BASH_SOURCE[0]%/*}/read_locks.py" >"$1/read_locks.py"
  cat "${BASH_SOURCE[0]%/*}/python_versions.py" >"$1/python_versions.py"
  cat "${BASH_SOURCE[0]%/*}/find_project.py" >"$1/find_project.py"
  cat "${BASH_SOURCE[0]%/*}/resolved_requirements.py" >"$1/resolved_requirements.py"
  cat "${BASH_SOURCE[0]%/*}/pip_settings.py" >"$1/pip_settings.py"
  cat "${BASH_SOURCE[0]%/*}/check_indexes.py" >"$1/check_indexes.py"
  unpack_explainer "$1"
}

# usage: find_requirements PYTHON    says what the project is; sets NAMED, LIST, BASE, LOCKED and TESTS (find_project.py says what they are). Ends
# the job where nothing is found, or what is found contradicts the target
find_requirements() {
  local record every=''
  [[ -v BERTH_TARGET ]] || every=1 # one job for each Python has no target
  mkdir -p "$WORK/project"
  BERTH_PIP_WHEEL=$WHEEL_OF_PIP BERTH_EVERY_PYTHON=$every "$1" -B "$WORK/find_project.py" "$WORK/project" "$PROJECT" "${BERTH_SOURCE_FOLDER:-.}" \
    "$TARGET" "${TARGET_PYTHON:-$WANTED_PYTHON}" || exit 1
  while IFS= read -r -d '' record; do
    case $record in
      NAMED=*) NAMED=${record#*=} ;;
      LIST=*) LIST=${record#*=} ;;
      BASE=*) BASE=${record#*=} ;;
      LOCKED=*) LOCKED=${record#*=} ;;
      TESTS=*) TESTS=${record#*=} ;;
    esac
  done <"$WORK/project/facts"
}

# usage: ask_indexes PYTHON    ends the job where a configured package index does not let it in, or stays out of order
ask_indexes() {
  local pause code hashed=''
  ! grep -qe '--hash[= ]' "$LIST" || hashed=1
  for pause in 5 20 ''; do
    code=0
    as_set_up "$1" -B "$WORK/check_indexes.py" "$LIST" "$hashed" || code=$?
    [[ $code -ne 0 ]] || return 0
    [[ $code -eq 75 && -n $pause ]] || exit 1
    sleep "$pause"
  done
}

# usage: choose_packages PYTHON    writes $WORK/hashed.txt and $WORK/other.txt, lists of all that the target gets, each in one version, for
# --no-deps; sets CHOSEN, empty where neither a lock nor uv chooses and pip has to. Ends the job where nothing satisfies the requirements
choose_packages() {
  CHOSEN=${UV:-$LOCKED}
  ask_indexes "$1"
  if [[ -n $LOCKED ]]; then
    cat "$LIST" >"$WORK/resolved.txt"
  elif [[ -n $UV ]]; then
    run_told "$1" in_base resolve_requirements "$1" "$LIST" "$WORK/resolved.txt"
  else
    return 0
  fi
  as_set_up "$1" -B "$WORK/resolved_requirements.py" "$WORK/resolved.txt" "$LIST" "$WORK/hashed.txt" "$WORK/other.txt" "$NAMED" ||
    fail "$NAMED has not the hashes of what the target needs"
}

# usage: in_base COMMAND ARGUMENT…    in the folder from which the list's paths count; its status is the command's
in_base() {
  (
    cd "$BASE" || exit
    "$@"
  )
}
