#!/usr/bin/env bash
# Who does what. The transaction runs as the deploy user. Root does a small, fixed set of commands (sudoers.sh prints exactly
# these); whatever touches the application's data or runs its code, the service's own user does.

# usage: as_root COMMAND…    one of the few commands that need root
as_root() {
  if ((EUID == 0)); then "$@" 9>&-; else sudo -n -- "$@" 9>&-; fi
}

# usage: as_service COMMAND…    as the user that the application runs as. Deploying code for that user and acting as that user
# are the same power, so this gives the deploy user nothing that it has not. Its status is the command's. These processes run outside of the
# service's sandbox, with the same user: with the same group too, the application could step out of its sandbox through /proc/<pid>/root,
# cwd or fd. Linux opens those only to one whose group is the process's real, effective and saved group (ptrace(2), access mode checking);
# so the main group is another one, which nothing else has, and the service's own group is a supplementary one. That holds from the
# process's first moment.
as_service() {
  if ((EUID == 0)); then
    setpriv --reuid="$BERTH_SERVICE_USER" --regid="$(helper_group)" --init-groups -- "$@" 9>&-
  elif acts_apart; then
    sudo -n -u "$BERTH_SERVICE_USER" -g "$(helper_group)" -- "$@" 9>&-
  else
    sudo -n -u "$BERTH_SERVICE_USER" -- "$@" 9>&-
  fi
}

# usage: helper_group    prints the main group of such processes: one that "berth host prepare" makes, or the one that is for nobody
helper_group() {
  getent group berth >/dev/null && echo berth || echo nogroup
}

# usage: acts_apart    true when this user may act as the service's user with that group; sudoers files of before this version do not name it
acts_apart() {
  ((EUID == 0)) || sudo -n -l -u "$BERTH_SERVICE_USER" -g "$(helper_group)" -- true >/dev/null 2>&1
}

# usage: apart_cure    prints what to do where it may not
apart_cure() {
  printf 'sudo does not let %s act as %s with the group %s, so the application could leave its sandbox during a deploy: run the script of "berth host prepare" again, as root' \
    "$(id -un)" "$BERTH_SERVICE_USER" "$(helper_group)"
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
