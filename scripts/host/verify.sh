#!/usr/bin/env bash
# After the deploy, once more and by itself: is what was deployed what serves? All problems in one run.

# usage: verify_server    prints lines in check_server's form
verify_server() {
  local live
  live=$(live_release)
  if [[ -z $live ]]; then
    problem "nothing is live in $BERTH_DEPLOY_PATH" 'run the deploy'
    return
  fi
  verify_release "$live"
  verify_files "$live"
  verify_unit
  verify_health "$live"
}

# usage: verify_release LIVE    the release of this pipeline is the live one, and confirmed
verify_release() {
  if [[ -n $BERTH_RELEASE && $1 != "$BERTH_RELEASE" ]]; then
    problem "live is $1, not $BERTH_RELEASE" 'look at the deploy job: it may have gone back, or another deploy came after it'
  elif [[ -e $PENDING ]]; then
    problem "the switch to $(pending_value to) is not confirmed" 'wait until the deploy has ended'
  else
    ok "$1 is live (version $(version_of "$1"))"
  fi
}

# usage: verify_files LIVE    every file of the package is there, unchanged, and the environment file is nobody else's to read
verify_files() {
  local differences mode
  if [[ ! -f $RELEASES/$1/.berth/manifest.json ]]; then
    note "$1 has no manifest (an in-place installation)"
  elif differences=$(manifest_differences compiled "$RELEASES/$1"); then
    ok 'all files of the package are in place, unchanged'
  else
    problem "files of the live release differ from the package: ${differences//$'\n'/; }" 'deploy again; nothing should write into a release'
  fi
  [[ -e $RELEASES/$1/.env.production ]] || return 0
  mode=$(stat -L -c %a -- "$RELEASES/$1/.env.production")
  if [[ $mode == *0 ]]; then ok ".env.production has mode $mode"; else problem ".env.production has mode $mode: everybody can read it" "chmod 640 $RELEASES/$1/.env.production"; fi
}

# usage: verify_unit    active, and the same process for stable_seconds, without a restart
verify_unit() {
  local process restarts
  process=$(property MainPID)
  restarts=$(property NRestarts)
  sleep "$BERTH_STABLE_SECONDS"
  if ! systemctl is-active --quiet "$BERTH_SERVICE_NAME.service"; then
    problem "$BERTH_SERVICE_NAME is $(property ActiveState) ($(property Result))" "journalctl -u $BERTH_SERVICE_NAME"
  elif [[ $(property MainPID) != "$process" || ${restarts:-0} != 0 ]]; then
    problem "$BERTH_SERVICE_NAME does not stay up: $(property NRestarts) restarts" "journalctl -u $BERTH_SERVICE_NAME"
  else
    ok "$BERTH_SERVICE_NAME is active, process $process, no restart"
  fi
}

# usage: verify_health LIVE    three answers in a row
verify_health() {
  local answer round
  for round in 1 2 3; do
    if ! answer=$(health_answer "$BERTH_HEALTH_URL" "$(expected_version "$1")"); then
      problem "answer $round of 3: $answer" "journalctl -u $BERTH_SERVICE_NAME"
      return
    fi
  done
  ok "$answer"
}
