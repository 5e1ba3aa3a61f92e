#!/usr/bin/env bash
# shellcheck disable=SC2034,SC2153 # names that the files of berth-host.sh share
# What a job asks of the server. Each request is one ssh command; settings and secrets come on standard input.

# usage: begin RUN <SETTINGS    makes the run's folder; prints "state=new|complete" and "link=<release>" for the upload; where an earlier
# job's run is putting this same release live, only "state=running" and "run=<that run>": nothing may be uploaded into it
begin() {
  local settings live running problem
  settings=$(cat)
  read_settings /dev/stdin <<<"$settings"
  set_layout
  problem=$(data_settings_problem)
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

# usage: put_environment RUN <CONTENT    the secrets: mode first, then the content
put_environment() {
  open_run "$1"
  (umask 077 && cat >"$RUN_PATH/env")
}

# usage: start_run RUN    detached from the connection; asked twice (the answer may have been lost), it starts once
start_run() {
  local patience=100
  open_run "$1"
  if mkdir -- "$RUN_PATH/started" 2>/dev/null; then
    setsid --fork bash "$HOST_PROGRAM" transact "$BERTH_DEPLOY_PATH" "$RUN" >>"$RUN_PATH/log" 2>&1 </dev/null
  fi
  while [[ ! -e $RUN_PATH/pid ]] && ((patience-- > 0)); do sleep 0.1; done
  [[ -e $RUN_PATH/pid ]] || fail 'the transaction did not start' "look into $RUN_PATH/log"
}

# usage: follow RUN OFFSET    prints the log from that byte on, until the transaction has ended
follow() {
  open_run "$1"
  if [[ ! -e $RUN_PATH/result ]] && is_running "$RUN_PATH"; then
    tail -c "+$(($2 + 1))" --follow --pid="$(cat "$RUN_PATH/pid")" --sleep-interval=0.3 "$RUN_PATH/log"
  elif [[ -e $RUN_PATH/log ]]; then # a power loss may have taken it
    tail -c "+$(($2 + 1))" "$RUN_PATH/log"
  fi
}

# usage: print_result RUN    waits a little for the guard's word; where nobody is left to give one, puts things right itself
print_result() {
  local patience=50
  open_run "$1"
  while [[ ! -e $RUN_PATH/result ]] && ((patience-- > 0)); do sleep 0.1; done
  if [[ ! -e $RUN_PATH/result ]] && ! is_running "$RUN_PATH"; then
    take_lock 60
    [[ -e $RUN_PATH/result ]] || clean_up_after "$RUN" >>"$RUN_PATH/log" 2>&1
  fi
  cat -- "$RUN_PATH/result"
}

# usage: abandon RUN    the upload failed: nothing of it stays
abandon() {
  open_run "$1"
  [[ ! -e $RUN_PATH/started ]] || return 0
  discard_release "$BERTH_RELEASE"
  remove_inside "$STATE/runs" "$RUN"
}

# usage: roll_back [RELEASE]    what an administrator asks for on the server itself, where GitLab cannot be reached: the transaction of the
# rollback job, with the settings of the last deploy. False unless the release is live in the end.
roll_back() {
  local owner run
  owner=$(stat -c %U -- "$STATE")
  [[ $(id -un) == "$owner" ]] || fail "the files in $STATE are $owner's" "run this as $owner: runuser -u $owner -- …"
  run=rollback-by-hand-$(date -u +%Y%m%dT%H%M%SZ)
  {
    grep -vE '^BERTH_(ACTION|RELEASE|VERSION|LABEL|RESTORE_DATA|REQUEST)=' "$STATE/settings"
    printf 'BERTH_ACTION=%s\nBERTH_LABEL=%s\n' "$(base64 -w 0 <<<rollback)" "$(base64 -w 0 <<<'by hand, on the server')"
    [[ -z ${1:-} ]] || printf 'BERTH_RELEASE=%s\n' "$(base64 -w 0 <<<"$1")"
  } | (begin "$run") >/dev/null
  start_run "$run"
  follow "$run" 0
  print_result "$run"
  grep -qx outcome=live "$RUN_PATH/result"
}

# usage: recover [boot]    what the unit at boot calls; does nothing while a transaction is under way
recover() {
  read_settings "$STATE/settings"
  AT_BOOT=${1:-}
  RUN=recovery
  RUN_PATH=''
  take_lock 5
  recover_leftovers
}
