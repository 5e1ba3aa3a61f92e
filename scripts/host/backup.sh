#!/usr/bin/env bash
# shellcheck disable=SC2034 # names that the files of berth-host.sh share
# Backups: <backup_path>/<time>-<release>/ with consistent copies of the databases and the live release's manifest.
# Written beside and renamed, so that one which a full disk or a kill cut short is never taken for a backup.

# usage: back_up_data    of all persistent paths, as the service's user, while the application goes on
back_up_data() {
  local name partial path paths
  paths=$(persistent_paths)
  [[ -n $paths ]] || { say 'no persistent paths, nothing to save'; return 0; }
  name=$(backup_time)-${LIVE_BEFORE:-first}
  partial=$BERTH_BACKUP_PATH/.partial-$RUN
  remove_inside "$BERTH_BACKUP_PATH" "${partial##*/}"
  (umask 007 && mkdir -- "$partial") || fail "cannot write to $BERTH_BACKUP_PATH" "give it to $(id -un): berth host prepare prints the commands"
  while IFS= read -r path; do copy_databases "$path" "$partial"; done <<<"$paths"
  [[ -z $LIVE_BEFORE || ! -f $RELEASES/$LIVE_BEFORE/.berth/manifest.json ]] || cp -- "$RELEASES/$LIVE_BEFORE/.berth/manifest.json" "$partial/manifest.json"
  printf '%s\n' "taken=$(utc_now)" "live=$LIVE_BEFORE" "for=$RELEASE" >"$partial/backup"
  sync -f "$partial"
  LAST_BACKUP=$BERTH_BACKUP_PATH/$name
  mv -T -- "$partial" "$LAST_BACKUP"
  sync "$BERTH_BACKUP_PATH"
  prune_backups
}

# usage: copy_databases PATH TARGET    the databases below (or at) shared/PATH. The folders are the deploy user's, so that it can
# remove old backups; the copies are the service user's, so that nobody else can read them.
copy_databases() {
  local database list
  [[ -e $SHARED/$1 ]] || return 0
  list=$(as_service python3 -c "$(print_sqlite_program)" list "$SHARED" "$1")
  if [[ -z $list ]]; then say "$1: no database in it"; return 0; fi
  while IFS= read -r database; do (umask 007 && mkdir -p -- "$(dirname -- "$2/$database")"); done <<<"$list"
  list=$(as_service sh -c 'umask 027; exec "$@"' sh python3 -c "$(print_sqlite_program)" copy "$SHARED" "$1" "$2" 2>&1) ||
    fail "the database below $1 could not be saved: ${list##*$'\n'}" "make room in $BERTH_BACKUP_PATH ($(df -h --output=avail "$BERTH_BACKUP_PATH" | tail -n 1 | tr -d ' ') free), or mend the database"
  while IFS= read -r database; do say "$database"; done <<<"$list"
}

print_sqlite_program() {
  cat "${BASH_SOURCE[0]%/*}/sqlite_copies.py"
}

# usage: backup_time    prints the time as 20261123T094512Z, or a second after the newest backup where the clock was set back: names
# tell which backup is the newest, so they never run backwards
backup_time() {
  local now newest
  now=$(date -u +%Y%m%dT%H%M%SZ)
  newest=$(backups | head -n 1)
  newest=${newest%%-*}
  if [[ ! $newest < $now ]]; then now=$(date -u -d "${newest:0:8} ${newest:9:2}:${newest:11:2}:${newest:13:2}Z 1 second" +%Y%m%dT%H%M%SZ); fi
  printf '%s\n' "$now"
}

# usage: prune_backups    keeps the newest BERTH_KEEP_BACKUPS, the one that this run has made, and the one that it restores
prune_backups() {
  local name kept=0 made=${LAST_BACKUP:-}
  made=${made##*/}
  for name in $(backups); do
    kept=$((kept + 1))
    ((kept > BERTH_KEEP_BACKUPS)) || continue
    [[ $name != "${BERTH_RESTORE_DATA:-}" && $name != "$made" ]] || continue
    remove_inside "$BERTH_BACKUP_PATH" "$name" || true
  done
}

# usage: backups    prints the names of the whole backups, newest first
backups() {
  local folder
  for folder in "$BERTH_BACKUP_PATH"/*/; do
    folder=${folder%/} # others' folders stand here too: those of the original procedure
    [[ ! -f $folder/backup || ! ${folder##*/} =~ ^[0-9]{8}T[0-9]{6}Z-[A-Za-z0-9_.-]+$ ]] || printf '%s\n' "${folder##*/}"
  done | LC_ALL=C sort -r
}

# usage: restore_backup NAME    puts its databases back; the service must not run
restore_backup() {
  local answer
  answer=$(as_service sh -c 'umask 007; exec "$@"' sh python3 -c "$(print_sqlite_program)" restore "$SHARED" "$BERTH_BACKUP_PATH/$1" 2>&1) ||
    fail "the backup $1 could not be restored: ${answer##*$'\n'}" 'the data that was there before is put back'
  say "${answer//$'\n'/; }"
}
