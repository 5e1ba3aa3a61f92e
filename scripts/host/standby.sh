#!/usr/bin/env bash
# shellcheck disable=SC2034,SC2153 # names that the files of berth-host.sh share
# Rolling (input `rolling`): while the service restarts, a second instance of the new release takes the connections from the same
# socket, so that they need not even wait. It lives for the switch alone: nothing enables its unit, and it ends by itself
# where nobody is left to stop it.

# usage: standby_unit    prints the name of the second instance's unit
standby_unit() { printf '%s-standby.service\n' "$BERTH_SERVICE_NAME"; }

# usage: standby_text UNIT DROP_IN    prints the second instance: the service with its drop-in, from the release's own folder, since
# `current` is another one's as long as the switch can be undone
standby_text() {
  sed -n '/^\[Install\]/,/^\[/{/^\[Install\]/d;/^\[/!d}; p' "$1" | sed "s#$CURRENT#$RELEASE_PATH#g"
  cat "$2"
  cat <<UNIT
# The second instance, during a switch. Where it fails, the deploy says so; no failed unit stays behind.
[Unit]
CollectMode=inactive-or-failed

[Service]
Sockets=$BERTH_SERVICE_NAME.socket
Restart=no
RuntimeMaxSec=$((BERTH_HEALTH_TIMEOUT * 2 + BERTH_STOP_TIMEOUT + 60))
UNIT
}

# usage: may_roll RELEASE    true when the release has a second instance, and there is a running service to take over from
may_roll() {
  ! is_of_another_service "$(standby_unit)" && [[ -f $RELEASES/$1/.berth/units/$(standby_unit) && -f $UNIT_FOLDER/$(standby_unit) && -z ${SOCKET_RENEWED:-} ]] &&
    systemctl is-active --quiet "$BERTH_SERVICE_NAME.socket" && systemctl is-active --quiet "$BERTH_SERVICE_NAME.service"
}

# usage: roll_over RELEASE    start the second instance, restart the service behind its back, end the second instance. Each of the
# two finishes its requests before it ends, while the other takes the new ones.
roll_over() {
  local started took
  started=$(steady_time)
  as_root systemctl start "$(standby_unit)" || fail "systemd could not start $(standby_unit)" "$(journal_cure)"
  wait_for_standby "$(expected_version "$1")"
  took=$(seconds_since "$started")
  say "a second instance serves (after $took s)"
  restart_service
  say 'the service has restarted behind it'
  sleep "$took" # the service needs as long as the second instance did until it takes connections
  stop_standby
  say 'the second instance has ended'
}

# usage: wait_for_standby VERSION    until its version answers, through the socket that it shares; two seconds where versions do not show
wait_for_standby() {
  local started answer
  started=$(steady_time)
  while systemctl is-active --quiet "$(standby_unit)"; do
    if [[ -n $1 && $1 != "$(expected_version "$LIVE_BEFORE")" ]]; then
      ! answer=$(health_answer "$BERTH_HEALTH_URL" "$1") || return 0
      ! has_passed "$BERTH_HEALTH_TIMEOUT" "$started" || fail "the second instance does not answer: $answer" "$(journal_cure)"
    else
      ! has_passed 2 "$started" || return 0
    fi
    sleep 0.1
  done
  show_journal "$(standby_unit)" || true
  fail 'the second instance of the new release ended by itself' 'its journal is above'
}

# usage: stop_standby    also one that is still starting; nothing happens where there is none
stop_standby() {
  case $(systemctl show --property=ActiveState --value "$(standby_unit)") in
    inactive | failed) ;;
    *) as_root systemctl stop "$(standby_unit)" ;;
  esac
}
