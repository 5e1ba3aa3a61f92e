#!/usr/bin/env bash
# The guard outlives the transaction: where that is killed, it takes what is left of it down, switches back and writes the result.
# It also ends a transaction that takes too long.

# usage: start_guard    in a session of its own, without the lock
start_guard() {
  detach request_guard "$BASHPID"
}

# usage: guard PID    waits for the transaction's end
guard() {
  local transaction=$1
  trap '' HUP
  wait_for_end "$transaction" "$BERTH_TRANSACTION_TIMEOUT" || stop_transaction "$transaction"
  [[ ! -e $RUN_PATH/result ]] || return 0
  kill_session "$transaction" KILL
  take_lock 60
  [[ ! -e $RUN_PATH/result ]] || return 0
  step 'The transaction was killed; its guard takes over' clean_up_after "$RUN"
}

# usage: clean_up_after RUN    under the lock
clean_up_after() {
  recover_leftovers
  end_abandoned_run "$1"
}

# usage: wait_for_end PID SECONDS    false when the process still lives after that time
wait_for_end() {
  timeout "$2" tail --pid="$1" -f /dev/null
}

# usage: stop_transaction PID    it took too long: asks it to end in order (it switches back by itself), then does not ask
stop_transaction() {
  printf 'the deploy took longer than %s s\n' "$BERTH_TRANSACTION_TIMEOUT" >"$RUN_PATH/overdue"
  kill -TERM "$1" 2>/dev/null || true
  kill_session "$1" TERM
  wait_for_end "$1" 90 || kill_session "$1" KILL
}

# usage: kill_session PID SIGNAL    the transaction leads a session: its children, those of the service's user included
kill_session() {
  pkill "-$2" --session "$1" 2>/dev/null || true # those of the other user are not this one's to end
  as_service pkill "-$2" --session "$1" 2>/dev/null || true
}
