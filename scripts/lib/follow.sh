#!/usr/bin/env bash
# Following a transaction: it runs on the server by itself. This shows its log as it grows, and attaches again after a lost connection.

# usage: follow_run TARGET RUN RESULT    shows the log until the end and writes the result into the file RESULT; false where the
# connection stays away for longer than connection_timeout
follow_run() {
  local target=$1 run=$2 result=$3 log
  log=$WORK/$(alias_of "$target").log
  : >"$log"
  with_patience "the connection to $target" follow_log "$target" "$run" "$log" || return
  end_section
  with_patience "the connection to $target" ask_for_result "$target" "$run" "$result"
}

# usage: fail_to_follow TARGET STATUS    says why the end was not seen; the transaction goes on there by itself
fail_to_follow() {
  local again='the transaction goes on there by itself: run this job again to see its result'
  [[ $2 != 255 ]] || fail "$1: the connection was lost for longer than connection_timeout; $again"
  fail "$1: the server could not show the run (exit code $2, see above: its program in ~/.berth or the run's folder may be gone); $again"
}

# usage: follow_log TARGET RUN LOG    goes on where LOG ends
follow_log() {
  ask_server "$1" request_follow "$BERTH_DEPLOY_PATH" "$2" "$(wc -c <"$3" | tr -d ' ')" </dev/null | tee -a "$3" | show_log
  return "${PIPESTATUS[0]}"
}

ask_for_result() {
  ask_server "$1" request_result "$BERTH_DEPLOY_PATH" "$2" </dev/null >"$3"
}

# usage: show_log <LOG    the server's frames become GitLab's folding sections; everything else stays as it is
show_log() {
  local line
  while IFS= read -r line || [[ -n $line ]]; do
    case $line in
      '==> '*) section "$(section_name "${line#==> }")" "${line#==> }" ;;
      '<== '*) say "    (${line#<== })"; end_section ;;
      '    error: '*) paint '31;1' "$line" ;;
      '    warning: '*) paint 33 "$line" ;;
      *) say "$line" ;;
    esac
  done
}

section_name() {
  tr -cs 'A-Za-z0-9\n' _ <<<"$1"
}

# usage: result_value FILE NAME    prints one of the result's values
result_value() {
  sed -n "s/^$2=//p" "$1"
}
