#!/usr/bin/env bash
# A release becomes whole on disk: package verified, virtual environment at its final path, persistent paths linked,
# environment file in place. Nothing that is live is touched here.

# usage: verify_package uploaded|compiled    the files here are the files that were built
verify_package() {
  local differences
  [[ -f $RELEASE_PATH/.berth/manifest.json ]] || fail "the release $RELEASE has no manifest: its upload did not finish" 'run the job again'
  differences=$(manifest_differences "$1" "$RELEASE_PATH") ||
    fail "the package is not what was built: ${differences//$'\n'/; }" 'run the job again; if it stays, build the package again'
  [[ -z $BERTH_MANIFEST_SHA256 ]] || write_file "$RELEASE_PATH/.berth/manifest.sha256" <<<"$BERTH_MANIFEST_SHA256"
  say "$(find "$RELEASE_PATH" -type f | wc -l) files, all as they were built"
}

# usage: manifest_differences uploaded|compiled FOLDER    prints what differs from the manifest that the build job named; false then. A
# rollback knows the manifest's sum from the deploy of that release.
manifest_differences() {
  local paths sum=$BERTH_MANIFEST_SHA256
  paths=$(persistent_paths)
  [[ -n $sum || ! -f $2/.berth/manifest.sha256 ]] || sum=$(<"$2/.berth/manifest.sha256")
  # shellcheck disable=SC2086 # plain names, one a line
  python3 -c "$(print_manifest_program)" "$1" "$2" "$SHARED" $paths <<<"$sum"
}

# usage: compare_with_package    before a rollback: a release that was changed by hand is still a way out, so it is only said
compare_with_package() {
  local differences
  [[ -f $RELEASE_PATH/.berth/manifest.json ]] || return 0
  differences=$(manifest_differences compiled "$RELEASE_PATH") || warn "$RELEASE is no longer what was built: ${differences//$'\n'/; }"
}

# usage: hand_to_service_group    rsync makes folders whose files do not inherit the group where the deploy user is no member of it
hand_to_service_group() {
  local group
  group=$(service_group)
  if in_service_group; then
    chgrp -R --no-dereference -- "$group" "$RELEASE_PATH"
    find "$RELEASE_PATH" -type d -exec chmod g+s {} +
  else
    as_root chgrp -R --no-dereference -- "$group" "$RELEASE_PATH"
    as_root find "$RELEASE_PATH" -type d -exec chmod g+s {} +
  fi
}

print_manifest_program() {
  cat "${BASH_SOURCE[0]%/*}/manifest.py"
}

# usage: make_virtual_environment    at the path where it will run (a venv does not move), from the package's wheels alone:
# production asks no package index, and a bad index cannot stop a deploy half-way
make_virtual_environment() {
  local python pip wheels=$RELEASE_PATH/.berth/wheels lock=$RELEASE_PATH/.berth/requirements.lock
  python=$(python_for_wheels)
  remove_inside "$RELEASE_PATH" venv
  if ! make_bare_environment "$python" "$RELEASE_PATH/venv" || ! pip=$(pip_wheel_of "$python"); then
    fail "$python cannot make a virtual environment" 'install python3-venv on the server'
  fi
  if [[ -s $lock ]]; then
    mkdir -p "$wheels"
    pip_in "$RELEASE_PATH/venv" "$pip" --isolated install --no-compile \
      --no-index --find-links "$wheels" --require-hashes --requirement "$lock" ||
      fail "the requirements do not install from the package's wheels (see pip's lines above)" "build the package again for $("$python" --version)"
  fi
  compile_modules
  say "$("$python" --version), $(find "$wheels" -name '*.whl' 2>/dev/null | wc -l) wheels"
}

# usage: python_for_wheels    prints the interpreter that the wheels were built for. The package names its version; a wheel with
# compiled code loads in no other. `python3.11` is preferred to `python3`, which may be another one on the same server. Fails where there is none.
python_for_wheels() {
  local wanted=$BERTH_PYTHON candidate
  for candidate in "python$wanted" python3; do
    command -v "$candidate" >/dev/null || continue
    [[ -n $wanted ]] || { printf '%s\n' "$candidate"; return; }
    [[ $("$candidate" -c 'import sys; print("%d.%d" % sys.version_info[:2])') == "$wanted" ]] || continue
    printf '%s\n' "$candidate"
    return
  done
  fail "the package was built for Python $wanted; this server has $(python3 --version 2>&1)" \
    "set the build's target to what the server is, or install python$wanted and python$wanted-venv"
}

# usage: compile_modules    by the content, not the time stamp: a .pyc that is older or younger than its source is never taken
# for fresh. The service's user cannot write here, so what is not compiled now is compiled at every start.
compile_modules() {
  "$RELEASE_PATH/venv/bin/python" -m compileall -q -j 0 --invalidation-mode unchecked-hash "$RELEASE_PATH" >/dev/null 2>&1 ||
    say 'some modules do not compile; Python will say so if it ever loads them'
}

# usage: link_persistent_paths    shared/<path> is made once, from the package's own copy if it has one, and owned by the service;
# then every release has a link in its place
link_persistent_paths() {
  local path paths place folder
  paths=$(persistent_paths)
  while IFS= read -r path; do
    [[ -n $path ]] || continue
    prove_inside "$RELEASE_PATH" "$path"
    ensure_shared "$path"
    place=$(shared_place "$path")
    folder=$(folder_to_write "$path")
    remove_inside "$RELEASE_PATH" "$path"
    mkdir -p -- "$(dirname -- "$RELEASE_PATH/$path")"
    ln -s -- "$place" "$RELEASE_PATH/$path"
    as_service test -w "$folder" ||
      fail "$BERTH_SERVICE_USER cannot write to $folder" "$(cure_of_owner "$folder")"
    say "$path -> $place"
  done <<<"$paths"
}

# usage: cure_of_owner FOLDER    prints what to do where data is not the service's user's
cure_of_owner() {
  printf 'as root: chown -R %s: %s; where the application is to run as %s from now on: the script of "berth host prepare --service-user %s"' \
    "$BERTH_SERVICE_USER" "$1" "$BERTH_SERVICE_USER" "$BERTH_SERVICE_USER"
}

# usage: folder_to_write PATH    prints the folder that the application must be able to write to for a persistent path
folder_to_write() {
  local real
  real=$(realpath -m -- "$(shared_place "$1")")
  if [[ -f $real || $real == "$(realpath -m -- "$SHARED/$1.d")"/* ]]; then real=${real%/*}; fi
  printf '%s\n' "$real"
}

# usage: ensure_shared PATH    makes the place of PATH where it is missing; what is in it is never touched
ensure_shared() {
  local target=$SHARED/$1 seed=$RELEASE_PATH/$1
  make_parents "$1"
  if is_file_path "$1"; then
    ensure_shared_file "$1"
  elif [[ ! -e $target && ! -L $target ]]; then
    if [[ -e $seed && ! -L $seed ]]; then
      give_to_service "$target" cp -R --no-preserve=mode,ownership -- "$seed"
      say "$1: first filled from the package"
    else
      give_to_service "$target" mkdir --
    fi
  fi
}

# usage: is_file_path PATH    true where the persistent path is a file: by what is there, or what the package has there, or else by its name. An
# empty folder in the place of a file was made by an earlier version.
is_file_path() {
  local target=$SHARED/$1 seed=$RELEASE_PATH/$1 is_file=''
  if [[ -e $seed && ! -L $seed ]]; then [[ ! -f $seed ]] || is_file=yes; elif [[ $1 =~ \.(db3?|sqlite3?)$ ]]; then is_file=yes; fi
  if [[ -d $target ]]; then [[ -n $is_file && ! -L $target && -z $(as_service find "$target" -mindepth 1 -print -quit) ]]
  elif [[ -e $target || -d $target.d ]]; then true
  else [[ -n $is_file && ! -L $target ]]; fi
}

# usage: ensure_shared_file PATH    its folder, filled from where the file has been until now, or from the package
ensure_shared_file() {
  local target=$SHARED/$1 seed=$RELEASE_PATH/$1 name=${1##*/}
  [[ ! -d $target ]] || rmdir -- "$target"
  if [[ -e $target && $(realpath -e -- "$target") != "$(realpath -m -- "$target.d")/$name" ]]; then
    move_into_folder "$1" "$(realpath -e -- "$target")"
  elif [[ ! -d $target.d && -f $seed && ! -L $seed ]]; then
    # shellcheck disable=SC2016 # the inner shell expands it
    give_to_service "$target.d" sh -c 'mkdir -- "$2" && cp --no-preserve=mode,ownership -- "$1" "$2/${1##*/}"' sh "$seed"
    say "$1: first filled from the package"
  elif [[ ! -d $target.d ]]; then
    give_to_service "$target.d" mkdir --
  fi
}

# usage: move_into_folder PATH FILE    the file stands where nothing can be made beside it. Its journals are known by its name, so nothing may
# have it open meanwhile: the service stops for this once. First second names for file and journals, then, at one stroke, a link in the
# file's place, which the live release goes on with: a kill leaves the one or the other.
move_into_folder() {
  local target=$SHARED/$1 file=$2 name=${1##*/} ending running=''
  if [[ $file != "$BERTH_DEPLOY_PATH"/* ]]; then say "$1 is in $file, where an administrator has put it, and stays there"; return 0; fi
  [[ -d $target.d ]] || give_to_service "$target.d" mkdir --
  if systemctl is-active --quiet "$BERTH_SERVICE_NAME.service"; then
    running=yes
    say "the service stops for a moment: $1 moves to a folder of its own"
    note_pending "$LIVE_BEFORE" "$LIVE_BEFORE"
    stop_service
  fi
  for ending in -wal -shm -journal ''; do
    [[ ! -f $file$ending || -L $file$ending ]] || as_service ln -f -- "$file$ending" "$target.d/$name$ending"
  done
  replace_by_link "$file" "$target.d/$name" || as_service ln -sfn -- "$target.d/$name" "$file" ||
    fail "$file could not be moved to $target.d" "as root: stop the service, move it there with its -wal and -journal, and put a link in its place"
  rm -f -- "$file-wal" "$file-shm" "$file-journal" 2>/dev/null || as_service rm -f -- "$file-wal" "$file-shm" "$file-journal"
  if [[ -n $running ]]; then
    restart_service
    clear_pending
  fi
}

# usage: replace_by_link FILE TARGET    by rename(2); false where this user may not write to the folder
replace_by_link() {
  ln -s -- "$2" "$1.new.$BASHPID" 2>/dev/null && mv -fT -- "$1.new.$BASHPID" "$1" && sync "${1%/*}"
}

# usage: install_environment_file    the release's own .env.production: what the job sent, or what the live release has
install_environment_file() {
  local sent=$RUN_PATH/env target=$RELEASE_PATH/.env.production source
  source=$(environment_source) || { say 'none was sent and there is none to keep'; return 0; }
  [[ ! -e $target ]] || cp -p -- "$target" "$RUN_PATH/env.before"
  install_secret "$source" "$target"
  rm -f -- "$sent"
  as_service test -r "$target" || fail "$BERTH_SERVICE_USER cannot read $target" "its folder must belong to the group $(service_group) and hand it on (chmod g+s $RELEASES)"
  say "$(grep -c '^[A-Za-z_]' "$target" || true) settings, readable by $(id -un) and the group $(stat -c %G "$target") alone"
}

# usage: environment_source    prints the file to take: sent by the job, or the live release's, or the one of an in-place installation; false where there is none
environment_source() {
  local candidate
  for candidate in "$RUN_PATH/env" "$RELEASE_PATH/.env.production" "$CURRENT/.env.production" "$BERTH_DEPLOY_PATH/.env.production"; do
    [[ -s $candidate ]] || continue
    printf '%s\n' "$candidate"
    return
  done
  return 1
}

# usage: install_secret SOURCE TARGET    the mode first, then the content, then the name: nobody else can read it at any moment.
# The group comes from the folder (setgid). The source may belong to an in-place installation that only its service can read.
install_secret() {
  local beside=$2.new.$BASHPID
  (umask 077 && : >"$beside")
  if [[ -r $1 ]]; then cat -- "$1" >"$beside"; else as_service cat -- "$1" >"$beside"; fi
  chmod 640 "$beside"
  sync "$beside"
  mv -fT "$beside" "$2"
}

# usage: mark_complete    everything is on the disk before the mark is
mark_complete() {
  sync -f "$RELEASE_PATH"
  printf '%s\n' "$(utc_now)" | write_file "$RELEASE_PATH/.complete"
}

# usage: discard_release ID    takes a release away that never was live: left behind on a full disk it would stop the
# application's own writes. Never the live one, never one that was confirmed, never the one that this transaction is about to put live.
discard_release() {
  local id=$1 path=$RELEASES/$1
  [[ -n $id && -d $path && $(live_release) != "$id" ]] || return 0
  if is_confirmed "$id" || [[ $id == "${PROTECTED_RELEASE:-}" ]]; then return 0; fi
  remove_inside "$RELEASES" "$id" || return 0
  say "removed the unfinished release $id"
}
