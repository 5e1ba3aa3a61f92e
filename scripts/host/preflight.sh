#!/usr/bin/env bash
# The release is started beside the live one, as the service's user, before anything is switched: what crashes here
# never costs a request.

# usage: preflight    tries the release on a spare socket; where the application insists on its own port, in a network of its own;
# where that is impossible too, says so and leaves the proof to the watch after the switch
preflight() {
  local status=0
  case $BERTH_PREFLIGHT in
    none) say 'switched off by the input preflight'; return 0 ;;
    import) import_application; return 0 ;;
  esac
  [[ -f $RELEASE_PATH/.berth/units/$BERTH_SERVICE_NAME.service ]] || { say 'an in-place installation is not tried beforehand'; return 0; }
  try_beside preflight || status=$?
  ((status != 0)) || return 0
  ((status == 98)) || fail 'the new release does not run (its last lines stand above); nothing was switched' 'mend the application; the live release was not touched'
  say 'the application takes no socket from systemd; trying it in a network of its own'
  status=0
  try_beside isolated unshare --map-root-user --net -- || status=$?
  ((status != 0)) || return 0
  if as_service unshare --map-root-user --net -- true 2>/dev/null; then
    fail 'the new release does not run (its last lines stand above); nothing was switched' 'mend the application, or set the input preflight to import or none'
  fi
  warn 'the new release could not be tried beside the live one; the watch after the switch has to find out'
}

# usage: try_beside VERB [WRAPPER…]    as the service's user; 0 it runs, 98 its port is taken, anything else it does not run
try_beside() {
  local verb=$1
  shift
  as_service timeout --kill-after=10 $((BERTH_HEALTH_TIMEOUT + 30)) "$@" python3 -c "$(print_application_program)" "$verb" \
    "$RELEASE_PATH/.berth/units/$BERTH_SERVICE_NAME.service" "$RELEASE_PATH" "$CURRENT" "$BERTH_HEALTH_URL" \
    "$(expected_version "$RELEASE")" "$BERTH_STABLE_SECONDS" "$BERTH_HEALTH_TIMEOUT" 2>&1 | sed 's/^/    /'
  return "${PIPESTATUS[0]}"
}

# usage: import_application    only loads wsgi.py's module, for applications that must not run twice
import_application() {
  # shellcheck disable=SC2016 # the inner shell expands it
  as_service sh -c 'cd -- "$1" && exec venv/bin/python -B -c "import wsgi"' sh "$RELEASE_PATH" ||
    fail 'the module wsgi of the new release cannot be imported; nothing was switched' 'mend the application; the live release was not touched'
  say 'wsgi.py is importable as the service user'
}
