#!/usr/bin/env bash
# The upload: into the release's own fresh folder, hard-linked against the live release, resumed where a connection breaks.

# usage: stage_package    unpacks the package into WORK/stage, as the release folder will be: app/ itself, the rest in .berth/. Only the manifest
# has been compared with what was built: a package that somebody has changed since may hold anything.
stage_package() {
  local name
  mkdir -p "$WORK/unpacked"
  gzip -dc -- "$BERTH_PACKAGE" | tar -xf - -C "$WORK/unpacked"
  for name in app wheels; do
    [[ -d $WORK/unpacked/$name && ! -L $WORK/unpacked/$name ]] || fail "$BERTH_PACKAGE holds no folder $name: it is not a package of the build job"
  done
  for name in .berth .complete .env.production .rsync-partial venv; do
    [[ ! -e $WORK/unpacked/app/$name && ! -L $WORK/unpacked/app/$name ]] || fail "$BERTH_PACKAGE holds app/$name, which only the server makes: it is not a package of the build job"
  done
  mv "$WORK/unpacked/app" "$WORK/stage"
  mkdir "$WORK/stage/.berth"
  mv "$WORK/unpacked/manifest.json" "$WORK/unpacked/requirements.lock" "$WORK/unpacked/wheels" "$WORK/stage/.berth/"
}

# usage: upload TARGET LINK    to the release's folder; LINK is the live release, or empty. Equal size and time prove nothing
# (--checksum); modes come from the umask and the group from the folder (no --perms), because the service's group is handed on by
# setgid, which a chmod by someone outside of that group would take away. Its status is rsync's.
upload() {
  local target=$1 link=$2
  local options=(--recursive --links --times --checksum --delete --partial-dir=.rsync-partial --timeout=60
    '--chmod=Dg+rx,g-w,Fg+r,o-rwx' --rsh="ssh -F $SSH_CONFIG" --exclude=/venv --exclude=/.env.production)
  [[ -z $link ]] || options+=("--link-dest=../$link")
  with_patience "the upload to $target" rsync "${options[@]}" --rsync-path='umask 027; rsync' "$WORK/stage/" "$(alias_of "$target"):$BERTH_DEPLOY_PATH/releases/$BERTH_RELEASE/"
}

# usage: with_patience WHAT COMMAND…    runs it again while the connection is the trouble (ssh's 255, rsync's 10, 12, 30, 35, 255),
# for as long as connection_timeout; its status is that of the last time
with_patience() {
  local what=$1 pause=1 deadline=$((SECONDS + ${BERTH_CONNECTION_TIMEOUT:-600})) status
  shift
  while true; do
    status=0
    "$@" || status=$?
    case $status in
      0) return 0 ;;
      10 | 12 | 30 | 35 | 255) ;;
      *) return "$status" ;;
    esac
    ((SECONDS + pause < deadline)) || return "$status"
    warn "$what was interrupted ($status); trying again in $pause s" 
    sleep "$pause"
    pause=$((pause < 16 ? pause * 2 : 16))
  done
}
