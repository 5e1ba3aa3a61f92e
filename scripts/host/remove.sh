#!/usr/bin/env bash
# The one place where folders are removed.

# usage: remove_inside FOLDER NAME…    removes FOLDER/NAME, whatever it is; nothing happens where there is nothing. False where something stays.
remove_inside() {
  local folder=$1 name place
  shift
  for name; do
    prove_inside "$folder" "$name"
    place=$folder/$name
    [[ $folder != "$SHARED" && $folder != "$SHARED"/* || ${place#"$SHARED/"} =~ ^\.(trial|new|scratch)-[^/]*$ ]] || fail "$place is data: it is not removed"
    [[ ! -e $place && ! -L $place ]] || rm -rf --one-file-system -- "$place" 2>/dev/null || remove_as_owner "$place"
  done
}

# usage: prove_inside FOLDER NAME    ends the transaction unless FOLDER is Berth's own (below releases, .deploy, shared or the backups) and no
# part of the way from there to NAME is a link: what lies behind one is somebody else's
prove_inside() {
  local place=$1/$2 parent root
  for root in "$RELEASES" "$STATE" "$BERTH_BACKUP_PATH" "$SHARED" ''; do
    [[ $1 != "$root" && $1 != "$root"/* ]] || break
  done
  [[ -n $root ]] || fail "nothing is removed in $1: it is not a folder of Berth's"
  [[ -n $2 && $place/ != *//* && $place/ != */./* && $place/ != */../* ]] || fail "\"$2\" is not a name in $1"
  parent=${place%/*}
  [[ $(realpath -m -- "$parent") == "$(realpath -m -- "$root")${parent#"$root"}" ]] ||
    fail "$parent leads to $(realpath -m -- "$parent"): a part of it is a link" "nothing was removed; look who made the link, and take it away"
}

# usage: remove_matching FOLDER PATTERN…    what in FOLDER has such a name; what cannot be removed is said, and stays
remove_matching() {
  local folder=$1 pattern place
  shift
  for pattern; do
    # shellcheck disable=SC2231 # the pattern is to be expanded; no list of names, which may hold line feeds
    for place in "$folder"/$pattern; do
      [[ ! -e $place && ! -L $place ]] || remove_inside "$folder" "${place##*/}" || true
    done
  done
}

# usage: remove_as_owner PLACE    folders in it may be the service user's
remove_as_owner() {
  as_service rm -rf --one-file-system -- "$1" 2>/dev/null || true
  rm -rf --one-file-system -- "$1" || { warn "$1 could not be removed"; return 1; }
}
