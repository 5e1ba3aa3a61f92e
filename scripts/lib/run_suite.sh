#!/usr/bin/env bash
# Tests as teams run them: a command of theirs, Django's manage.py test, pytest, or unittest where pytest finds none.

# usage: unpack_runner FOLDER    puts the Python program there that runs unittest and Django's tests
unpack_runner() {
  mkdir -p "$1/runner"
  cat "${BASH_SOURCE[0]%/*}/berth_junit.py" >"$1/runner/berth_junit.py"
}

# usage: choose_suite    sets SUITE to the function that runs the tests
choose_suite() {
  if [[ -n ${BERTH_TEST_COMMAND:-} ]]; then
    SUITE=run_command
  elif [[ -f $SOURCE/manage.py ]] && can_import django && ! can_import pytest_django && [[ -z ${BERTH_PYTEST_ARGUMENTS:-} ]]; then
    SUITE=run_django
  else
    SUITE=run_pytest
  fi
}

# usage: take_environment    exports what the input test_environment names
take_environment() {
  local words=() word
  read -r -d '' -a words <<<"${BERTH_TEST_ENVIRONMENT:-}" || true
  for word in "${words[@]}"; do export "${word?}"; done
}

# usage: run_suite    in the application's folder; returns the tests' exit code. Ends the job where there is no test
run_suite() {
  local code=0
  export BERTH_JUNIT=$REPORTS/junit.xml PYTHONDONTWRITEBYTECODE=1 COVERAGE_FILE=$WORK/coverage VIRTUAL_ENV=$WORK/venv PATH=$WORK/venv/bin:$PATH
  take_environment
  cd "$SOURCE" || exit
  "$SUITE" || code=$?
  end_section
  return "$code"
}

# usage: run_command    the team's own; a JUnit report is what it writes to $BERTH_JUNIT. Its status is the command's
run_command() {
  bash -c "$BERTH_TEST_COMMAND"
}

# usage: run_django    Django's own runner, or the project's; its status is the tests'
run_django() {
  local code=0
  say "Django's tests, by manage.py test: pytest-django is not among the requirements"
  with_coverage manage.py test --noinput --testrunner berth_junit.DjangoRunner || code=$?
  [[ $code -ne 0 ]] || require_tests "manage.py test found no tests in \"${BERTH_SOURCE_FOLDER:-.}\" (it looks for test*.py)"
  return "$code"
}

# usage: run_pytest    and unittest where pytest finds none of its own; its status is the tests'
run_pytest() {
  local arguments=() code=0
  read -r -d '' -a arguments <<<"${BERTH_PYTEST_ARGUMENTS:-}" || true
  set_django_settings
  python -m pytest -p no:cacheprovider "--junitxml=$BERTH_JUNIT" "${COVERAGE[@]}" "${arguments[@]}" || code=$?
  [[ $code -eq 5 ]] || return "$code"
  [[ -z ${arguments[*]} ]] ||
    fail "pytest found no tests in \"${BERTH_SOURCE_FOLDER:-.}\" with the arguments ${arguments[*]} (input pytest_arguments)"
  say "pytest found no tests (test_*.py, *_test.py): unittest looks for test*.py"
  code=0
  with_coverage -m berth_junit discover --start-directory . --pattern 'test*.py' || code=$?
  require_tests "pytest found no tests in \"${BERTH_SOURCE_FOLDER:-.}\" (test_*.py, *_test.py), and unittest none (test*.py)"
  return "$code"
}

# usage: set_django_settings    pytest-django needs DJANGO_SETTINGS_MODULE; where nobody names it, manage.py's counts
set_django_settings() {
  local named
  [[ -z ${DJANGO_SETTINGS_MODULE:-} && -f manage.py ]] || return 0
  ! grep -qs 'DJANGO_SETTINGS_MODULE' pytest.ini pyproject.toml setup.cfg tox.ini || return 0
  named=$(sed -nE "s/.*DJANGO_SETTINGS_MODULE['\"], *['\"]([A-Za-z0-9_.]+)['\"].*/\1/p" manage.py)
  [[ -z $named ]] || export DJANGO_SETTINGS_MODULE=${named%%$'\n'*}
}

# usage: with_coverage ARGUMENT…    runs Python with them, and reports line coverage where that can be had; its status is Python's
with_coverage() {
  local code=0 PYTHONPATH=$WORK/runner${PYTHONPATH:+:$PYTHONPATH}
  export PYTHONPATH
  if ! can_import coverage; then
    python "$@" || code=$?
    return "$code"
  fi
  python -m coverage run --source=. "$@" || code=$?
  python -m coverage xml --quiet -o "$REPORTS/coverage.xml" >&2 || true # no line was run
  python -m coverage report || true
  return "$code"
}

# usage: require_tests TEXT    ends the job with the text where not one test was run
require_tests() {
  local report=''
  [[ ! -f $BERTH_JUNIT ]] || report=$(<"$BERTH_JUNIT")
  [[ $report == *'<testcase'* ]] ||
    fail "$1: write some, name them (inputs pytest_arguments and test_command), or leave this component out"
}
