#!/usr/bin/env bash
# shellcheck disable=SC2034,SC2153 # names that the files of berth-host.sh share
# The release is started beside the live one before anything is switched: what crashes here never costs a request. systemd starts
# it, by a unit of its own that is made from the service's: the same user, environment, limits and sandbox.

TRIAL_FOLDER=/run/systemd/system

# usage: preflight    tries the release on a spare socket; where the application insists on its own port, in a network of its own;
# where that is impossible too, says so and leaves the proof to the watch after the switch. With `listen` no own port will do.
preflight() {
  local missing
  [[ $BERTH_PREFLIGHT != none ]] || { say 'switched off by the input preflight'; return 0; }
  [[ -f $RELEASE_PATH/.berth/units/$BERTH_SERVICE_NAME.service ]] || { say 'an in-place installation is not tried beforehand'; return 0; }
  missing=$(missing_for_trial)
  [[ -z $missing ]] || { warn "the release is not tried before the switch: $missing"; return 0; }
  try_release "$BERTH_PREFLIGHT"
  if [[ $VERDICT == 98 ]]; then
    say 'trying it in a network of its own'
    try_release isolated
  fi
  case $VERDICT in
    0) ;;
    98) [[ -z $BERTH_LISTEN ]] || refuse_own_port
      warn 'the new release could not be tried beside the live one; the watch after the switch has to find out' ;;
    99) refuse_own_port ;;
    *) fail "the new release does not run: $VERDICT_TEXT; nothing was switched" 'its last lines are above; correct the application: the live release was not touched' ;;
  esac
}

# usage: refuse_own_port    with `listen` systemd holds the port: an application that opens it once more would end at each of its starts
refuse_own_port() {
  fail "the new release could not start after the switch: $VERDICT_TEXT; nothing was switched" \
    'have the server take the socket (uvicorn and daphne: --fd 3, hypercorn: --bind fd://3, in place of its port), or leave the input listen empty'
}

# usage: try_release auto|isolated|import    sets VERDICT (0: it runs; 98: its port is taken; 99: it takes no socket; anything else: it does
# not run) and VERDICT_TEXT
try_release() {
  local report=''
  start_trial "$1"
  until report=$(trial_report) || ! systemctl is-active --quiet "$(trial_unit "$1")"; do sleep 0.1; done
  if [[ -z $report ]]; then
    show_journal "$(trial_unit "$1")"
    report=$'1\nits trial ended before it had a result'
  fi
  stop_trial
  { read -r VERDICT && read -r VERDICT_TEXT; } <<<"$report"
  tail -n +3 <<<"$report" | sed 's/^/    | /' >&2
  [[ $VERDICT == 1 || $VERDICT == 99 ]] || say "$VERDICT_TEXT"
}

# usage: start_trial auto|isolated|import    what is asked for lies beside the program that tries it, in the release
start_trial() {
  local unit
  unit=$(trial_unit "$1")
  print_application_program >"$RELEASE_PATH/.berth/application.py"
  printf '%s\n' "$1" "$BERTH_HEALTH_URL" "$(expected_version "$RELEASE")" "$BERTH_STABLE_SECONDS" "$BERTH_HEALTH_TIMEOUT" "$(application_port)" "$BERTH_LISTEN" >"$RELEASE_PATH/.berth/trial"
  if enabled manage_units; then
    trial_text "$1" >"$RUN_PATH/$unit"
    as_root install -D -m 644 -- "$RUN_PATH/$unit" "$TRIAL_FOLDER/$unit"
    as_root systemctl daemon-reload
  fi
  as_root systemctl start "$unit" || { show_journal "$unit"; fail "systemd could not start $unit, which tries the new release; nothing was switched" 'the lines of its journal are above'; }
}

# usage: missing_for_trial    prints what a server lacks for it that an earlier version prepared, and the cure; nothing where all is well
missing_for_trial() {
  local unit missing='' RELEASE=x
  unit=$(trial_unit auto)
  if [[ $BERTH_PREFLIGHT == none ]]; then :
  elif ! enabled manage_units && [[ ! -e $UNIT_FOLDER/${unit/@*/@.service} ]]; then missing="${unit/@*/@.service} is not installed"
  elif ! may_be_root systemctl start "$unit" || { enabled manage_units && ! may_be_root install -D -m 644 -- "$STATE/runs/x/$unit" "$TRIAL_FOLDER/$unit"; }; then
    missing="$(id -un) may not install and start $unit"
  fi
  printf '%s' "$missing${missing:+; run the script of \"berth host prepare\" on the server again, as root}"
}

# usage: trial_unit auto|isolated|import    prints the name of the unit: one that this run writes, or an instance of one that the administrator has installed
trial_unit() {
  if enabled manage_units; then printf '%s-trial.service\n' "$BERTH_SERVICE_NAME"
  elif [[ $1 == isolated ]]; then printf '%s-trial-isolated@%s.service\n' "$BERTH_SERVICE_NAME" "$RELEASE"
  else printf '%s-trial@%s.service\n' "$BERTH_SERVICE_NAME" "$RELEASE"; fi
}

# usage: trial_text auto|isolated|import    prints the unit, made from the release's own set
trial_text() {
  local units=("$RELEASE_PATH/.berth/units/$BERTH_SERVICE_NAME.service") drop_in=$RELEASE_PATH/.berth/units/berth.conf
  [[ ! -f $drop_in ]] || units+=("$drop_in")
  awk -v name="$BERTH_SERVICE_NAME" -v user="$BERTH_SERVICE_USER" -v current="$CURRENT" -v release="$RELEASE_PATH" \
    -v seconds=$((BERTH_HEALTH_TIMEOUT + 60)) -v isolated="$([[ $1 != isolated ]] || echo yes)" "$(print_trial_filter)" "${units[@]}"
}

print_trial_filter() {
  cat "${BASH_SOURCE[0]%/*}/trial_unit.awk"
}

# usage: trial_report    prints what application.py found out: verdict, one line for people, the application's last lines. False while
# there is nothing. The folder is the service's: read as its user, a link leads nowhere that it may not go.
trial_report() {
  local report=/run/$BERTH_SERVICE_NAME-trial/report
  [[ -e $report ]] && as_service timeout 10 head -c 65536 -- "$report"
}

# usage: stop_trial    ends whatever is being tried; nothing happens where there is nothing
stop_trial() {
  local unit units file=$TRIAL_FOLDER/$BERTH_SERVICE_NAME-trial.service
  units=$(systemctl list-units --plain --no-legend "${BERTH_SERVICE_NAME}-trial.service" "${BERTH_SERVICE_NAME}-trial@*.service" \
    "${BERTH_SERVICE_NAME}-trial-isolated@*.service" | cut -d ' ' -f 1)
  for unit in $units; do
    as_root systemctl stop "$unit"
  done
  [[ ! -e $file ]] || as_root rm -f -- "$file"
}
