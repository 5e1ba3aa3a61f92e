#!/usr/bin/env bash
# shellcheck disable=SC2030,SC2031,SC2034,SC2153 # names that the files of berth-host.sh share
# What an interrupted transaction leaves is put right by whoever comes first: its guard, the unit at boot, or the next deploy.

# usage: note_pending FROM TO [BACKUP]    from here until confirmation, an interruption means: back to FROM, with the data of BACKUP
note_pending() {
  printf '%s\n' "from=$1" "to=$2" "run=$RUN" "data=${3:-}" "started=$(property InvocationID)" | write_file "$PENDING"
}

# usage: clear_pending    the switch is confirmed, or undone
clear_pending() {
  rm -f -- "$PENDING"
  sync "$STATE"
}

# usage: recover_leftovers    under the lock, so no other transaction lives: undoes a pending switch, ends dead runs
recover_leftovers() {
  local run runs
  [[ -n ${AT_BOOT:-} ]] || stop_trial || true # /run is empty then
  if [[ -e $PENDING ]]; then undo_pending_switch; fi
  runs=$(abandoned_runs)
  for run in $runs; do end_abandoned_run "$run"; done
  remove_remains
}

# usage: remove_remains    what a killed transaction was making: files to be renamed, copies for a trial, half a backup
remove_remains() {
  remove_matching "$STATE" '*.new.*' current.new
  remove_matching "$SHARED" '.trial-*' '.new-*' '.scratch-*'
  remove_matching "$BERTH_BACKUP_PATH" '.partial-*'
}

# usage: keep_for_recovery    this program and the settings, at a place that the unit at boot and an administrator can count on; so each
# job that deploys carries what they ask for
keep_for_recovery() {
  declare -F request_recover request_rollback request_releases >/dev/null
  require_own_folder
  mark_backups
  write_file "$STATE/settings" <"$RUN_PATH/settings"
  cmp -s -- "$HOST_PROGRAM" "$STATE/berth-host.sh" || write_file "$STATE/berth-host.sh" <"$HOST_PROGRAM"
}

# usage: undo_pending_switch    back to the release that was live, unless the new one had been confirmed
undo_pending_switch() {
  local from to run
  from=$(pending_value from)
  to=$(pending_value to)
  run=$(pending_value run)
  if is_confirmed "$to" && [[ $(live_release) == "$to" && $(cat "$RELEASES/$to/.berth/confirmed") == *", run $run" ]]; then
    say "the switch to $to had been confirmed"
  else
    say "the switch to $to was interrupted before its confirmation: back to ${from:-nothing}"
    put_environment_back "$STATE/runs/$run" "$to"
    switch_back "$from" "$(pending_value data)"
    discard_release "$to"
  fi
  clear_pending
}

# usage: switch_back RELEASE [BACKUP]    makes the release that was live before the live one again; where there was none, stops the
# service. BACKUP is the data that was there before, where other data was being restored.
switch_back() {
  [[ -n ${AT_BOOT:-} ]] || stop_standby || true
  if [[ -n ${2:-} ]]; then
    [[ -n ${AT_BOOT:-} ]] || stop_service
    restore_backup "$2"
  fi
  if [[ -z $1 ]]; then
    [[ -n ${AT_BOOT:-} ]] || stop_service || true
    rm -f -- "$CURRENT"
    sync "$BERTH_DEPLOY_PATH"
    return
  fi
  install_units "$1"
  if [[ $(live_release) == "$1" && -z $UNITS_RENEWED ]] && runs_from "$1"; then return; fi
  if must_wait_for_disk; then fail "the disk takes no file: $(live_release) goes on serving, and is undone as soon as there is room" 'make room on the server, then run the job again'; fi
  [[ $(live_release) == "$1" ]] || point_current_at "$1"
  [[ -n ${AT_BOOT:-} ]] || restart_service
}

# usage: must_wait_for_disk    true where the disk takes no file and something answers: restarted now, no release might come up again
must_wait_for_disk() {
  [[ -z ${AT_BOOT:-} && -n $(disk_complaint) ]] && health_answer "$BERTH_HEALTH_URL" '' >/dev/null
}

# usage: runs_from RELEASE    true when the switch did not come as far as the service: it is still the process of the release that was live.
# A restart would do no good then, and harm on a disk that takes no file: the application may need one to start.
runs_from() {
  local process started
  process=$(property MainPID)
  started=$(pending_value started) # systemd.exec(5), INVOCATION_ID: another one at each start
  [[ ${process:-0} != 0 && -n $started && $(pending_value to) != "$1" && $(property InvocationID) == "$started" ]]
}

# usage: end_abandoned_run RUN    takes its half-made release away and writes the result that it could not write
end_abandoned_run() {
  (
    local cause
    RUN_PATH=$STATE/runs/$1
    read_settings "$RUN_PATH/settings" lenient
    CURRENT_STEP=$(cat "$RUN_PATH/step" 2>/dev/null || echo start)
    RELEASE=${BERTH_RELEASE:-$(cat "$RUN_PATH/release" 2>/dev/null || true)} # a rollback has chosen it by itself
    cause=$(said_elsewhere "$1")
    rm -f -- "$RUN_PATH/env"
    if was_confirmed_by "$1"; then
      rm -f -- "$RUN_PATH/env.before"
      RELEASE=$(live_release)
      write_result live 0
      return
    fi
    put_environment_back "$RUN_PATH" "$RELEASE"
    discard_release "$RELEASE"
    write_result failed 1 "${cause:-the deploy was killed in the step \"$CURRENT_STEP\"}; $(live_release) is live" 'run the job again'
  )
}

# usage: put_environment_back RUN_PATH RELEASE    a release that was complete before keeps the environment file that it had
put_environment_back() {
  [[ -f $1/env.before ]] || return 0
  if [[ -n $2 && -d $RELEASES/$2 ]]; then mv -fT -- "$1/env.before" "$RELEASES/$2/.env.production"; else rm -f -- "$1/env.before"; fi
}

# usage: was_confirmed_by RUN    true when the live release is the one that this run put live and confirmed: it was killed later
was_confirmed_by() {
  grep -qxE ".*, run ${1//./\\.}" "$RELEASES/$(live_release)/.berth/confirmed" 2>/dev/null
}

# usage: recovery_unit    prints the unit that undoes an interrupted switch at boot, before the service starts
recovery_unit() {
  cat <<UNIT
# Written by Berth: after a power loss in the middle of a deploy the release that was live before is made live again.
[Unit]
Description=Berth: recover an interrupted deploy of $BERTH_SERVICE_NAME
Before=$BERTH_SERVICE_NAME.service $BERTH_SERVICE_NAME.socket
RequiresMountsFor=$BERTH_DEPLOY_PATH

[Service]
Type=oneshot
TimeoutStartSec=$BERTH_TRANSACTION_TIMEOUT
User=$(id -un)
ExecStart=/bin/bash $STATE/berth-host.sh recover $BERTH_DEPLOY_PATH boot

[Install]
WantedBy=multi-user.target
UNIT
}

# usage: install_recovery_unit    once, and again where its text has changed
install_recovery_unit() {
  local name=berth-recovery-$BERTH_SERVICE_NAME.service
  enabled manage_units || return 0
  recovery_unit >"$RUN_PATH/$name"
  cmp -s -- "$RUN_PATH/$name" "$UNIT_FOLDER/$name" && return
  as_root install -D -m 644 -- "$RUN_PATH/$name" "$UNIT_FOLDER/$name"
  as_root systemctl daemon-reload
  as_root systemctl enable --quiet "$name"
  sync -f "$UNIT_FOLDER"
  say "$name looks after an interrupted deploy at boot"
}
