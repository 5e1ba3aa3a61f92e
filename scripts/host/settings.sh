#!/usr/bin/env bash
# What the job tells the server: one NAME=BASE64 line for each setting, so that no value is ever read as shell.

source "${BASH_SOURCE[0]%/*}/settings_table.sh"
source "${BASH_SOURCE[0]%/*}/../lib/settings.sh"

# usage: read_settings FILE [LENIENT]    sets and checks one variable for each setting of the server, to its default where none was sent.
# Anything else in the file is ignored. No secret is among them: secrets travel in the environment file alone. LENIENT is for what an
# earlier version of Berth has stored: what would be refused today gives way to the default.
read_settings() {
  local line name kind value
  local -A received=()
  while IFS= read -r line; do
    [[ ! $line =~ ^(BERTH_[A-Z0-9_]+)=(.*)$ ]] || received[${BASH_REMATCH[1]}]=${BASH_REMATCH[2]}
  done <"$1"
  while read -r name kind value; do
    printf -v "$name" %s "$value"
    [[ -v received[$name] ]] || continue
    value=$(base64 -d <<<"${received[$name]}" && printf x) || fail "the setting $name did not arrive whole"
    value=${value%x} # a line feed at its end is a part of it
    if [[ -n ${2:-} ]] && ! fits "$value" "$kind"; then continue; fi
    printf -v "$name" %s "$value"
  done <<<"$SETTINGS"
  check_settings
  [[ -n $BERTH_DEPLOY_PATH && -n $BERTH_BACKUP_PATH ]] || fail 'the deploy path and the backup path did not arrive'
}

# usage: enabled NAME    true when the switch NAME was given as true; on a server with a launcher no deploy writes units, whatever was given
enabled() {
  [[ " $BERTH_SWITCHES " == *" $1=true "* ]] && { [[ $1 != manage_units ]] || ! has_launcher; }
}
