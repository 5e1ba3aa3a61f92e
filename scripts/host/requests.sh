#!/usr/bin/env bash
# shellcheck disable=SC2034,SC2153 # names that the files of berth-host.sh share
# What a job asks of the server. Each request is one ssh command; settings and secrets come on standard input. `berth embed` gives a
# job those requests whose functions (request_…) its script names.

# usage: request_check | request_verify | request_releases <SETTINGS
request_check() {
  take_settings
  check_server
}
request_verify() {
  take_settings
  verify_server
}
request_releases() {
  take_settings
  list_releases
}

# usage: take_settings <SETTINGS
take_settings() {
  read_settings /dev/stdin
  set_layout
}

# usage: set_deploy_path DEPLOY_PATH    for the requests that come without settings
set_deploy_path() {
  BERTH_DEPLOY_PATH=${1:?a deploy path}
  set_layout
}

# usage: request_transact DEPLOY_PATH RUN    the transaction itself, detached by request_start
request_transact() {
  open_run "$@"
  printf '%s\n' "$$" >"$RUN_PATH/pid"
  transact
}

# usage: request_guard DEPLOY_PATH RUN PID    detached by the transaction
request_guard() {
  ROLE=guard
  open_run "$1" "$2"
  guard "$3"
}

# usage: detach REQUEST ARGUMENT…    this program once more, in a session of its own, for this run
detach() {
  setsid --fork bash "$HOST_PROGRAM" "${1#request_}" "$BERTH_DEPLOY_PATH" "$RUN" "${@:2}" >>"$RUN_PATH/log" 2>&1 </dev/null 9>&-
}

# usage: request_begin RUN <SETTINGS    makes the run's folder; prints "state=new|complete" and "link=<release>" for the upload; where an earlier
# job's run is putting this same release live, only "state=running" and "run=<that run>": nothing may be uploaded into it
request_begin() {
  local settings live running problem
  settings=$(cat)
  read_settings /dev/stdin <<<"$settings"
  set_layout
  problem=$(persistent_paths_problem)
  [[ -z $problem ]] || fail "${problem%%$'\t'*}" "${problem#*$'\t'}"
  prepare_paths
  acts_apart || warn "$(apart_cure)"
  running=$([[ $BERTH_ACTION == rollback ]] || run_under_way "$BERTH_RELEASE")
  if [[ -n $running ]]; then
    printf 'state=running\nrun=%s\n' "$running"
    return
  fi
  RUN_PATH=$STATE/runs/$1
  (umask 077 && mkdir -p -- "$RUN_PATH")
  boot_id >"$RUN_PATH/boot"
  write_file "$RUN_PATH/settings" <<<"$settings"
  sync "$STATE/runs"
  live=$(live_release)
  if is_complete "$BERTH_RELEASE"; then printf 'state=complete\n'; else printf 'state=new\n'; fi
  printf 'link=%s\n' "$live"
}

# usage: request_put_environment DEPLOY_PATH RUN <CONTENT    the secrets: mode first, then the content
request_put_environment() {
  open_run "$@"
  (umask 077 && cat >"$RUN_PATH/env")
}

# usage: request_start DEPLOY_PATH RUN    detached from the connection; asked twice (the answer may have been lost), it starts once
request_start() {
  local patience=100
  open_run "$@"
  if mkdir -- "$RUN_PATH/started" 2>/dev/null; then
    detach request_transact
  fi
  while [[ ! -e $RUN_PATH/pid ]] && ((patience-- > 0)); do sleep 0.1; done
  [[ -e $RUN_PATH/pid ]] || fail 'the transaction did not start' "look into $RUN_PATH/log"
}

# usage: request_follow DEPLOY_PATH RUN OFFSET    prints the log from that byte on, until the transaction has ended
request_follow() {
  open_run "$1" "$2"
  if [[ ! -e $RUN_PATH/result ]] && is_running "$RUN_PATH"; then
    tail -c "+$(($3 + 1))" --follow --pid="$(cat "$RUN_PATH/pid")" --sleep-interval=0.3 "$RUN_PATH/log"
  elif [[ -e $RUN_PATH/log ]]; then # a power loss may have taken it
    tail -c "+$(($3 + 1))" "$RUN_PATH/log"
  fi
}

# usage: request_result DEPLOY_PATH RUN    waits a little for the guard's word; where nobody is left to give one, puts things right itself
request_result() {
  local patience=50
  open_run "$@"
  while [[ ! -e $RUN_PATH/result ]] && ((patience-- > 0)); do sleep 0.1; done
  if [[ ! -e $RUN_PATH/result ]] && ! is_running "$RUN_PATH"; then
    take_lock 60
    [[ -e $RUN_PATH/result ]] || clean_up_after "$RUN" >>"$RUN_PATH/log" 2>&1
  fi
  cat -- "$RUN_PATH/result"
}

# usage: request_abandon DEPLOY_PATH RUN    the upload failed: nothing of it stays
request_abandon() {
  open_run "$@"
  [[ ! -e $RUN_PATH/started ]] || return 0
  discard_release "$BERTH_RELEASE"
  remove_inside "$STATE/runs" "$RUN"
}

# usage: request_rollback DEPLOY_PATH [RELEASE]    what an administrator asks for on the server itself, where GitLab cannot be reached: the transaction of the
# rollback job, with the settings of the last deploy. False unless the release is live in the end.
request_rollback() {
  local owner run
  set_deploy_path "$1"
  owner=$(stat -c %U -- "$STATE")
  [[ $(id -un) == "$owner" ]] || fail "the files in $STATE are $owner's" "run this as $owner: runuser -u $owner -- …"
  run=rollback-by-hand-$(date -u +%Y%m%dT%H%M%SZ)
  {
    grep -vE '^BERTH_(ACTION|RELEASE|VERSION|LABEL|RESTORE_DATA|REQUEST)=' "$STATE/settings"
    printf 'BERTH_ACTION=%s\nBERTH_LABEL=%s\n' "$(printf rollback | base64)" "$(printf 'by hand, on the server' | base64)"
    [[ -z ${2:-} ]] || printf 'BERTH_RELEASE=%s\n' "$(printf %s "$2" | base64 -w 0)"
  } | (request_begin "$run") >/dev/null
  request_start "$BERTH_DEPLOY_PATH" "$run"
  request_follow "$BERTH_DEPLOY_PATH" "$run" 0
  request_result "$BERTH_DEPLOY_PATH" "$run"
  grep -qx outcome=live "$RUN_PATH/result"
}

# usage: request_recover DEPLOY_PATH [boot]    what the unit at boot calls; does nothing while a transaction is under way
request_recover() {
  set_deploy_path "$1"
  read_settings "$STATE/settings"
  AT_BOOT=${2:-}
  RUN=recovery
  RUN_PATH=''
  take_lock 5
  recover_leftovers
}
