#!/usr/bin/env bash
# Who does what. The transaction runs as the deploy user. Root does a small, fixed set of commands (sudoers.sh prints exactly
# these); whatever touches the application's data or runs its code, the service's own user does.

# usage: as_root COMMAND…    one of the few commands that need root
as_root() {
  if ((EUID == 0)); then "$@" 9>&-; else sudo -n -- "$@" 9>&-; fi
}

# usage: as_service COMMAND…    as the user that the application runs as. Deploying code for that user and acting as that user
# are the same power, so this gives the deploy user nothing that it has not. Its status is the command's.
as_service() {
  if [[ $(id -un) == "$BERTH_SERVICE_USER" ]]; then
    "$@" 9>&-
  elif ((EUID == 0)); then
    setpriv --reuid="$BERTH_SERVICE_USER" --regid="$(service_group)" --init-groups -- "$@" 9>&-
  else
    sudo -n -u "$BERTH_SERVICE_USER" -- "$@" 9>&-
  fi
}

# usage: may_be_root COMMAND…    true when the deploy user may run this very command as root, without a password
may_be_root() {
  ((EUID == 0)) || sudo -n -l -- "$@" >/dev/null 2>&1
}

# usage: service_group    prints the group of the service's user
service_group() {
  id -gn "$BERTH_SERVICE_USER"
}

# usage: in_service_group    true when this user may give files to the service's group, and keep setgid on folders, without root
in_service_group() {
  [[ " $(id -nG) " == *" $(service_group) "* ]]
}
