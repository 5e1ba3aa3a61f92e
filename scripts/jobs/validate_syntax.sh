#!/usr/bin/env bash
# validate_syntax: compiles every Python file of the application, in one process, and reports every syntax error.
# Reads BERTH_SOURCE_FOLDER, BERTH_TARGET, BERTH_PYTHON_VERSION, BERTH_EXCLUDE. Writes .berth/reports/syntax.json.
set -Eeuo pipefail
shopt -s inherit_errexit
source "${BASH_SOURCE[0]%/*}/../lib/messages.sh"
source "${BASH_SOURCE[0]%/*}/../lib/python.sh"
source "${BASH_SOURCE[0]%/*}/../lib/target.sh"
source "${BASH_SOURCE[0]%/*}/../lib/workspace.sh"

main() {
  local python exclude=()
  make_workspace
  read_target
  python=$(choose_python "$WANTED_PYTHON")
  read -r -d '' -a exclude <<<"${BERTH_EXCLUDE:-}" || true
  unpack_checker "$WORK"
  "$python" -B "$WORK/check_syntax.py" "$SOURCE" "$PROJECT" "$REPORTS/syntax.json" "${exclude[@]}"
}

# usage: unpack_checker FOLDER    puts the Python program there
unpack_checker() {
  cat "${BASH_SOURCE[0]%/*}/../lib/source_files.py" >"$1/source_files.py"
  cat "${BASH_SOURCE[0]%/*}/../lib/check_syntax.py" >"$1/check_syntax.py"
}

main "$@"
