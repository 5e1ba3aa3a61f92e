#!/usr/bin/env bash
# run_tests: installs the requirements into a virtual environment of its own, with uv where it can be had, and runs pytest.
# Reads BERTH_SOURCE_FOLDER, BERTH_TARGET, BERTH_PYTHON_VERSION, BERTH_REQUIREMENTS_FILE, BERTH_TEST_REQUIREMENTS_FILE,
# BERTH_PYTEST_ARGUMENTS. Writes .berth/reports/junit.xml and, with pytest-cov, .berth/reports/coverage.xml.
set -Eeuo pipefail
shopt -s inherit_errexit
source "${BASH_SOURCE[0]%/*}/../lib/messages.sh"
source "${BASH_SOURCE[0]%/*}/../lib/pip.sh"
source "${BASH_SOURCE[0]%/*}/../lib/python.sh"
source "${BASH_SOURCE[0]%/*}/../lib/target.sh"
source "${BASH_SOURCE[0]%/*}/../lib/uv.sh"
source "${BASH_SOURCE[0]%/*}/../lib/workspace.sh"

main() {
  local python
  make_workspace
  read_target
  python=$(choose_python "$WANTED_PYTHON")
  section install "Install requirements (Python $WANTED_PYTHON)" collapsed
  make_virtual_environment "$python" "$WORK/venv"
  unpack_programs "$WORK"
  prepare_uv "$python"
  install_requirements
  install_pytest
  section pytest "Run pytest"
  run_pytest
}

# usage: unpack_programs FOLDER    puts the Python program there
unpack_programs() {
  cat "${BASH_SOURCE[0]%/*}/../lib/pip_settings.py" >"$1/pip_settings.py"
}

# usage: install ARGUMENT…    by uv or else by pip; its status is theirs
install() {
  if [[ -n $UV ]]; then
    same_bytes run_uv pip install --quiet --python "$WORK/venv/bin/python" "${UV_ARGUMENTS[@]}" "$@"
  else
    same_bytes quiet_pip "$WORK/venv" install --use-pep517 "$@"
  fi
}

# usage: install_requirements    the application's file must be there, the tests' one may. pip demands hashes of all that is installed in one go
# where one requirement has them: the tests' file comes second then, and changes nothing of the first. uv takes both as they are.
install_requirements() {
  local files=() by=${UV:+uv}
  [[ -f $PROJECT/$BERTH_REQUIREMENTS_FILE ]] ||
    fail "there is no file \"$BERTH_REQUIREMENTS_FILE\" in this project (input requirements_file)"
  files+=(--requirement "$PROJECT/$BERTH_REQUIREMENTS_FILE")
  if [[ ! -f $PROJECT/$BERTH_TEST_REQUIREMENTS_FILE ]]; then
    say "no file \"$BERTH_TEST_REQUIREMENTS_FILE\": the tests get pytest and pytest-cov"
  elif [[ -n $UV ]]; then
    files+=(--requirement "$PROJECT/$BERTH_TEST_REQUIREMENTS_FILE")
  fi
  install "${files[@]}" || fail "the requirements cannot be installed; ${by:-pip} says why above"
  if [[ -z $UV && -f $PROJECT/$BERTH_TEST_REQUIREMENTS_FILE ]]; then
    quiet_pip "$WORK/venv" freeze >"$WORK/installed.txt"
    install --constraint "$WORK/installed.txt" --requirement "$PROJECT/$BERTH_TEST_REQUIREMENTS_FILE" ||
      fail "the tests' requirements cannot be installed beside the application's; pip says why above"
  fi
}

# usage: install_pytest    where the requirements did not bring them; sets COVERAGE to pytest's options for it, if any
install_pytest() {
  COVERAGE=()
  can_import pytest || install pytest || fail "pytest cannot be installed; the lines above say why"
  if can_import pytest_cov || install pytest-cov; then
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
