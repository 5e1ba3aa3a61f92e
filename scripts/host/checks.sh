#!/usr/bin/env bash
# What the server must have before a deploy, all of it looked at in one run. Each problem is one line with its cure.

# usage: check_server    prints "ok TEXT", "note TEXT" and "problem TEXT<tab>CURE" lines; the job shows them
check_server() {
  check_data_settings
  check_tools
  check_service_user
  check_python
  check_sudo
  check_trial
  check_paths
  check_data
  check_room "$BERTH_DEPLOY_PATH" 4
  check_room "$BERTH_BACKUP_PATH" 0
  check_port
  check_state
  check_logind
}

ok() { printf 'ok\t%s\n' "$1"; }
note() { printf 'note\t%s\n' "$1"; }
problem() { printf 'problem\t%s\t%s\n' "$1" "$2"; }

# usage: check_logind    where logind ends all of a session's processes (logind.conf(5), KillUserProcesses), it ends the transaction too
check_logind() {
  local answer
  answer=$(busctl get-property org.freedesktop.login1 /org/freedesktop/login1 org.freedesktop.login1.Manager KillUserProcesses 2>/dev/null) || return 0
  [[ $answer != 'b true' || $(id -un) == root ]] ||
    note "logind ends what runs when a connection ends (KillUserProcesses=yes): a deploy whose job is cancelled or loses its network is undone; to let it go on: KillExcludeUsers=root $(id -un) in /etc/systemd/logind.conf"
}

check_data_settings() {
  local problem
  problem=$(persistent_paths_problem)
  [[ -z $problem ]] || printf 'problem\t%s\n' "$problem"
}

check_tools() {
  local tool missing=''
  for tool in rsync python3 flock setsid systemctl sync timeout pkill; do
    command -v "$tool" >/dev/null || missing+=" $tool"
  done
  if [[ -n $missing ]]; then
    problem "the server lacks:$missing" 'apt-get install rsync python3 python3-venv util-linux procps'
  else
    ok 'rsync, python3 and the system tools are there'
  fi
  systemctl show --property=Version >/dev/null 2>&1 || problem 'systemd does not answer' 'Berth deploys to servers run by systemd'
}

check_service_user() {
  if ! id -- "$BERTH_SERVICE_USER" >/dev/null 2>&1; then
    problem "there is no user \"$BERTH_SERVICE_USER\" for the service to run as" "adduser --system --group --no-create-home $BERTH_SERVICE_USER, or correct the input service_user"
  elif ! as_service true 2>/dev/null; then
    problem "$(id -un) may not act as $BERTH_SERVICE_USER" "in sudoers: $(id -un) ALL=($BERTH_SERVICE_USER) NOPASSWD: ALL"
  elif ! in_service_group && ! may_be_root chgrp -R --no-dereference -- "$(service_group)" "$RELEASES/x"; then
    problem "$(id -un) is not in the group $(service_group), so the service could not read what is deployed" "usermod -aG $(service_group) $(id -un)"
  elif ! in_service_group; then
    note "$(id -un) is not in the group $(service_group): files lose the group as rsync sets their modes, and root hands them on again; better: usermod -aG $(service_group) $(id -un)"
  else
    ok "$(id -un) may act as $BERTH_SERVICE_USER"
  fi
  acts_apart || note "$(apart_cure)"
}

check_python() {
  local python
  command -v python3 >/dev/null || return 0
  if ! python=$(python_for_wheels 2>/dev/null); then
    problem "the package was built for Python $BERTH_PYTHON; this server has $(python3 --version 2>&1)" \
      "set the input target of build to what the server is, or install python$BERTH_PYTHON and python$BERTH_PYTHON-venv"
  elif ! "$python" -c 'import venv' 2>/dev/null || ! pip_wheel_of "$python" >/dev/null 2>&1; then
    problem "$python cannot make virtual environments" "apt-get install $(basename -- "$(readlink -f "$(command -v "$python")")")-venv"
  else
    ok "$("$python" --version), the wheels' version"
    check_wheels "$python"
  fi
}

# usage: check_wheels PYTHON    the wheels' conditions and platforms, looked at by the Python that will run them; nothing for a package that names none
check_wheels() {
  local program pip
  [[ -n $BERTH_WHEELS ]] || return 0
  program=$(print_wheels_program) pip=$(pip_wheel_of "$1")
  "$1" -c "$program" "$pip" judge "$BERTH_PYTHON_FULL" <<<"$BERTH_WHEELS"
}

print_wheels_program() {
  cat "${BASH_SOURCE[0]%/*}/../lib/check_wheels.py"
}

# The commands that need root. sudo compares whole command lines, so each is asked for as it will be run.
check_sudo() {
  local missing=() service=$BERTH_SERVICE_NAME.service verb unit units
  for verb in restart stop reset-failed; do
    may_be_root systemctl "$verb" "$service" || missing+=("systemctl $verb $service")
  done
  if [[ -n $BERTH_LISTEN ]]; then
    for verb in start stop; do
      may_be_root systemctl "$verb" "$BERTH_SERVICE_NAME.socket" || missing+=("systemctl $verb $BERTH_SERVICE_NAME.socket")
    done
  fi
  if [[ -n $BERTH_LISTEN ]] && enabled rolling; then
    for verb in start stop; do
      may_be_root systemctl "$verb" "$(standby_unit)" || missing+=("systemctl $verb $(standby_unit)")
    done
  fi
  if enabled manage_units; then
    may_be_root systemctl daemon-reload || missing+=('systemctl daemon-reload')
    units=$(units_to_install)
    for unit in $units; do
      may_be_root install -D -m 644 -- "$RELEASES/x/.berth/units/$unit" "$(installed_path "$unit")" || missing+=("install of $unit")
    done
  fi
  if ((${#missing[@]} > 0)); then
    problem "$(id -un) may not run as root, without a password: $(join_lines "${missing[@]}")" 'install the sudoers file that "berth host prepare" prints'
  else
    ok 'sudo allows the commands that need root'
  fi
}

# usage: check_trial    a server that an earlier version prepared lacks what the trial of a release needs
check_trial() {
  local missing
  missing=$(missing_for_trial)
  [[ -z $missing ]] || note "no release is tried before the switch: $missing"
}

# usage: units_to_install    prints the names of the unit files that a deploy with these settings brings
units_to_install() {
  printf '%s\n' "$BERTH_SERVICE_NAME.service" berth.conf
  [[ -n $BERTH_LISTEN ]] || return 0
  printf '%s\n' "$BERTH_SERVICE_NAME.socket"
  ! enabled rolling || standby_unit
}

join_lines() {
  local text=$1 item
  for item in "${@:2}"; do text+=", $item"; done
  printf '%s' "$text"
}

check_paths() {
  local report
  id -- "$BERTH_SERVICE_USER" >/dev/null 2>&1 || return 0
  if report=$( (prepare_paths) 2>&1); then
    ok "$(id -un) can write to $BERTH_DEPLOY_PATH and $BERTH_BACKUP_PATH${report:+ (repaired:${report//$'\n'/;})}"
  else
    problem "$(sed -n '/^ *error: /{s///p;q}' <<<"$report")" "$(sed -n '/^ *cure: /{s///p;q}' <<<"$report")"
  fi
}

# usage: check_data    what lies in the persistent paths may be another user's: that of before, where the input service_user was changed
check_data() {
  local path paths folder
  as_service true 2>/dev/null || return 0 # said already
  paths=$(persistent_paths)
  for path in $paths; do
    folder=$(folder_to_write "$path")
    [[ ! -e $folder ]] || as_service test -r "$folder" -a -w "$folder" -a -x "$folder" ||
      problem "$BERTH_SERVICE_USER cannot read and write $folder" "$(cure_of_owner "$folder")"
  done
}

# usage: check_room PATH TIMES    the package unpacked, its venv, and the reserve; for backups, the databases, SQLite's own copy of the largest one, and the reserve
check_room() {
  local path=$1 free needed place=$1 sizes all largest
  while [[ ! -d $place ]]; do place=${place%/*} place=${place:-/}; done
  free=$(df --output=avail -k -- "$place" | tail -n 1)
  if (($2 > 0)); then needed=$((${BERTH_PACKAGE_KILOBYTES:-0} * $2)); else
    sizes=$(databases_kilobytes 2>/dev/null) || sizes='0 0' # the checks of sudo and Python say why it may not be known
    read -r all largest <<<"$sizes"
    needed=$((all + largest))
  fi
  needed=$((needed + BERTH_RESERVE_MEGABYTES * 1024))
  if ((free < needed)); then
    problem "$path has $((free / 1024)) MB free; a deploy needs $((needed / 1024)) MB" 'make room, or lower keep_releases, keep_backups or reserve_megabytes'
  else
    ok "$path has $((free / 1024)) MB free ($((needed / 1024)) MB needed)"
  fi
}

# usage: check_port    held by another service's user while ours does not run, it would stop the start
check_port() {
  local port owner
  port=$(application_port)
  [[ -n $port ]] || return 0
  if [[ ! $port =~ ^[1-9][0-9]{0,4}$ ]] || ((port > 65535)); then
    problem "there is no port $port" 'correct the input listen or health_url: ports go from 1 to 65535'
    return
  fi
  owner=$(listener_of "$port")
  if [[ -z $owner || $owner == "$BERTH_SERVICE_USER" ]]; then
    ok "port $port is free or the service's own"
  elif [[ $owner == root ]] && systemctl is-active --quiet "$BERTH_SERVICE_NAME.socket"; then
    ok "port $port is held by $BERTH_SERVICE_NAME.socket"
  elif systemctl is-active --quiet "$BERTH_SERVICE_NAME.service" && [[ -L $CURRENT || $(property User) == "$owner" ]]; then
    ok "port $port is held by the running service"
  else
    problem "port $port is taken by a program of the user $owner" "find it with: ss -ltnp 'sport = :$port'; stop it, or give the application another port"
  fi
}

# usage: application_port    prints the TCP port from `listen`, or from the health URL
application_port() {
  local place=${BERTH_LISTEN:-}
  if [[ -z $place && $BERTH_HEALTH_URL =~ ^https?://[^/]*:([0-9]+) ]]; then place=${BASH_REMATCH[1]}; fi
  [[ ! $place =~ ([0-9]+)$ || $place == /* ]] || printf '%s\n' "${BASH_REMATCH[1]}"
}

# usage: listener_of PORT    prints the user whose socket listens there (from /proc/net, which needs no privilege)
listener_of() {
  local user_id
  user_id=$(awk -v port="$(printf ':%04X$' "$1")" '$2 ~ port && $4 == "0A" { print $8; exit }' /proc/net/tcp /proc/net/tcp6 2>/dev/null) || true # a kernel without IPv6 has no tcp6
  [[ -z $user_id ]] || id -nu -- "$user_id" 2>/dev/null || printf '%s\n' "$user_id"
}

check_state() {
  if is_locked; then note "another deploy is under way: $(lock_owner)"; fi
  if found_in_place 2>/dev/null; then note "an in-place installation is in $BERTH_DEPLOY_PATH: the deploy takes it over, its database untouched"; fi
  if [[ -e $PENDING ]]; then note 'an earlier deploy was interrupted; the next one begins by putting that right'; fi
  if [[ -L $CURRENT ]]; then note "live now: $(live_release)"; fi
}
