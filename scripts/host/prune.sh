#!/usr/bin/env bash
# shellcheck disable=SC2153 # names that the files of berth-host.sh share
# Bounded retention. Only confirmed releases are counted; the live one and the one to roll back to are never taken.

# usage: prune_releases    keeps BERTH_KEEP_RELEASES confirmed releases, and nothing else that is dead
prune_releases() {
  local id live target releases kept=0
  live=$(live_release)
  target=$(rollback_target)
  releases=$(confirmed_releases)
  for id in $releases; do
    kept=$((kept + 1))
    ((kept > BERTH_KEEP_RELEASES)) || continue
    [[ $id != "$live" && $id != "$target" && $id != "$LIVE_BEFORE" ]] || continue
    remove_inside "$RELEASES" "$id" || continue
    say "removed the release $id"
  done
  prune_abandoned_uploads
  prune_runs
}

# usage: prune_abandoned_uploads    folders of uploads that never became a transaction, a day after their last change (ctime: rsync
# gives a folder the mtime that it has in the package)
prune_abandoned_uploads() {
  local folder
  find "$RELEASES" -mindepth 1 -maxdepth 1 -type d -cmin +1440 | while IFS= read -r folder; do
    [[ ! -e $folder/.berth/confirmed && ${folder##*/} != "$(live_release)" ]] || continue
    remove_inside "$RELEASES" "${folder##*/}" || continue
    say "removed the abandoned upload ${folder##*/}"
  done
}

# usage: prune_runs    keeps this run and the newest fifty runs' logs, and the record's last thousand lines
prune_runs() {
  local run
  find "$STATE/runs" -mindepth 1 -maxdepth 1 -type d -printf '%T@ %p\n' | sort -rn | tail -n +51 | cut -d ' ' -f 2- |
    while IFS= read -r run; do [[ ${run##*/} == "$RUN" ]] || remove_inside "$STATE/runs" "${run##*/}"; done
  [[ -e $STATE/log ]] || return 0
  if (($(wc -l <"$STATE/log") > 1000)); then tail -n 1000 "$STATE/log" | write_file "$STATE/log"; fi
}
