#!/usr/bin/env bash
# shellcheck disable=SC2034,SC2153 # names that the files of berth-host.sh share
# One transaction at a time. The kernel holds the lock for as long as descriptor 9 is open, so it never goes stale:
# neither kill -9 nor a power loss leaves one behind. The owner file says who holds it, as name=value.

# usage: take_lock [SECONDS]    waits that long (default: not at all); ends with 75 (EX_TEMPFAIL) where another one holds it
take_lock() {
  local patience=${1:-0}
  exec 9>>"$STATE/lock"
  if ! flock -n 9 && end_orphans; then patience=$((patience + 5)); fi
  if ! flock -w "$patience" 9; then
    PHASE=refused
    FAILURE_CAUSE="another deploy holds the lock: $(lock_owner)"
    FAILURE_CURE='wait until it has ended, then run this job again'
    say "error: $FAILURE_CAUSE"
    exit 75
  fi
  printf '%s\n' "label=${BERTH_LABEL:-a deploy}" "run=${RUN:-none}" "release=${RELEASE:-none}" "since=$(utc_now)" >"$STATE/owner"
}

# usage: owner_value NAME    prints what the owner of the lock says of itself; nothing where it does not say it
owner_value() {
  [[ ! -e $STATE/owner ]] || sed -n "s/^$1=//p" "$STATE/owner"
}

# usage: lock_owner    prints for people who holds the lock
lock_owner() {
  local label
  label=$(owner_value label)
  if [[ -n $label ]]; then
    printf '%s, run %s, release %s, since %s\n' "$label" "$(owner_value run)" "$(owner_value release)" "$(owner_value since)"
  else
    cat "$STATE/owner" 2>/dev/null || echo 'it has not said which' # Berth 0.1 wrote a line of text
  fi
}

# usage: is_locked    true while a transaction is under way
is_locked() {
  [[ -e $STATE/lock ]] || return 1
  ! flock -n "$STATE/lock" true
}

# usage: run_under_way RELEASE    prints the run that is putting this very release live now; nothing where there is none
run_under_way() {
  is_locked || return 0
  [[ $(owner_value release) != "$1" ]] || owner_value run
}

# usage: end_orphans    where the owner was killed and its guard too, what it had started may still hold the descriptor: ends that. Its
# number is nobody else's as long as its session has a process. False where there is nothing to end.
end_orphans() {
  local owner folder
  owner=$(owner_value run)
  folder=$STATE/runs/$owner
  [[ -n $owner && -s $folder/pid && ! -e $folder/result ]] && ! is_running "$folder" || return 1
  kill_session "$(cat "$folder/pid")" KILL
}

# usage: is_being_deployed RELEASE    true while the transaction that holds the lock is about this very release
is_being_deployed() { [[ -n $(run_under_way "$1") ]]; }
