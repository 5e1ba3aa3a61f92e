#!/usr/bin/env bash
# shellcheck disable=SC2034 # names that the files of berth-host.sh share
# Backups: <backup_path>/<time>-<release>/ with consistent copies of the databases and the live release's manifest.
# Written beside and renamed, so that one which a full disk or a kill cut short is never taken for a backup.

# usage: back_up_data    of all persistent paths, while the application goes on. The service's user reads, this user writes, and what is between
# them is a pipe: neither can lead the other one anywhere by a link.
back_up_data() {
  local name partial scratch=.scratch-$RUN list answer before paths
  list=$(persistent_paths)
  [[ -n $list ]] || { say 'no persistent paths, nothing to save'; return 0; }
  mapfile -t paths <<<"$list"
  before=$(newest_backup)
  name=$(backup_time)-${LIVE_BEFORE:-first}
  partial=$BERTH_BACKUP_PATH/.partial-$RUN
  remove_inside "$BERTH_BACKUP_PATH" "${partial##*/}"
  mkdir -- "$partial" || fail "cannot write to $BERTH_BACKUP_PATH" "give it to $(id -un): berth host prepare prints the commands"
  remove_inside "$SHARED" "$scratch"
  (umask 007 && mkdir -- "$SHARED/$scratch") # SQLite's own copy needs a file of the service's, for as long as it takes
  answer=$(as_service python3 -I -c "$(print_sqlite_program)" read "$SHARED" "$SHARED/$scratch" "${paths[@]}" |
    python3 -I -c "$(print_backup_program)" store "$partial" "${before:+$BERTH_BACKUP_PATH/$before}" "$BERTH_RESERVE_MEGABYTES" "$SHARED" "${paths[@]}") ||
    answer=${answer:-$'the copying of the databases was ended\nrun the job again'}
  [[ -z $answer ]] || fail "${answer%%$'\n'*}" "${answer#*$'\n'}"
  remove_inside "$SHARED" "$scratch"
  finish_backup "$partial" "$BERTH_BACKUP_PATH/$name"
}

# usage: finish_backup PARTIAL TARGET    what the backup belongs to; on the disk before it has its name
finish_backup() {
  local manifest=$RELEASES/$LIVE_BEFORE/.berth/manifest.json
  [[ -z $LIVE_BEFORE || ! -f $manifest ]] || cp -- "$manifest" "$1/.manifest.json"
  printf '%s\n' "taken=$(utc_now)" "live=$LIVE_BEFORE" "for=$RELEASE" >"$1/.backup"
  sync -f "$1"
  LAST_BACKUP=$2
  mv -T -- "$1" "$2"
  sync "$BERTH_BACKUP_PATH"
  say "saved in $2"
  prune_backups
}

# usage: databases_kilobytes    prints two numbers: of all databases in the persistent paths, and of the largest one; fails
# where they may not be read
databases_kilobytes() {
  local list paths
  list=$(persistent_paths)
  mapfile -t paths <<<"$list"
  if [[ -n $list ]]; then as_service python3 -I -c "$(print_sqlite_program)" size "$SHARED" "${paths[@]}"; else echo 0 0; fi
}

# usage: print_sqlite_program    the service's half: its parts as one text, since a program that is an argument can import no file
print_sqlite_program() {
  cat "${BASH_SOURCE[0]%/*}/databases.py"
  cat "${BASH_SOURCE[0]%/*}/database_copy.py"
  cat "${BASH_SOURCE[0]%/*}/database_restore.py"
  cat "${BASH_SOURCE[0]%/*}/sqlite_copies.py"
}

print_backup_program() {
  cat "${BASH_SOURCE[0]%/*}/backup_folder.py"
}

# usage: backup_time    prints the time as 20261123T094512Z, or a second after the newest backup where the clock was set back: names
# tell which backup is the newest, so they never run backwards
backup_time() {
  local now newest
  now=$(date -u +%Y%m%dT%H%M%SZ)
  newest=$(newest_backup)
  newest=${newest%%-*}
  if [[ ! $newest < $now ]]; then now=$(date -u -d "${newest:0:8} ${newest:9:2}:${newest:11:2}:${newest:13:2}Z 1 second" +%Y%m%dT%H%M%SZ); fi
  printf '%s\n' "$now"
}

# usage: prune_backups    keeps the newest BERTH_KEEP_BACKUPS, the one that this run has made, and the one that it restores
prune_backups() {
  local name names kept=0 made=${LAST_BACKUP:-}
  made=${made##*/}
  names=$(backups)
  for name in $names; do
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
    folder=${folder%/} # others' folders are here too: those of the original procedure
    [[ ! -L $folder && -O $folder && ${folder##*/} =~ ^[0-9]{8}T[0-9]{6}Z-[A-Za-z0-9_.-]+$ ]] || continue
    ! is_whole_backup "${folder##*/}" || printf '%s\n' "${folder##*/}"
  done | LC_ALL=C sort -r
}

newest_backup() {
  local list
  list=$(backups)
  printf '%s' "${list%%$'\n'*}"
}

# usage: is_whole_backup NAME    true where the backup was written to its end; earlier versions marked it by a name without a dot
is_whole_backup() {
  [[ -f $BERTH_BACKUP_PATH/$1/.backup || -f $BERTH_BACKUP_PATH/$1/backup ]]
}

# usage: restore_backup NAME    puts its databases back; the service must not run. This user opens the backup, the service's user writes
# the data. Backups of earlier versions may be readable by the service's user alone.
restore_backup() {
  local answer list paths
  list=$(persistent_paths)
  mapfile -t paths <<<"$list"
  answer=$(send_backup "$1" | as_service python3 -I -c "$(print_sqlite_program)" restore "$SHARED" "${paths[@]}" 2>&1) ||
    fail "the backup $1 could not be restored: ${answer##*$'\n'}" 'the data that was there before is put back'
  say "${answer//$'\n'/; }"
}

# usage: send_backup NAME    prints the backup for sqlite_copies.py
send_backup() {
  local status=0
  python3 -I -c "$(print_backup_program)" send "$BERTH_BACKUP_PATH/$1" || status=$?
  ((status == 13)) || return "$status"
  as_service python3 -I -c "$(print_backup_program)" send - <"$BERTH_BACKUP_PATH/$1" # no path leads there for the service's user
}
