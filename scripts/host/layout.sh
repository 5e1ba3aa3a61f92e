#!/usr/bin/env bash
# shellcheck disable=SC2034,SC2153 # names that the files of berth-host.sh share
# Where everything lies below the deploy path, and the few questions asked of it.
#
#   releases/<id>/   one installed version, with its own venv;  .berth/ in it holds what Berth knows of it
#   current          -> releases/<id>, changed by rename(2) alone
#   shared/          persistent paths, linked into each release
#   .deploy/         lock, owner, pending, log, runs/<run>/{settings,env,log,pid,step,result}

# usage: set_layout    names the places, from the deploy path
set_layout() {
  RELEASES=$BERTH_DEPLOY_PATH/releases
  CURRENT=$BERTH_DEPLOY_PATH/current
  SHARED=$BERTH_DEPLOY_PATH/shared
  STATE=$BERTH_DEPLOY_PATH/.deploy
  PENDING=$STATE/pending
}

# usage: require_own_folder    the default paths of the services a-b and a_b are one: the folder stays with the one whose settings lie there
require_own_folder() {
  local owner
  [[ -e $STATE/settings ]] || return 0
  owner=$(sed -n 's/^BERTH_SERVICE_NAME=//p' "$STATE/settings" | base64 -d)
  [[ -z $owner || $owner == "$BERTH_SERVICE_NAME" ]] || fail "$BERTH_DEPLOY_PATH belongs to the service ${owner//[!A-Za-z0-9_.-]/?}" \
    "give $BERTH_SERVICE_NAME a deploy_path and a backup_path of its own; if it is the same application under a new name, remove $STATE/settings"
}

# usage: require_own_backups    no other service has its backups in the backup path, above or below it: one service's tidying would take
# the other one's. The first deploy of a service marks its folder.
require_own_backups() {
  local mark marks place=$BERTH_BACKUP_PATH owner
  marks=$(find "$BERTH_BACKUP_PATH" -mindepth 1 -regextype posix-extended -regex '.*/([0-9]{8}T[0-9]{6}Z-[^/]*|\.partial-[^/]*)' -prune \
    -o -name .berth-service -type f -print 2>/dev/null) || true # what this user cannot read, it cannot tidy away either
  while place=${place%/*} && [[ -n $place ]]; do
    [[ ! -f $place/.berth-service ]] || marks+=$'\n'$place/.berth-service
  done
  while IFS= read -r mark; do
    [[ -n $mark ]] || continue
    owner=$(head -c 256 -- "$mark")
    [[ $owner == "$BERTH_SERVICE_NAME" ]] || fail "${mark%/*} holds the backups of the service ${owner//[!A-Za-z0-9_.-]/?}, and the backup path of $BERTH_SERVICE_NAME is $BERTH_BACKUP_PATH" \
      "give $BERTH_SERVICE_NAME a backup_path of its own; if it is the same application under a new name, remove $mark"
  done <<<"$marks"
}

# usage: mark_backups    the backup path is this service's from now on. Two services may come at the same moment: one of them makes the link.
mark_backups() {
  local own=$BERTH_BACKUP_PATH/.berth-service-$BERTH_SERVICE_NAME-$BASHPID
  require_own_backups # one that is refused leaves no mark, which would lock the other one out
  if [[ ! -e $BERTH_BACKUP_PATH/.berth-service ]]; then
    printf '%s\n' "$BERTH_SERVICE_NAME" >"$own"
    ln -T -- "$own" "$BERTH_BACKUP_PATH/.berth-service" 2>/dev/null || true
    rm -f -- "$own"
  fi
  require_own_backups
}

# usage: shared_place PATH    prints where the data of a persistent path is: shared/PATH; of a file, in a folder of its own, shared/PATH.d, since
# SQLite makes its journals beside it and a sandbox opens folders
shared_place() {
  if [[ -d $SHARED/$1.d && ! -d $SHARED/$1 ]]; then printf '%s\n' "$SHARED/$1.d/${1##*/}"; else printf '%s\n' "$SHARED/$1"; fi
}

# usage: open_release ID    sets RELEASE and RELEASE_PATH
open_release() {
  RELEASE=$1
  RELEASE_PATH=$RELEASES/$1
}

# usage: live_release    prints the id that `current` points at; nothing where there is none
live_release() {
  [[ -L $CURRENT ]] || return 0
  basename -- "$(readlink -- "$CURRENT")"
}

# usage: is_complete ID    the release is whole on disk: package verified, virtual environment made, paths linked
is_complete() { [[ -e $RELEASES/$1/.complete ]]; }

# usage: is_confirmed ID    the release has been live and healthy once; only such a release is a target for rollback
is_confirmed() { [[ -n $1 && -e $RELEASES/$1/.berth/confirmed ]]; }

# usage: confirmed_releases    prints their ids, newest first. By name, not by time stamp: the name begins with the pipeline's
# time, and a clock that was set back cannot reorder it.
confirmed_releases() {
  local folder
  for folder in "$RELEASES"/*/; do
    folder=${folder%/}
    [[ ! -e $folder/.berth/confirmed ]] || printf '%s\n' "${folder##*/}"
  done | LC_ALL=C sort -r
}

# usage: rollback_target    prints the release to go back to: the one that was live when the present one was first deployed, or,
# where that is gone, the newest confirmed one that is older
rollback_target() {
  local live before candidate releases
  live=$(live_release)
  [[ -n $live ]] || return 0
  before=$(cat "$RELEASES/$live/.berth/previous" 2>/dev/null || true)
  if is_confirmed "$before"; then
    printf '%s\n' "$before"
    return
  fi
  releases=$(confirmed_releases)
  for candidate in $releases; do
    [[ $candidate < $live ]] || continue
    printf '%s\n' "$candidate"
    return
  done
}

# usage: version_of ID    prints the version that the release's manifest names
version_of() {
  local manifest=$RELEASES/$1/.berth/manifest.json
  [[ -f $manifest ]] || return 0
  python3 -c 'import json, sys; print(json.load(open(sys.argv[1])).get("version", ""))' "$manifest"
}

# usage: write_file PATH <CONTENT    whole or not at all, and on the disk before it is named
write_file() {
  local beside=$1.new.$BASHPID
  if cat >"$beside" && sync "$beside" && mv -fT "$beside" "$1"; then # also where strict mode is off
    sync "${1%/*}"
  else
    rm -f -- "$beside"
    return 1
  fi
}

# usage: pending_value NAME    prints one line of the note about the switch that is under way
pending_value() {
  sed -n "s/^$1=//p" "$PENDING"
}
