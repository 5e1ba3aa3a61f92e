#!/usr/bin/env bash
# A tool that takes long and fails in many words: what failed and what would be right comes first, in one line, its own words folded below.

# usage: unpack_explainer FOLDER    puts the Python programs there
unpack_explainer() {
  cat "${BASH_SOURCE[0]%/*}/watch_tool.py" >"$1/watch_tool.py"
  cat "${BASH_SOURCE[0]%/*}/explain.py" >"$1/explain.py"
}

# usage: run_told PYTHON COMMAND ARGUMENT…    ends the job where it fails; what may pass by itself, such as an index that is out of order for a moment,
# is tried three times
run_told() {
  local python=$1 line code pause
  shift
  for pause in 5 20 ''; do
    if "$@" 2>&1 | "$python" -B "$WORK/watch_tool.py" "$WORK/words.txt"; then return; fi
    code=0
    line=$(as_set_up "$python" -B "$WORK/explain.py" "$WORK/words.txt" "$WHEEL_OF_PIP" "$NAMED" "$TARGET" "${TARGET_PYTHON:-$WANTED_PYTHON}" \
      "python:$WANTED_PYTHON-${BERTH_DEBIAN:-bookworm}") || code=$?
    [[ $code -eq 75 && -n $pause ]] || break
    say "$line (trying again)"
    sleep "$pause"
  done
  end_section
  paint '31;1' "error: $line"
  section words "The tool's own words" collapsed
  cat "$WORK/words.txt" >&2
  end_section
  exit 1
}
