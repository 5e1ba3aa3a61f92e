#!/usr/bin/env bash
# What the job tells the server: one NAME=BASE64 line for each setting, so that no value is ever read as shell.

source "${BASH_SOURCE[0]%/*}/../lib/settings.sh"

# usage: read_settings FILE [LENIENT]    sets and checks one variable for each setting of the server, to its default where none was sent.
# Anything else in the file is ignored. No secret is among them: secrets travel in the environment file alone. LENIENT is for what an
# earlier version of Berth has stored: what would be refused today gives way to the default.
read_settings() {
  local line name kind sent value
  local -A received=()
  while IFS= read -r line; do
    [[ ! $line =~ ^(BERTH_[A-Z0-9_]+)=(.*)$ ]] || received[${BASH_REMATCH[1]}]=${BASH_REMATCH[2]}
  done <"$1"
  while read -r name kind sent value; do
    [[ $sent == + ]] || continue
    printf -v "$name" %s "$value"
    [[ -v received[$name] ]] || continue
    value=$(base64 -d <<<"${received[$name]}" && printf x) || fail "the setting $name did not arrive whole"
    value=${value%x} # a line feed at its end is a part of it
    if [[ -n ${2:-} ]] && ! fits "$value" "$kind"; then continue; fi
    printf -v "$name" %s "$value"
  done <<<"$SETTINGS"
  check_settings
  [[ -n $BERTH_DEPLOY_PATH && -n $BERTH_BACKUP_PATH ]] || fail 'the deploy path and the backup path did not arrive'
  persistent_paths >/dev/null
}

# usage: enabled NAME    true when the switch NAME was given as true
enabled() {
  [[ " $BERTH_SWITCHES " == *" $1=true "* ]]
}

# usage: persistent_paths    prints the paths that outlive releases, one a line, without slashes around them
persistent_paths() {
  local path
  for path in $BERTH_PERSISTENT_PATHS; do
    path=${path#./} path=${path%/}
    [[ $path =~ ^[A-Za-z0-9_][A-Za-z0-9._-]*(/[A-Za-z0-9_][A-Za-z0-9._-]*)*$ ]] ||
      fail "the persistent path \"$path\" is not a relative path of plain names" "write paths like blog/db, below the application's folder"
    printf '%s\n' "$path"
  done
}
