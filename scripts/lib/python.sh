#!/usr/bin/env bash
# The job's Python: the right version, and a virtual environment of the job's own, so that nothing goes into the system.

# usage: choose_python VERSION    prints the command that runs Python VERSION (like 3.11)
choose_python() {
  local wanted=$1 candidate found='none'
  for candidate in "python$wanted" python3 python; do
    found=$(python_version_of "$candidate") || continue
    if [[ $found == "$wanted" ]]; then
      command -v "$candidate"
      return
    fi
  done
  fail "Python $wanted is wanted (input target), and this job has $(python_version_of python3 || echo none):" \
    "take an image with Python $wanted (input image), install it on the runner, or correct the target"
}

# usage: python_version_of COMMAND    prints its version like 3.11; fails where there is no such command
python_version_of() {
  "$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null
}

# usage: make_virtual_environment PYTHON FOLDER    holds neither pip nor setuptools, like the one on the server; sets WHEEL_OF_PIP.
# Says what is missing where Debian has taken ensurepip out of Python
make_virtual_environment() {
  local python=$1 folder=$2 answer
  if answer=$(make_bare_environment "$python" "$folder" 2>&1) && WHEEL_OF_PIP=$(pip_wheel_of "$python" 2>/dev/null); then return; fi
  [[ -z $answer ]] || printf '%s\n' "$answer" >&2
  fail "$python cannot make a virtual environment: on Debian and Ubuntu install python$(python_version_of "$python")-venv"
}

# usage: same_bytes COMMAND ARGUMENT…    what is built from source has no date of its own; the earliest that a zip can hold serves, the same one
# for every commit and every job: they share a cache, which keeps what is built. Its status is the command's
same_bytes() {
  local -x SOURCE_DATE_EPOCH=315532800 PYTHONHASHSEED=0
  "$@"
}

# usage: telling_pip VENV ARGUMENT…    pip that says each step, for run_told; its status is pip's
telling_pip() {
  local environment=$1
  shift
  "$environment/bin/python" "$WHEEL_OF_PIP/pip" --no-input --disable-pip-version-check --no-color "$@"
}

# usage: quiet_pip VENV ARGUMENT…    pip without questions and progress bars; errors are shown; its status is pip's
quiet_pip() {
  local environment=$1
  shift
  pip_in "$environment" "$WHEEL_OF_PIP" "$@"
}
