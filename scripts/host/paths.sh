#!/usr/bin/env bash
# shellcheck disable=SC2153 # names that the files of berth-host.sh share
# The folders on the server, and who owns them. The service's user is taken for an attacker: it reads what is deployed and writes to its
# persistent paths; it can rename, replace, plant or delete nothing else. So each folder is the deploy user's, with the service's group,
# which may not write; and no part of the path above it is a link, or in the hands of anybody but root and the deploy user.

# Where no application and no backup lives (hier(7)). src/host/prepare-places.ts has the same list.
SYSTEM_FOLDER='^/(bin|boot|dev|etc|lib[a-z0-9]*|proc|root|run|sbin|sys|tmp|usr|var/(cache|lib|lock|log|mail|run|spool|tmp))(/|$)|^/(home|var)/[^/]+$'

# usage: prepare_paths    makes and repairs them where the deploy user may; fails with the commands for an administrator. From the top
# downwards: what lies in a folder can be trusted only when the folder itself is in order.
prepare_paths() {
  check_places
  require_own_folder # before anything is taken over: another service's folder keeps its owner
  require_own_backups
  own_folder "$BERTH_DEPLOY_PATH" 2755
  own_folder "$RELEASES" 2750
  own_folder "$SHARED" 2750
  own_folder "$STATE" 2700
  own_folder "$STATE/runs" 2700
  own_folder "$BERTH_BACKUP_PATH" 2700
  require_own_folder
  require_own_backups
  check_link "$CURRENT"
  prepare_persistent_paths
  close_old_backups
}

# usage: check_places    refuses system folders, one of the two paths inside the other, and names that mean another service or user
check_places() {
  local place
  for place in "$BERTH_DEPLOY_PATH" "$BERTH_BACKUP_PATH"; do
    [[ ! $place =~ $SYSTEM_FOLDER ]] || fail "$place belongs to the system: no application lives there" 'take a folder of its own, such as /var/www/NAME'
  done
  [[ $BERTH_DEPLOY_PATH/ != "$BERTH_BACKUP_PATH"/* && $BERTH_BACKUP_PATH/ != "$BERTH_DEPLOY_PATH"/* ]] ||
    fail "the backup path $BERTH_BACKUP_PATH and the deploy path $BERTH_DEPLOY_PATH lie in one another" 'take a backup path outside of the deploy path'
  [[ ! $BERTH_SERVICE_NAME =~ -(standby|trial)|^berth-recovery- ]] ||
    fail "the service name \"$BERTH_SERVICE_NAME\" is like the names of units that Berth makes for a service" 'take a name without -standby, -trial and berth-recovery-'
  [[ $(id -un) != "$BERTH_SERVICE_USER" ]] ||
    fail "the pipeline logs in as $BERTH_SERVICE_USER, the user that the application runs as: the application could replace its own releases" \
      'log in as a user of its own: berth host prepare makes one'
}

# usage: own_folder PATH MODE    nothing happens where it is right already; what it holds is never touched
own_folder() {
  local group command
  group=$(service_group)
  check_parts_above "$1"
  ! is_owned "$1" "$group" "$2" || return 0
  check_owner "$1"
  if [[ -O $1 ]] || mkdir -m 700 -- "$1" 2>/dev/null; then
    if chgrp -- "$group" "$1" 2>/dev/null && chmod "$2" "$1" && is_owned "$1" "$group" "$2"; then return; fi
  fi
  command=(install -d -o "$(id -un)" -g "$group" -m "$2" -- "$1")
  if ! may_be_root "${command[@]}" || ! as_root "${command[@]}"; then
    fail "$1 is not a folder of $(id -un) with the group $group and mode $2" "as root: ${command[*]}"
  fi
  say "made $1 (owner $(id -un), group $group, mode $2)"
}

# usage: is_owned PATH GROUP MODE    a folder of this user's, no link, with exactly this group and mode
is_owned() {
  [[ -d $1 && ! -L $1 && $(stat -c '%u %G %a' -- "$1") == "$EUID $2 $3" ]]
}

# usage: check_parts_above PATH    each is a folder of root's or this user's, no link, and in none of them may the service's user rename what is there
check_parts_above() {
  local part=${1%/*} state owner mode group
  while [[ -n $part ]]; do
    [[ ! -L $part ]] || fail "$part is a link: nobody can tell where it leads tomorrow" "write the path as readlink -f $part prints it"
    if [[ -e $part ]]; then
      state=$(stat -c '%u %a %G' -- "$part")
      read -r owner mode group <<<"$state"
      if ((owner != 0 && owner != EUID)) || { ! ((8#$mode & 8#1000)) && may_be_written "$mode" "$group"; }; then
        fail "$part is in the hands of others ($(stat -c '%U:%G, mode %a' -- "$part")): they could replace $1" "as root: chown root: $part; chmod 755 $part"
      fi
    fi
    part=${part%/*}
  done
}

# usage: may_be_written MODE GROUP    true for a folder in which everybody, or the service's user by its groups, may rename what is there
may_be_written() {
  ((8#$1 & 8#2)) || { ((8#$1 & 8#20)) && [[ " $(id -nG -- "$BERTH_SERVICE_USER") " == *" $2 "* ]]; }
}

# usage: check_owner PATH    an existing folder is taken only from this user; or, with root's help, one that holds this application
check_owner() {
  [[ -e $1 || -L $1 ]] || return 0
  [[ -d $1 && ! -L $1 ]] || fail "$1 is not a folder" "look at it (ls -ld $1), and move it away"
  if ((EUID != 0)) && [[ -O $1 ]]; then return; fi
  [[ -r $1 && -x $1 && (! -e $1/.deploy || -r $1/.deploy) ]] || fail "$1 belongs to $(stat -c %U -- "$1"), and $(id -un) cannot look what it holds" "as root: if nothing else is in it, chown $(id -un) $1; else take another path"
  case $1 in
    "$BERTH_DEPLOY_PATH") [[ $(property WorkingDirectory) == "$1" ]] || ! holds_others "$1" releases current wsgi.py app.py manage.py requirements.txt pyproject.toml venv .venv .env.production || fail "$1 exists already and holds no application" 'take another deploy_path, or an empty folder' ;;
    "$BERTH_BACKUP_PATH") [[ $1 == */backup*/* ]] || ! holds_others "$1" '*/backup' || fail "$1 exists already and holds something else" 'take another backup_path, or an empty folder' ;;
    *) [[ -O $1 ]] || fail "$1 belongs to $(stat -c %U -- "$1"), not to $(id -un): somebody has put it there" "as root: look into it and move it away (mv $1 $1.foreign), then deploy again" ;;
  esac
}

# usage: holds_others PATH MARK…    true for a folder that is not empty and has none of the names; a disk of its own has a lost+found
holds_others() {
  local mark folder=$1
  [[ -n $(find "$folder" -mindepth 1 -maxdepth 1 ! -name lost+found -print -quit 2>/dev/null) ]] || return 1
  shift
  for mark; do ! compgen -G "$folder/$mark" >/dev/null || return 1; done
}

# usage: check_link PATH    a link there is this user's own
check_link() {
  [[ ! -L $1 || $(stat -c %u -- "$1") == "$EUID" ]] ||
    fail "the link $1 is $(stat -c %U -- "$1")'s, not $(id -un)'s: somebody has put it there" "as root: look where it leads, then chown -h $(id -un) $1 or remove it"
}

# usage: prepare_persistent_paths    what lies above a persistent path is the deploy user's; only the path itself is the service's
prepare_persistent_paths() {
  local path paths part parts
  paths=$(persistent_paths)
  for path in $paths; do
    parts=$(parts_above "$path")
    for part in $parts; do
      check_link "$SHARED/$part"
      [[ ! -d $SHARED/$part || -L $SHARED/$part ]] || own_folder "$SHARED/$part" 2750
    done
    check_link "$SHARED/$path"
  done
}

# usage: close_old_backups    no path leads into the backups for the service's user; those of earlier versions are closed to one who is inside
close_old_backups() {
  find "$BERTH_BACKUP_PATH" -mindepth 1 -type d -user "$EUID" -perm -g+w -exec chmod g-w {} +
}

# usage: make_parents PATH    the folders above shared/PATH
make_parents() {
  local part parts
  parts=$(parts_above "$1")
  for part in $parts; do
    [[ -e $SHARED/$part ]] || own_folder "$SHARED/$part" 2750
  done
}

# usage: parts_above PATH    prints a/b/c's folders, from the top downwards: a, a/b
parts_above() {
  local rest=$1 part=''
  while [[ $rest == */* ]]; do
    part+=${part:+/}${rest%%/*} rest=${rest#*/}
    printf '%s\n' "$part"
  done
}

# usage: give_to_service TARGET COMMAND…    COMMAND makes what will be TARGET, as the service's user, which may not write beside TARGET: so in a
# folder where it may. What was moved to its place is looked at there, where that user can change it no more.
give_to_service() {
  local target=$1 nursery=$SHARED/.new-$BASHPID
  shift
  mkdir -m 700 -- "$nursery"
  chmod 2770 "$nursery"
  # shellcheck disable=SC2016 # the inner shell expands it
  as_service sh -c 'umask 007; exec "$@"' sh "$@" "$nursery/data"
  # A folder gets another parent only from one who may write to it. Nobody but this user and the service's comes to these two places.
  in_service_group || ((EUID == 0)) || as_service chmod o+w -- "$nursery/data"
  mv -T -- "$nursery/data" "$target"
  in_service_group || ((EUID == 0)) || as_service chmod o-w -- "$target"
  rmdir -- "$nursery"
  [[ -d $target && ! -L $target ]] || fail "$target is not what $BERTH_SERVICE_USER was to make" 'look into it; somebody acts as that user'
}
