#!/usr/bin/env bash
# shellcheck disable=SC2034,SC2153 # names that the files of berth-host.sh share
# The transaction: everything that happens on the server between the upload and the result. It runs detached, so a lost
# connection or a cancelled job changes nothing. Whatever happens, at its end the old or the new release serves.

# usage: transact    puts the run's release live, or goes back to one
transact() {
  trap 'conclude $?' EXIT
  trap 'exit 143' TERM INT
  trap '' HUP
  open_release "$BERTH_RELEASE"
  LIVE_BEFORE=$(live_release)
  step 'Take the lock' take_lock
  keep_for_recovery
  start_guard
  PROTECTED_RELEASE=$RELEASE
  step 'Look after what an earlier deploy left' recover_leftovers
  LIVE_BEFORE=$(live_release)
  if [[ $BERTH_ACTION == rollback ]]; then choose_rollback; else prepare_release; fi
  [[ -n $BERTH_RESTORE_DATA ]] || step 'Back up the data' back_up_data
  go_live
}

# usage: prepare_release    a release that is complete already (GitLab's Rollback and Retry buttons) is not made again
prepare_release() {
  if found_in_place; then
    step 'Take over the in-place installation' take_over
    LIVE_BEFORE=$(live_release)
  fi
  if is_complete "$RELEASE"; then
    step 'Verify the package, which is already complete on this server' verify_package compiled
    step 'Write the environment file' install_environment_file
    return
  fi
  step 'Verify the package' verify_package uploaded
  step "Hand the files to the service's group" hand_to_service_group
  step 'Check the room on the disk' require_room
  step 'Make the virtual environment' make_virtual_environment
  step 'Link the persistent paths' link_persistent_paths
  step 'Write the environment file' install_environment_file
  step 'Write the units' render_units
  step 'Make the release complete' mark_complete
}

# usage: go_live    try, switch, watch, confirm; from the switch on, a failure or a kill goes back
go_live() {
  step 'Try the release beside the live one' preflight
  if [[ -n $BERTH_BEFORE_SWITCH && $BERTH_ACTION != rollback ]]; then step 'Run before_switch' run_before_switch; fi
  install_recovery_unit
  note_pending "$LIVE_BEFORE" "$RELEASE"
  PHASE=switched
  if [[ -n $BERTH_RESTORE_DATA ]]; then restore_data; fi
  step 'Switch' activate "$RELEASE"
  step 'Watch' watch_release "$(expected_version "$RELEASE")"
  step 'Confirm' confirm
  PHASE=confirmed
  step 'Tidy up' prune_releases
}

# usage: restore_data    asked for by name only: the service stops, so that not a row is written between the saving of the present data
# and the restored one; whatever fails from here on brings the present data back
restore_data() {
  step 'Stop the service' stop_service
  step 'Save the present data' back_up_data
  note_pending "$LIVE_BEFORE" "$RELEASE" "${LAST_BACKUP##*/}"
  step "Restore the data of $BERTH_RESTORE_DATA" restore_backup "$BERTH_RESTORE_DATA"
}

# usage: choose_rollback    the release was named or is the rollback target; it must have been live and healthy once
choose_rollback() {
  end_where_rolled_back_already
  [[ -n $RELEASE ]] || open_release "$(rollback_target)"
  [[ -n $RELEASE ]] || fail 'there is no release to roll back to' "$(list_releases)"
  is_confirmed "$RELEASE" || fail "the release \"$RELEASE\" is not one that was live here" "$(list_releases)"
  [[ -z $BERTH_RESTORE_DATA ]] || is_whole_backup "$BERTH_RESTORE_DATA" ||
    fail "there is no backup \"$BERTH_RESTORE_DATA\"" "$(list_releases)"
  [[ $RELEASE != "$LIVE_BEFORE" || -n $BERTH_RESTORE_DATA ]] || fail "the release \"$RELEASE\" is live already" "$(list_releases)"
  compare_with_package
  printf '%s\n' "$RELEASE" >"$RUN_PATH/release"
  say "from $LIVE_BEFORE to $RELEASE"
}

# usage: end_where_rolled_back_already    a rollback of several servers, of which one failed, is run again: a server that it has reached is
# not taken a second step back
end_where_rolled_back_already() {
  local to
  [[ -n $BERTH_REQUEST && -z $BERTH_RESTORE_DATA ]] || return 0
  to=$(sed -n "s/^$BERTH_REQUEST //p" "$STATE/rolled-back" 2>/dev/null) || return 0
  [[ -n $to && $to == "$LIVE_BEFORE" && ${RELEASE:-$to} == "$to" ]] || return 0
  say "this pipeline has taken the server back to $to already; to go further back, name the release (BERTH_ROLLBACK_TO)"
  open_release "$to"
  PHASE=confirmed
  exit 0
}

# usage: require_room    what the release still needs, and the reserve: better to stop here than on a full disk half-way
require_room() {
  local free needed all largest sizes
  free=$(df --output=avail -k -- "$RELEASES" | tail -n 1)
  needed=$(($(du -sk -- "$RELEASE_PATH" | cut -f 1) * 3 + BERTH_RESERVE_MEGABYTES * 1024))
  sizes=$(databases_kilobytes 2>&1) || fail "the data cannot be measured: ${sizes##*$'\n'}" "$(cure_of_owner "$SHARED")"
  read -r all largest <<<"${sizes##*$'\n'}" # what sudo may have to say (an unknown host name) comes before
  [[ $(stat -c %d -- "$RELEASES") != "$(stat -c %d -- "$BERTH_BACKUP_PATH")" ]] || needed=$((needed + all + largest))
  ((free > needed)) || fail "$RELEASES has $((free / 1024)) MB free; this release needs about $((needed / 1024)) MB with its backup and the reserve" 'make room, or lower keep_releases or keep_backups'
  say "$((free / 1024)) MB free, about $((needed / 1024)) MB needed"
}

# usage: run_before_switch    the consumer's own command (migrations), in the new release, as the service's user
run_before_switch() {
  if enabled before_switch_on_copy; then try_before_switch; fi
  say "$BERTH_BEFORE_SWITCH"
  before_switch_command || fail 'before_switch failed; nothing was switched' "its lines are above; the data as it was is in ${LAST_BACKUP:-$BERTH_BACKUP_PATH}"
}

# usage: try_before_switch    the same command on copies of the databases: the release is not live yet, so its links may lead to
# the copies for that time
try_before_switch() {
  local path list paths status=0
  [[ $RELEASE != "$LIVE_BEFORE" ]] || { say 'the release is live already: no trial on a copy'; return 0; }
  list=$(persistent_paths)
  [[ -n $list ]] || { say 'no persistent paths: there is nothing to copy'; return 0; }
  mapfile -t paths <<<"$list"
  TRIAL=$SHARED/.trial-$RUN
  say "on a copy first: $BERTH_BEFORE_SWITCH"
  (umask 007 && mkdir -- "$TRIAL")
  list=$(as_service python3 -I -c "$(print_sqlite_program)" copy "$SHARED" "$TRIAL" "${paths[@]}" 2>&1) ||
    fail "a copy for the trial could not be made: ${list##*$'\n'}" "make room in $SHARED, or switch before_switch_on_copy off"
  say "${list//$'\n'/$'\n'    }"
  for path in "${paths[@]}"; do
    prove_inside "$RELEASE_PATH" "$path"
    [[ ! -d $SHARED/$path ]] || as_service mkdir -p -- "$TRIAL/$path"
    ln -sfn -- "$TRIAL/$path" "$RELEASE_PATH/$path"
  done
  before_switch_command || status=$?
  link_persistent_paths
  remove_inside "$SHARED" "${TRIAL##*/}"
  ((status == 0)) || fail 'before_switch failed on a copy of the data; nothing was switched, the data was not touched' 'its lines are above'
}

# usage: before_switch_command    its status is the command's
before_switch_command() {
  # shellcheck disable=SC2016 # the inner shells expand it
  as_service sh -c 'cd -- "$1" && PATH=$1/venv/bin:$PATH && export PATH && exec sh -c "$2"' sh "$RELEASE_PATH" "$BERTH_BEFORE_SWITCH" 2>&1 | sed 's/^/    | /'
}

# usage: confirm    the release is live and healthy: it may be rolled back to from now on
confirm() {
  if [[ $BERTH_ACTION != rollback ]]; then note_previous; elif [[ -n $BERTH_REQUEST ]]; then printf '%s\n' "$BERTH_REQUEST $RELEASE" | write_file "$STATE/rolled-back"; fi
  printf '%s, run %s\n' "$(utc_now)" "$RUN" | write_file "$RELEASE_PATH/.berth/confirmed"
  clear_pending
  enable_service
  say "$RELEASE is live"
}

# usage: note_previous    what was live before is what a rollback goes to. A release that is put live once more (GitLab's buttons) leaves its
# place in the row for that: A, B, C, B is from now on A, C, B.
note_previous() {
  local before other=$RELEASE_PATH/.berth/previous
  [[ -n $LIVE_BEFORE && $LIVE_BEFORE != "$RELEASE" ]] || return 0
  before=$(cat "$other" 2>/dev/null) || true
  for other in "$RELEASES"/*/.berth/previous; do
    [[ ! -f $other || $(cat "$other") != "$RELEASE" ]] || printf '%s\n' "$before" | write_file "$other"
  done
  printf '%s\n' "$LIVE_BEFORE" | write_file "$RELEASE_PATH/.berth/previous"
}

# usage: conclude STATUS    the end, whatever it is: put right what has to be, then write the result. Runs once, in the EXIT trap.
conclude() {
  local status=$1 outcome=failed cause cure
  trap - EXIT
  trap '' TERM INT
  set +e
  cause=$(failure_cause "$status")
  cure=$(sed -n 2p "$RUN_PATH/failure" 2>/dev/null)
  PROTECTED_RELEASE=''
  [[ $PHASE == refused ]] || { stop_trial; (remove_remains); }
  case $PHASE in
    refused) outcome=refused cure=$FAILURE_CURE; undo_upload ;;
    preparing) undo_preparation ;;
    switched)
      rm -f -- "$RUN_PATH/failure"
      undo_switch # not in a condition, which would switch strict mode off in it
      if [[ ! -e $PENDING ]]; then
        outcome=switched-back
      else
        cause+="; going back to ${LIVE_BEFORE:-nothing} failed too: $(head -n 1 "$RUN_PATH/failure" 2>/dev/null || echo 'its lines are above')"
        cure="run the job again: it goes back first${cure:+. Before that: $cure}"
      fi
      ;;
    confirmed) status=0 outcome=live ;;
  esac
  rm -f -- "$RUN_PATH/env" "$RUN_PATH/env.before"
  if [[ $PHASE == switched && -e $PENDING && -n $(disk_complaint) ]]; then say_elsewhere "$cause" # whoever comes next goes back, and says how it ended
  else write_result "$outcome" "$status" "$cause" "$cure" || say_elsewhere "$cause"; fi
  exit "$status"
}

# usage: failure_cause STATUS    prints it in one line, with what the disk says where it takes no file; nothing where all went well
failure_cause() {
  [[ $1 != 0 ]] || return 0
  local cause disk
  disk=$(disk_complaint)
  cause=$(head -qn 1 "$RUN_PATH/overdue" "$RUN_PATH/failure" 2>/dev/null | grep . || true)
  cause=${cause%%$'\n'*}
  printf '%s%s\n' "${cause:-${FAILURE_CAUSE:-the step \"$CURRENT_STEP\" failed (exit code $1); its lines are above}}" "${disk:+ ($disk)}"
}

# usage: undo_upload    without the lock: takes away what was sent, unless the one who has the lock works with it or it was complete
# already
undo_upload() {
  is_complete "$RELEASE" || is_being_deployed "$RELEASE" || discard_release "$RELEASE"
}

# usage: undo_preparation    nothing live was touched: takes the unfinished release away
undo_preparation() {
  put_environment_back "$RUN_PATH" "$RELEASE"
  discard_release "$RELEASE"
}

# usage: undo_switch    shows why, goes back, and looks whether the old release answers again
undo_switch() {
  show_journal
  local started status attempt
  started=$(steady_time)
  open_frame "Go back to ${LIVE_BEFORE:-no release}"
  put_environment_back "$RUN_PATH" "$RELEASE"
  for attempt in 1 2 3; do
    (set -e; switch_back "$LIVE_BEFORE" "$(pending_value data)") # not in a condition, which would switch strict mode off in it
    status=$?
    ((status != 0 && attempt < 3)) || break
    sleep 2
  done
  ((status != 0)) || clear_pending
  discard_release "$RELEASE"
  if ((status == 0)) && [[ -n $LIVE_BEFORE ]]; then
    (set -e; watch_release '')
    status=$?
    if ((status == 0)); then say "$LIVE_BEFORE is live again"; else say "$LIVE_BEFORE does not answer either"; fi
  fi
  close_frame "$started"
}

# usage: list_releases    prints one line for people: what could be rolled back to
list_releases() {
  local id live releases text=''
  live=$(live_release)
  releases=$(confirmed_releases)
  for id in $releases; do
    text+="${text:+, }$id$([[ $id != "$live" ]] || printf ' (live)')"
  done
  printf 'releases here: %s; backups: %s\n' "${text:-none}" "$(backups | tr '\n' ' ')"
}
