#!/usr/bin/env bash
# shellcheck disable=SC2034,SC2153 # names that the files of berth-host.sh share
# Starting a release, and knowing that it runs.

# usage: activate RELEASE    the switch itself: units, the link, the restart. Not on a full disk: what is restarted there may not come up
activate() {
  [[ -z $(disk_complaint) ]] || fail 'the disk takes no file; nothing was switched' 'make room on the server, then run the job again'
  install_units "$1"
  point_current_at "$1"
  if may_roll "$1"; then roll_over "$1"; else restart_service; fi
}

# usage: point_current_at RELEASE    by rename(2): at every moment the link is the old one or the new one, also after a power loss
point_current_at() {
  local beside=$STATE/current.new
  rm -f -- "$beside"
  ln -s -- "releases/$1" "$beside"
  mv -fT -- "$beside" "$CURRENT"
  sync "$BERTH_DEPLOY_PATH"
}

# usage: restart_service    with a socket unit connections wait in its queue meanwhile; without one there is a gap of about half a second
restart_service() {
  local service=$BERTH_SERVICE_NAME.service socket=$BERTH_SERVICE_NAME.socket
  as_root systemctl reset-failed "$service" 2>/dev/null || true
  if has_socket_unit && { [[ -n ${SOCKET_RENEWED:-} ]] || ! systemctl is-active --quiet "$socket"; }; then
    stop_service # a socket that listens elsewhere than its unit says now, or a service that holds the port itself
    as_root systemctl start "$socket"
    SOCKET_RENEWED=''
  fi
  as_root systemctl restart "$service" && return
  may_be_root systemctl restart "$service" || fail "$(id -un) may not run \"systemctl restart $service\" as root" 'install the sudoers file that "berth host prepare" prints'
  fail "systemd could not start $service" "$(journal_cure)"
}

# usage: stop_service    its socket too: a waiting connection would start the service again
stop_service() {
  ! has_socket_unit || as_root systemctl stop "$BERTH_SERVICE_NAME.socket"
  as_root systemctl stop "$BERTH_SERVICE_NAME.service"
}

# usage: enable_service    at boot too; in the mode without units the administrator has done it
enable_service() {
  enabled manage_units || return 0
  local unit
  for unit in "$BERTH_SERVICE_NAME.service" "$BERTH_SERVICE_NAME.socket"; do
    [[ ! -e $UNIT_FOLDER/$unit ]] || systemctl is-enabled --quiet "$unit" || as_root systemctl enable --quiet "$unit"
  done
  sync -f "$UNIT_FOLDER"
}

# usage: has_socket_unit    true when connections come through a socket unit of this service
has_socket_unit() { [[ -e $UNIT_FOLDER/$BERTH_SERVICE_NAME.socket ]]; }

# usage: property NAME    prints one of the service's properties
property() {
  systemctl show --property="$1" --value "$BERTH_SERVICE_NAME.service"
}

# usage: watch_release VERSION    healthy means: three good answers in a row with the right version, from one and the same process,
# no restart, and that for stable_seconds. `active` proves nothing: Restart=always hides a crash.
watch_release() {
  local version=$1 started good=0 process='' answer
  started=$(steady_time)
  while true; do
    ! has_restarted || fail "$BERTH_SERVICE_NAME ended by itself $(seconds_since "$started") s after its start ($(how_it_ended))" "$(journal_cure)"
    [[ -n $process && $process == "$(property MainPID)" ]] || good=0 process=$(property MainPID)
    if answer=$(health_answer "$BERTH_HEALTH_URL" "$version"); then good=$((good + 1)); else good=0; fi
    ((good < 3)) || ! has_passed "$BERTH_STABLE_SECONDS" "$started" || break
    ! has_passed "$BERTH_HEALTH_TIMEOUT" "$started" || fail "$BERTH_SERVICE_NAME is not healthy after $BERTH_HEALTH_TIMEOUT s: ${answer:-no answer}" "$(journal_cure)"
    sleep 0.3
  done
  say "process $process, $(health_answer "$BERTH_HEALTH_URL" "$version")"
}

journal_cure() {
  printf 'repair the application; its journal is above'
}

# usage: has_restarted    true once systemd has had to start the service again, or has given it up
has_restarted() {
  local restarts state
  restarts=$(property NRestarts)
  state=$(property ActiveState)
  ((${restarts:-0} > 0)) || [[ $state == failed || $state == inactive ]]
}

# usage: how_it_ended    prints systemd's word for it; an end without an error is one too many all the same
how_it_ended() {
  local result
  result=$(property Result)
  if [[ $result == success ]]; then echo 'exit code 0, but a service must go on'; else printf '%s\n' "$result"; fi
}

# usage: health_answer URL VERSION    prints what came; false unless it is 200 and, where version is not empty, shows the version
health_answer() {
  python3 -c "$(print_application_program)" answer "$1" "$2"
}

print_application_program() {
  cat "${BASH_SOURCE[0]%/*}/application.py"
}

# usage: expected_version RELEASE    prints the version that its health answer must show; nothing where the application does not show it
expected_version() {
  ! enabled health_version || version_of "$1"
}

# usage: show_journal [UNIT]    the service's last lines, for a person who looks for the reason
show_journal() {
  local unit=${1:-$BERTH_SERVICE_NAME.service}
  say "the last lines of $unit's journal:"
  { journalctl --no-pager --output=short-iso --lines=40 --unit="$unit" 2>/dev/null |
    grep . || as_root journalctl --no-pager --output=short-iso --lines=40 --unit="$unit"; } 2>&1 | sed 's/^/    | /'
}
