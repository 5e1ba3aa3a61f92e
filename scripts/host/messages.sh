#!/usr/bin/env bash
# shellcheck disable=SC2034,SC2153 # names that the files of berth-host.sh share
# The transaction's log, read by people in the job and on the server: a line for each step, its time, what it did.
# A step is framed by "==> title" and "<== seconds"; the job turns the frames into GitLab's folding sections.
# Everything goes to standard error, so that a function's standard output stays its result.

CURRENT_STEP='start'
FAILURE_CAUSE=''
FAILURE_CURE=''

# usage: say TEXT…    one line of the log
say() {
  printf '    %s\n' "$*" >&2
}

# usage: warn TEXT…    something a person should know; the transaction goes on
warn() {
  printf '    warning: %s\n' "$*" >&2
}

# usage: fail CAUSE [CURE]    ends the transaction; the cause and the cure stand in the result and in the job's last lines
fail() {
  FAILURE_CAUSE=$1
  FAILURE_CURE=${2:-}
  [[ -z ${RUN_PATH:-} ]] || printf '%s\n' "$1" "${2:-}" >"$RUN_PATH/failure" # a subshell's variables end with it
  say "error: $1"
  [[ -z ${2:-} ]] || say "cure: $2"
  exit 1
}

# usage: step TITLE COMMAND…    runs a command as one step of the story; never in a condition, where `set -e` would be off
step() {
  local started
  started=$(steady_time)
  CURRENT_STEP=$1
  open_frame "$1"
  note_step "$1"
  shift
  "$@"
  close_frame "$started"
}

# usage: open_frame TITLE / close_frame STEADY_TIME    the two lines around a step
open_frame() {
  printf '==> %s\n' "$1" >&2
}
close_frame() {
  printf '<== %s s\n' "$(seconds_since "$1")" >&2
}

# usage: steady_time    prints hundredths of a second since the server's start: they go on evenly while somebody sets the clock, which
# bash's SECONDS and EPOCHREALTIME follow
steady_time() {
  local uptime
  read -r uptime _ </proc/uptime
  printf '%d' "$((10#${uptime/./}))"
}

# usage: seconds_since STEADY_TIME    prints the time that has passed, as seconds with one decimal
seconds_since() {
  local tenths=$((($(steady_time) - $1) / 10))
  printf '%d.%d' $((tenths / 10)) $((tenths % 10))
}

# usage: has_passed SECONDS STEADY_TIME    true when that long has passed since
has_passed() {
  (($(steady_time) - $2 >= $1 * 100))
}

# usage: utc_now    prints the time as 2026-11-23T09:45:12Z
utc_now() {
  date -u +%Y-%m-%dT%H:%M:%SZ
}
