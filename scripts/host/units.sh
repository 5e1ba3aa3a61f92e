#!/usr/bin/env bash
# shellcheck disable=SC2034 # names that the files of berth-host.sh share
# systemd. Every release keeps its own set of units in .berth/units: the service as its application ships it (with the paths of
# the release layout), a drop-in with what Berth adds, and the socket where `listen` is given. Going back to a release
# brings its units back too.

UNIT_FOLDER=/etc/systemd/system
LAUNCHER=/usr/local/lib/berth/launch

# usage: render_units    writes the release's set of units and says what it changes in the application's own file
render_units() {
  local folder=$RELEASE_PATH/.berth/units
  remove_inside "$RELEASE_PATH" .berth/units
  mkdir -p -- "$folder"
  print_serve_program >"$RELEASE_PATH/.berth/serve.py"
  service_text >"$folder/$BERTH_SERVICE_NAME.service"
  drop_in_text "$folder/$BERTH_SERVICE_NAME.service" >"$folder/berth.conf"
  [[ -z $BERTH_LISTEN ]] || socket_text >"$folder/$BERTH_SERVICE_NAME.socket"
  [[ -z $BERTH_LISTEN ]] || ! enabled rolling || standby_text "$folder/$BERTH_SERVICE_NAME.service" "$folder/berth.conf" >"$folder/$(standby_unit)"
  enabled manage_units || compare_with_installed "$folder"
}

# usage: service_text    prints the service: from the package's unit file, or a plain one
service_text() {
  local file=${BERTH_SERVICE_FILE:-$BERTH_SERVICE_NAME.service}
  if [[ -f $RELEASE_PATH/$file ]]; then
    say "unit from $file of the package"
    rewritten_unit "$RELEASE_PATH/$file"
  elif [[ -n $BERTH_SERVICE_FILE ]]; then
    fail "the package has no unit file \"$BERTH_SERVICE_FILE\"" 'correct the input service_file, or leave it empty for a generated unit'
  else
    say "the package has no $file; the unit is generated"
    generated_unit
  fi
}

# usage: rewritten_unit FILE    prints it with the deploy path replaced by the path of the live release, and start_command if given
rewritten_unit() {
  local line changed own_signal
  own_signal=$(sed -n 's/^KillSignal=//p' "$1")
  while IFS= read -r line || [[ -n $line ]]; do
    changed=$(with_current_paths "$line")
    if [[ $line == ExecStart=* ]]; then
      [[ -z $BERTH_START_COMMAND ]] || changed="ExecStart=$(absolute_command "$BERTH_START_COMMAND")"
      [[ -n $own_signal ]] || changed="ExecStart=$(graceful_command "${changed#*=}")"
    fi
    [[ $changed == "$line" ]] || say "$line  ->  ${changed#*=}"
    printf '%s\n' "$changed"
  done <"$1"
}

# usage: with_current_paths LINE    /var/www/app -> /var/www/app/current, wherever it is not already below a folder of the layout
with_current_paths() {
  sed -E "s#${BERTH_DEPLOY_PATH//./\\.}(/(current|shared|releases|\.deploy)\b)#\x01\1#g; s#${BERTH_DEPLOY_PATH//./\\.}(/|\$|[^A-Za-z0-9._-])#$CURRENT\1#g; s#\x01#$BERTH_DEPLOY_PATH#g" <<<"$1"
}

# usage: absolute_command COMMAND    systemd wants the program's full path: venv/bin/x and python come from the live release
absolute_command() {
  local program=${1%% *} rest=''
  [[ $1 != *' '* ]] || rest=" ${1#* }"
  case $program in
    /*) ;;
    python | python3) program=$CURRENT/venv/bin/python ;;
    */*) program=$CURRENT/$program ;;
    *) program=$CURRENT/venv/bin/$program ;;
  esac
  printf '%s%s\n' "$program" "$rest"
}

# usage: graceful_command COMMAND    prints it, through serve.py where a Python server would drop requests under way at its end: not for
# those that finish them by themselves, nor where the unit or stop_signal says how the service ends
graceful_command() {
  local program=${1%% *} rest='' flags=''
  [[ $1 != *' '* ]] || rest=${1#* }
  if [[ -z $BERTH_LISTEN || $BERTH_STOP_SIGNAL != auto || $1 == *\\ ]] || finishes_requests "$1"; then
    printf '%s\n' "$1"
  elif [[ $program =~ ^/.*/python[0-9.]*$ ]]; then
    while [[ $rest =~ ^(-[bBdEiOqsSuvx]+\ +)(.*)$ ]]; do flags+=${BASH_REMATCH[1]} rest=${BASH_REMATCH[2]}; done
    if [[ $rest == '-m '* || $rest == '-c '* || $rest == [^-]* ]]; then
      printf '%s %s%s %s\n' "$program" "$flags" "$CURRENT/.berth/serve.py" "$rest"
    else
      printf '%s\n' "$1"
    fi
  elif is_python_script "$program"; then
    printf '%s %s %s\n' "$CURRENT/venv/bin/python" "$CURRENT/.berth/serve.py" "$1"
  else
    printf '%s\n' "$1"
  fi
}

# usage: finishes_requests COMMAND    true for the servers that take SIGTERM for: no new requests, and an end after the last one
finishes_requests() {
  [[ $1 =~ gunicorn|uvicorn|hypercorn|daphne|granian|uwsgi ]]
}

# usage: is_python_script PATH    true for a program of the release's virtual environment, such as waitress-serve
is_python_script() {
  [[ $1 == "$CURRENT"/venv/bin/* ]] && head -n 1 -- "$RELEASE_PATH${1#"$CURRENT"}" 2>/dev/null | grep -aqE '^#!.*python'
}

print_serve_program() {
  cat "${BASH_SOURCE[0]%/*}/serve.py"
}

generated_unit() {
  cat <<UNIT
[Unit]
Description=$BERTH_SERVICE_NAME
After=network.target

[Service]
Type=exec
User=$BERTH_SERVICE_USER
Group=$(service_group)
WorkingDirectory=$CURRENT
Environment=PATH=$CURRENT/venv/bin:/usr/local/bin:/usr/bin:/bin
Environment=PYTHONPATH=$CURRENT
EnvironmentFile=-$CURRENT/.env.production
ExecStart=$(graceful_command "$(absolute_command "${BERTH_START_COMMAND:-python wsgi.py}")")
Restart=always
RestartSec=3

[Install]
WantedBy=multi-user.target
UNIT
}

# usage: drop_in_text UNIT    prints what Berth adds to the application's unit, each line for a reason
drop_in_text() {
  printf '# Written by Berth at each deploy; the application'\''s own unit stands beside it.\n[Unit]\n'
  [[ -z $BERTH_LISTEN ]] || socket_dependencies
  printf '[Service]\n'
  unit_says "$1" User "$BERTH_SERVICE_USER" || printf 'User=%s\nGroup=%s\n' "$BERTH_SERVICE_USER" "$(service_group)"
  printf 'KillSignal=%s\nTimeoutStopSec=%s\n' "$(stop_signal "$1")" "$BERTH_STOP_TIMEOUT"
  [[ -z $BERTH_LISTEN ]] || socket_environment
  ! enabled harden_unit || hardening
}

# usage: unit_says UNIT KEY VALUE    true when the unit has this very line
unit_says() {
  grep -qxF -- "$2=$3" "$1"
}

socket_dependencies() {
  printf 'Requires=%s.socket\nAfter=%s.socket\n' "$BERTH_SERVICE_NAME" "$BERTH_SERVICE_NAME"
  printf '# A service that crashes too often for the start limit would take its socket down with it.\nStartLimitIntervalSec=0\n'
}

# gunicorn finds the socket by LISTEN_FDS, which systemd sets. Flask's own server (app.run in wsgi.py) takes a descriptor
# where its reloader would hand it one: https://github.com/pallets/werkzeug, serving.run_simple.
socket_environment() {
  printf 'Environment=WERKZEUG_RUN_MAIN=true WERKZEUG_SERVER_FD=3 BERTH_STOP_TIMEOUT=%s\n' "$BERTH_STOP_TIMEOUT"
}

# usage: stop_signal UNIT    prints the signal that lets requests in flight finish: gunicorn, uvicorn and serve.py take SIGTERM for that
# (SIGINT is their quick stop); waitress and plain Python by themselves end at once at SIGTERM, and in order at SIGINT
stop_signal() {
  if [[ $BERTH_STOP_SIGNAL != auto ]]; then printf '%s\n' "$BERTH_STOP_SIGNAL"
  elif grep -qE '^KillSignal=' "$1"; then sed -n 's/^KillSignal=//p' "$1" | tail -n 1
  elif finishes_requests "$(grep '^ExecStart=' "$1")" || grep -q '^ExecStart=.*/\.berth/serve\.py ' "$1"; then echo SIGTERM
  else echo SIGINT; fi
}

# usage: hardening    prints the sandbox: everything read-only but the persistent paths
hardening() {
  local path paths
  printf '%s\n' NoNewPrivileges=yes PrivateTmp=yes ProtectSystem=strict ProtectControlGroups=yes ProtectKernelTunables=yes \
    ProtectKernelModules=yes RestrictSUIDSGID=yes RestrictRealtime=yes RestrictNamespaces=yes LockPersonality=yes UMask=0027
  case $BERTH_DEPLOY_PATH in /home/* | /root/*) echo ProtectHome=read-only ;; *) echo ProtectHome=yes ;; esac
  paths=$(persistent_paths)
  while IFS= read -r path; do [[ -z $path ]] || printf 'ReadWritePaths=-%s\n' "$(folder_to_write "$path")"; done <<<"$paths"
}

# Not a part of sockets.target, as sockets are by default: at boot it waits for the recovery of an interrupted deploy, and that for
# basic.target, which waits for sockets.target. systemd breaks such a circle by leaving out one of the units, at random the socket.
socket_text() {
  cat <<UNIT
# Written by Berth. systemd keeps this socket open while the service restarts, so no connection is refused.
[Unit]
Description=$BERTH_SERVICE_NAME socket
DefaultDependencies=no
Requires=sysinit.target
After=sysinit.target
Conflicts=shutdown.target
Before=shutdown.target

[Socket]
ListenStream=$(listen_stream)
Backlog=2048
SocketUser=$BERTH_SERVICE_USER
SocketMode=0660

[Install]
WantedBy=multi-user.target
UNIT
}

# usage: listen_stream    prints `listen` as systemd takes it: a bare port means loopback, where a web server stands in front
listen_stream() {
  if [[ $BERTH_LISTEN =~ ^[0-9]+$ ]]; then printf '127.0.0.1:%s\n' "$BERTH_LISTEN"; else printf '%s\n' "$BERTH_LISTEN"; fi
}

# usage: has_launcher    true where an administrator has installed a unit that starts any release by the launcher: no deploy changes units then
has_launcher() {
  grep -qs "^ExecStart=$LAUNCHER " "$UNIT_FOLDER/$BERTH_SERVICE_NAME.service"
}

# usage: compare_with_installed FOLDER    where an administrator owns the units: says what differs, changes nothing
compare_with_installed() {
  local unit
  [[ -f $UNIT_FOLDER/$BERTH_SERVICE_NAME.service ]] ||
    fail "there is no unit $BERTH_SERVICE_NAME.service, and this deploy may not write one (manage_units is false)" 'run the script that "berth host prepare" prints, as an administrator'
  if has_launcher; then
    compare_with_launcher "$1"
    return
  fi
  ! grep -qs "^EnvironmentFile=-\?$BERTH_DEPLOY_PATH/" "$UNIT_FOLDER/$BERTH_SERVICE_NAME.service" ||
    warn "systemd reads the EnvironmentFile= in $BERTH_SERVICE_NAME.service as root, and this user could make it a link: with \"berth host prepare --units launcher\" the service reads it"
  for unit in "$1"/*; do
    cmp -s -- "$unit" "$(installed_path "${unit##*/}")" ||
      warn "$(installed_path "${unit##*/}") differs from what this release asks for ($unit); units are the administrator's here"
  done
}

# usage: compare_with_launcher FOLDER    the launcher takes command and environment from the release; says what else the release asks for in vain
compare_with_launcher() {
  local line installed
  installed=$(cat "$UNIT_FOLDER/$BERTH_SERVICE_NAME".{service,socket} 2>/dev/null || true)
  sed -n '/^\[Service\]/,/^\[Install\]/p; /^ListenStream=/p' "$1/$BERTH_SERVICE_NAME.service" "$1/berth.conf" "$1"/*.socket 2>/dev/null | while IFS= read -r line; do
    case $line in
      [[#]* | '' | ExecStart=* | Environment=* | EnvironmentFile=* | WorkingDirectory=* | Type=* | User=* | Group=* | Restart*=* | ExecReload=* | Standard*=* | ReadWritePaths=*) continue ;;
    esac
    grep -qxF -- "$line" <<<"$installed" || warn "$line of this release is not in the unit on the server, which is the administrator's"
  done || true
}

# usage: installed_path NAME    prints where a unit of the set is installed
installed_path() {
  if [[ $1 == berth.conf ]]; then printf '%s\n' "$UNIT_FOLDER/$BERTH_SERVICE_NAME.service.d/berth.conf"; else printf '%s\n' "$UNIT_FOLDER/$1"; fi
}

# usage: is_of_another_service UNIT    true for a second instance's unit that knows nothing of this deploy path: a service may be called NAME-standby
is_of_another_service() {
  [[ $1 == "$(standby_unit)" && -e $UNIT_FOLDER/$1 ]] && ! grep -qF "$BERTH_DEPLOY_PATH/" "$UNIT_FOLDER/$1"
}

# usage: installed_listen_stream    prints the address of the socket unit that is installed; nothing where there is none
installed_listen_stream() {
  sed -n 's/^ListenStream=//p' "$UNIT_FOLDER/$BERTH_SERVICE_NAME.socket" 2>/dev/null || true
}

# usage: install_units RELEASE    brings the system's units to the release's set; nothing happens where they are the same
install_units() {
  local unit changed='' folder=$RELEASES/$1/.berth/units
  UNITS_RENEWED=''
  enabled manage_units && [[ -d $folder ]] || return 0
  for unit in "$BERTH_SERVICE_NAME.service" "$BERTH_SERVICE_NAME.socket" "$(standby_unit)" berth.conf; do
    ! is_of_another_service "$unit" || continue
    if [[ -f $folder/$unit ]]; then
      cmp -s -- "$folder/$unit" "$(installed_path "$unit")" && continue
      [[ $unit != *.socket ]] || grep -qxF "ListenStream=$(installed_listen_stream)" "$folder/$unit" || SOCKET_RENEWED=yes
      as_root install -D -m 644 -- "$folder/$unit" "$(installed_path "$unit")"
    else
      [[ -e $(installed_path "$unit") ]] || continue
      [[ $unit != *.socket ]] || as_root systemctl disable --quiet --now "$unit"
      as_root rm -f -- "$(installed_path "$unit")"
    fi
    changed+=" $unit"
  done
  [[ -n $changed ]] || return 0
  UNITS_RENEWED=yes
  sync -f "$UNIT_FOLDER"
  as_root systemctl daemon-reload
  say "units renewed:$changed"
}
