#!/usr/bin/env bash
# The folders on the server, and who owns them: the deploy user, with the service's group, which new files inherit (setgid).

# usage: prepare_paths    makes and mends them where the deploy user may; fails with the commands for an administrator
prepare_paths() {
  require_own_folder
  own_folder "$BERTH_DEPLOY_PATH" 2775
  own_folder "$RELEASES" 2750
  own_folder "$SHARED" 2770
  own_folder "$STATE" 2750
  own_folder "$BERTH_BACKUP_PATH" 2770
  (umask 077 && mkdir -p -- "$STATE/runs")
}

# usage: own_folder PATH MODE    nothing happens where it is right already; an existing folder's content is never touched
own_folder() {
  local group
  group=$(service_group)
  ! is_owned "$1" "$group" || return 0
  if mkdir -m "$2" -- "$1" 2>/dev/null && is_owned "$1" "$group"; then return; fi
  if ! may_be_root install -d -o "$(id -un)" -g "$group" -m "$2" -- "$1" || ! as_root install -d -o "$(id -un)" -g "$group" -m "$2" -- "$1"; then
    fail "$1 is not a folder that $(id -un) can write to, with the group $group" "as root: install -d -o $(id -un) -g $group -m $2 $1"
  fi
  say "made $1 (owner $(id -un), group $group, mode $2)"
}

# usage: is_owned PATH GROUP    a folder this user can write to, whose new files belong to GROUP
is_owned() {
  [[ -d $1 && -w $1 && -x $1 && -g $1 && $(stat -c %G -- "$1") == "$2" ]]
}
