#!/usr/bin/env bash
# run_tests: installs the requirements into a virtual environment of its own and runs pytest.
# Reads BERTH_SOURCE_FOLDER, BERTH_TARGET, BERTH_PYTHON_VERSION, BERTH_REQUIREMENTS_FILE, BERTH_TEST_REQUIREMENTS_FILE,
# BERTH_PYTEST_ARGUMENTS. Writes .berth/reports/junit.xml and, with pytest-cov, .berth/reports/coverage.xml.
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
  section install "Install requirements (Python $WANTED_PYTHON)" collapsed
  make_virtual_environment "$python" "$WORK/venv"
  install_requirements
  install_pytest
  section pytest "Run pytest"
  run_pytest
}

# usage: install_requirements    the application's file must be there, the tests' one may
install_requirements() {
  local files=()
  [[ -f $PROJECT/$BERTH_REQUIREMENTS_FILE ]] ||
    fail "there is no file \"$BERTH_REQUIREMENTS_FILE\" in this project (input requirements_file)"
  files+=(--requirement "$PROJECT/$BERTH_REQUIREMENTS_FILE")
  if [[ -f $PROJECT/$BERTH_TEST_REQUIREMENTS_FILE ]]; then
    files+=(--requirement "$PROJECT/$BERTH_TEST_REQUIREMENTS_FILE")
  else
    say "no file \"$BERTH_TEST_REQUIREMENTS_FILE\": the tests get pytest and pytest-cov"
  fi
  quiet_pip "$WORK/venv" install --use-pep517 "${files[@]}" || fail "the requirements cannot be installed; pip says why above"
}

# usage: install_pytest    where the requirements did not bring them; sets COVERAGE to pytest's options for it, if any
install_pytest() {
  COVERAGE=()
  can_import pytest || quiet_pip "$WORK/venv" install pytest || fail "pytest cannot be installed; pip says why above"
  if can_import pytest_cov || quiet_pip "$WORK/venv" install pytest-cov; then
    COVERAGE=(--cov --cov-report=term "--cov-report=xml:$REPORTS/coverage.xml")
  else
    warn "pytest-cov cannot be installed: no coverage report"
  fi
}

# usage: can_import MODULE
can_import() {
  "$WORK/venv/bin/python" -c "import $1" 2>/dev/null
}

# usage: run_pytest    in the application's folder; its exit code is the job's
run_pytest() {
  local arguments=() code=0
  read -r -d '' -a arguments <<<"${BERTH_PYTEST_ARGUMENTS:-}" || true
  cd "$SOURCE"
  PYTHONDONTWRITEBYTECODE=1 COVERAGE_FILE=$WORK/coverage "$WORK/venv/bin/python" -m pytest -p no:cacheprovider \
    "--junitxml=$REPORTS/junit.xml" "${COVERAGE[@]}" "${arguments[@]}" || code=$?
  end_section
  [[ $code -ne 5 ]] || fail "pytest found no tests in \"$BERTH_SOURCE_FOLDER\": write some, or leave this component out"
  return "$code"
}

main "$@"
