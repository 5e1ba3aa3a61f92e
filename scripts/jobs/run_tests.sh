#!/usr/bin/env bash
# run_tests: installs the requirements into a virtual environment of its own, with uv where it can be had, and runs the tests: pytest,
# Django's manage.py test, unittest, or a command of the team's.
# Reads BERTH_SOURCE_FOLDER, BERTH_TARGET, BERTH_PYTHON_VERSION, BERTH_REQUIREMENTS_FILE, BERTH_GROUPS, BERTH_TEST_REQUIREMENTS_FILE, BERTH_TEST_GROUPS,
# BERTH_PYTEST_ARGUMENTS, BERTH_TEST_COMMAND, BERTH_TEST_ENVIRONMENT. Writes .berth/reports/junit.xml and, with pytest-cov, .berth/reports/coverage.xml.
set -Eeuo pipefail
shopt -s inherit_errexit
source "${BASH_SOURCE[0]%/*}/../lib/messages.sh"
source "${BASH_SOURCE[0]%/*}/../lib/pip.sh"
source "${BASH_SOURCE[0]%/*}/../lib/python.sh"
source "${BASH_SOURCE[0]%/*}/../lib/requirements.sh"
source "${BASH_SOURCE[0]%/*}/../lib/run_suite.sh"
source "${BASH_SOURCE[0]%/*}/../lib/target.sh"
source "${BASH_SOURCE[0]%/*}/../lib/workspace.sh"

main() {
  local python
  make_workspace
  read_target
  python=$(choose_python "$WANTED_PYTHON")
  make_virtual_environment "$python" "$WORK/venv"
  unpack_finder "$WORK"
  unpack_runner "$WORK"
  find_requirements "$python"
  section install "Install requirements (Python $WANTED_PYTHON)" collapsed
  prepare_uv "$python"
  install_requirements "$python"
  choose_suite
  install_tools
  section tests "Run the tests"
  run_suite
}

# usage: install ARGUMENT…    by uv or else by pip; its status is theirs
install() {
  if [[ -n $UV ]]; then
    in_base same_bytes run_uv pip install --quiet --python "$WORK/venv/bin/python" "${UV_ARGUMENTS[@]}" "$@"
  else
    in_base same_bytes telling_pip "$WORK/venv" install --progress-bar off --use-pep517 "$@"
  fi
}

# usage: install_requirements PYTHON    the same packages in the same versions that the package gets, then the tests' own, which change none of them
install_requirements() {
  choose_packages "$1"
  if [[ -z $CHOSEN ]]; then
    run_told "$1" install --requirement "$LIST"
  else
    [[ ! -s $WORK/hashed.txt ]] || run_told "$1" install --no-deps --require-hashes --requirement "$WORK/hashed.txt"
    [[ ! -s $WORK/other.txt ]] || run_told "$1" install --no-deps --requirement "$WORK/other.txt"
  fi
  note_installed
  [[ -z $TESTS ]] || NAMED="the tests' requirements" run_told "$1" install --constraint "$WORK/installed.txt" --requirement "$TESTS"
}

# usage: note_installed    writes $WORK/installed.txt, constraints that keep the application's packages as they are
note_installed() {
  local all
  if [[ -n $UV ]]; then
    all=$(run_uv pip freeze --quiet --python "$WORK/venv/bin/python")
  else
    all=$(quiet_pip "$WORK/venv" freeze)
  fi
  sed -n '/^[^@ ]*==/p' <<<"$all" >"$WORK/installed.txt"
}

# usage: install_tools    what runs the tests and measures coverage, where the requirements did not bring it; sets COVERAGE to pytest's options, if any
install_tools() {
  COVERAGE=()
  [[ $SUITE != run_command ]] || return 0
  if [[ $SUITE == run_django ]]; then
    can_import coverage || quietly install --constraint "$WORK/installed.txt" coverage || warn "coverage cannot be installed: no coverage report"
    return 0
  fi
  can_import pytest || quietly install --constraint "$WORK/installed.txt" pytest || fail "pytest cannot be installed; the lines above say why"
  if can_import pytest_cov || quietly install --constraint "$WORK/installed.txt" pytest-cov; then
    COVERAGE=(--cov --cov-report=term "--cov-report=xml:$REPORTS/coverage.xml")
  else
    warn "pytest-cov cannot be installed: no coverage report"
  fi
}

# usage: quietly COMMAND ARGUMENT…    shows what it says where it fails; its status is the command's
quietly() {
  local said
  said=$("$@" 2>&1) && return
  printf '%s\n' "$said" >&2
  return 1
}

# usage: can_import MODULE
can_import() {
  "$WORK/venv/bin/python" -c "import $1" 2>/dev/null
}

main "$@"
