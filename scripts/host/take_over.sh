#!/usr/bin/env bash
# Taking over an in-place installation, as the original pipeline leaves it: files, venv, blog/db and .env.production straight in the
# deploy path. Nothing of it is moved or changed: it becomes a release of links, which its own unit starts as before. So a
# rollback to it is exact, and its database stays where it is, with shared/<path> pointing at it.

IN_PLACE_RELEASE=00000000T000000Z-in-place

# usage: found_in_place    true where the deploy path holds an application and no release was ever live
found_in_place() {
  local entries
  [[ ! -L $CURRENT ]] || return 1
  entries=$(in_place_entries)
  [[ -n $entries ]]
}

# usage: in_place_entries    prints the names in the deploy path that are neither the layout's nor the file system's (mke2fs(8) makes a lost+found)
in_place_entries() {
  find "$BERTH_DEPLOY_PATH" -mindepth 1 -maxdepth 1 ! -name releases ! -name current ! -name shared ! -name .deploy ! -name lost+found -printf '%f\n'
}

# usage: take_over    makes the installation a release and points `current` at it; the service is not touched
take_over() {
  local entry entries folder=$RELEASES/$IN_PLACE_RELEASE
  found_in_place || return 0
  say "an in-place installation is taken over as release $IN_PLACE_RELEASE; its files stay where they are"
  remove_inside "$RELEASES" "$IN_PLACE_RELEASE"
  mkdir -p -- "$folder/.berth/units"
  entries=$(in_place_entries)
  while IFS= read -r entry; do ln -s -- "../../$entry" "$folder/$entry"; done <<<"$entries"
  ! [[ -f $UNIT_FOLDER/$BERTH_SERVICE_NAME.service ]] || cp -- "$UNIT_FOLDER/$BERTH_SERVICE_NAME.service" "$folder/.berth/units/"
  share_persistent_paths_in_place
  printf 'in place, %s\n' "$(utc_now)" >"$folder/.berth/confirmed"
  printf '%s\n' "$(utc_now)" | write_file "$folder/.complete"
  point_current_at "$IN_PLACE_RELEASE"
  name_what_is_not_shared
}

# usage: share_persistent_paths_in_place    shared/<path> becomes a link to the place where the data is and stays
share_persistent_paths_in_place() {
  local path paths
  paths=$(persistent_paths)
  while IFS= read -r path; do
    [[ -n $path && -e $BERTH_DEPLOY_PATH/$path && ! -e $SHARED/$path ]] || continue
    make_parents "$path"
    ln -s -- "$BERTH_DEPLOY_PATH/$path" "$SHARED/$path"
    say "$path stays in $BERTH_DEPLOY_PATH/$path"
  done <<<"$paths"
}

# usage: name_what_is_not_shared    files the old installation has and the new release has not: perhaps data that nobody listed
name_what_is_not_shared() {
  local entry entries
  entries=$(in_place_entries)
  while IFS= read -r entry; do
    [[ $entry == venv || $entry == __pycache__ || $entry == .env* || -e $RELEASE_PATH/$entry ]] ||
      warn "$BERTH_DEPLOY_PATH/$entry is not in the new release; if the application writes there, name it in persistent_paths"
  done <<<"$entries"
}
