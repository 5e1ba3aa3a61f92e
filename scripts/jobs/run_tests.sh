#!/usr/bin/env bash
# run_tests: installs the requirements into a virtual environment of its own, with uv where it can be had, and runs pytest.
# Reads BERTH_SOURCE_FOLDER, BERTH_TARGET, BERTH_PYTHON_VERSION, BERTH_REQUIREMENTS_FILE, BERTH_GROUPS, BERTH_TEST_REQUIREMENTS_FILE, BERTH_TEST_GROUPS,
# BERTH_PYTEST_ARGUMENTS. Writes .berth/reports/junit.xml and, with pytest-cov, .berth/reports/coverage.xml.
set -Eeuo pipefail
shopt -s inherit_errexit
source "${BASH_SOURCE[0]%/*}/../lib/messages.sh"
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
  make_virtual_environment "$python" "$WORK/venv"
  unpack_finder "$WORK"
  find_requirements "$python"
  section install "Install requirements (Python $WANTED_PYTHON)" collapsed
  prepare_uv "$python"
  install_requirements "$python"
  install_pytest
  section pytest "Run pytest"
  run_pytest
}

# usage: install ARGUMENT…    by uv or else by pip; its status is theirs
install() {
  if [[ -n $UV ]]; then
    in_base same_bytes run_uv pip install --quiet --python "$WORK/venv/bin/python" "${UV_ARGUMENTS[@]}" "$@"
  else
    in_base same_bytes quiet_pip "$WORK/venv" install --use-pep517 "$@"
  fi
}

# usage: install_requirements PYTHON    the same packages in the same versions that the package gets, then the tests' own, which change none of them
install_requirements() {
  local by=${UV:+uv}
  choose_packages "$1"
  if [[ -z $CHOSEN ]]; then
    install --requirement "$LIST" || fail "the requirements cannot be installed; ${by:-pip} says why above"
  fi
  [[ -z $CHOSEN || ! -s $WORK/hashed.txt ]] || install --no-deps --require-hashes --requirement "$WORK/hashed.txt" ||
    fail "the requirements cannot be installed; ${by:-pip} says why above"
  [[ -z $CHOSEN || ! -s $WORK/other.txt ]] || install --no-deps --requirement "$WORK/other.txt" ||
    fail "the requirements cannot be installed; ${by:-pip} says why above"
  note_installed
  [[ -z $TESTS ]] || install --constraint "$WORK/installed.txt" --requirement "$TESTS" ||
    fail "the tests' requirements cannot be installed beside the application's; ${by:-pip} says why above"
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

# usage: install_pytest    where the requirements did not bring them; sets COVERAGE to pytest's options for it, if any
install_pytest() {
  COVERAGE=()
  can_import pytest || install --constraint "$WORK/installed.txt" pytest || fail "pytest cannot be installed; the lines above say why"
  if can_import pytest_cov || install --constraint "$WORK/installed.txt" pytest-cov; then
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
