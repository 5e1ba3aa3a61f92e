#!/usr/bin/env bash
# What the job tells the server: one NAME=BASE64 line for each setting, so that no value is ever read as shell.

# Every name that is taken; anything else in the input is ignored. The values are the component's inputs, and what the job
# knows of the release. No secret is among them: secrets travel in the environment file alone.
setting_names=(
  BERTH_SERVICE_NAME BERTH_SERVICE_USER BERTH_SERVICE_FILE BERTH_START_COMMAND BERTH_STOP_SIGNAL BERTH_STOP_TIMEOUT
  BERTH_DEPLOY_PATH BERTH_BACKUP_PATH BERTH_PERSISTENT_PATHS BERTH_KEEP_RELEASES BERTH_KEEP_BACKUPS BERTH_RESERVE_MEGABYTES
  BERTH_LISTEN BERTH_HEALTH_URL BERTH_HEALTH_TIMEOUT BERTH_STABLE_SECONDS BERTH_TRANSACTION_TIMEOUT
  BERTH_BEFORE_SWITCH BERTH_PREFLIGHT BERTH_SWITCHES
  BERTH_ACTION BERTH_RELEASE BERTH_VERSION BERTH_PYTHON BERTH_LABEL BERTH_PACKAGE_KILOBYTES BERTH_RESTORE_DATA BERTH_REQUEST
)

# usage: read_settings FILE    sets one variable for each known line, and an empty one for each that is not there
read_settings() {
  local line name
  for name in "${setting_names[@]}"; do printf -v "$name" '%s' ''; done
  while IFS= read -r line; do
    name=${line%%=*}
    [[ " ${setting_names[*]} " == *" $name "* ]] || continue
    printf -v "$name" '%s' "$(base64 -d <<<"${line#*=}")"
  done <"$1"
  check_settings
}

# usage: check_settings    refuses what must not reach a path, a unit's name or a command; gives the rest their defaults
check_settings() {
  [[ $BERTH_SERVICE_NAME =~ ^[A-Za-z0-9][A-Za-z0-9_.-]*$ ]] || fail "the service name \"$BERTH_SERVICE_NAME\" is not a unit's name"
  [[ $BERTH_DEPLOY_PATH =~ ^(/[A-Za-z0-9_][A-Za-z0-9._-]*){2,}$ ]] || fail "the deploy path \"$BERTH_DEPLOY_PATH\" is not an absolute path of plain names, at least two deep"
  [[ $BERTH_BACKUP_PATH =~ ^(/[A-Za-z0-9_][A-Za-z0-9._-]*){2,}$ ]] || fail "the backup path \"$BERTH_BACKUP_PATH\" is not an absolute path of plain names, at least two deep"
  [[ ${BERTH_SERVICE_USER:=www-data} =~ ^[a-z_][a-z0-9_-]*$ ]] || fail "the service user \"$BERTH_SERVICE_USER\" is not a user's name"
  [[ -z $BERTH_RELEASE || $BERTH_RELEASE =~ ^[A-Za-z0-9][A-Za-z0-9_.-]*$ ]] || fail "the release \"$BERTH_RELEASE\" is not a release's name"
  [[ -z $BERTH_RESTORE_DATA || $BERTH_RESTORE_DATA =~ ^[A-Za-z0-9][A-Za-z0-9_.-]*$ ]] || fail "\"$BERTH_RESTORE_DATA\" is not a backup's name"
  [[ -z $BERTH_REQUEST || $BERTH_REQUEST =~ ^[A-Za-z0-9-]+$ ]] || fail "the request \"$BERTH_REQUEST\" is not a plain word"
  : "${BERTH_KEEP_RELEASES:=5}" "${BERTH_KEEP_BACKUPS:=10}" "${BERTH_RESERVE_MEGABYTES:=200}"
  : "${BERTH_HEALTH_TIMEOUT:=60}" "${BERTH_STABLE_SECONDS:=5}" "${BERTH_TRANSACTION_TIMEOUT:=900}"
  : "${BERTH_STOP_SIGNAL:=auto}" "${BERTH_STOP_TIMEOUT:=30}" "${BERTH_PREFLIGHT:=auto}"
  : "${BERTH_HEALTH_URL:=http://127.0.0.1:5000/healthz}"
}

# usage: data_settings_problem    prints what would cost data, and what would be right, a tab between; nothing where all is well. Asked of
# what a job sends; not of what is kept here from an earlier version, with which an interrupted deploy must still be undone.
data_settings_problem() {
  if [[ ! $BERTH_KEEP_BACKUPS =~ ^[1-9][0-9]{0,5}$ ]]; then
    printf 'keep_backups is "%s"\tgive a number from 1 on: the backup that a deploy makes must outlive it\n' "$BERTH_KEEP_BACKUPS"
  else
    persistent_paths_problem
  fi
}

# usage: enabled NAME    true when the switch NAME was given as true; on a server with a launcher no deploy writes units, whatever was given
enabled() {
  [[ " $BERTH_SWITCHES " == *" $1=true "* ]] && { [[ $1 != manage_units ]] || ! has_launcher; }
}
