#!/usr/bin/env bash
# deploy_to_server: puts the package live on every server, one transaction on each.
# Reads the component's inputs (BERTH_…), SSH_PRIVATE_KEY, SSH_KNOWN_HOSTS, DEPLOY_SERVER, DEPLOY_USER, and the variables that
# env_variables names. Writes berth-deploy.env with BERTH_DEPLOYED_RELEASE for the verification.
set -Eeuo pipefail
shopt -s inherit_errexit
source "${BASH_SOURCE[0]%/*}/../lib/messages.sh"
source "${BASH_SOURCE[0]%/*}/../lib/deployment.sh"
source "${BASH_SOURCE[0]%/*}/../lib/ssh_key.sh"
source "${BASH_SOURCE[0]%/*}/../lib/connection.sh"
source "${BASH_SOURCE[0]%/*}/../lib/environment_file.sh"
source "${BASH_SOURCE[0]%/*}/../lib/server.sh"
source "${BASH_SOURCE[0]%/*}/../lib/transfer.sh"
source "${BASH_SOURCE[0]%/*}/../lib/follow.sh"
source "${BASH_SOURCE[0]%/*}/../lib/servers.sh"

main() {
  local reason problem
  # The rules let the job wait; whoever starts it too early, or a freeze that began since, must not get through.
  [[ -z ${CI_DEPLOY_FREEZE:-} ]] ||
    fail "a deploy freeze is on: nothing was deployed. Start this job again when it is over; Settings > CI/CD > Deploy freezes says when (${CI_PROJECT_URL:-the project}/-/settings/ci_cd)"
  prepare_deployment
  require_deployment
  reason=$(read_package) || fail "$reason"
  read_package
  problem=$(environment_problems)
  problem=${problem%%$'\n'*}
  [[ -z $problem ]] || fail "${problem/$'\t'/: }"
  export BERTH_ACTION=deploy
  say "version $BERTH_VERSION, release $BERTH_RELEASE"
  stage_package
  printf 'BERTH_DEPLOYED_RELEASE=%s\n' "$BERTH_RELEASE" >berth-deploy.env
  on_each_server deploy_one
}

# usage: deploy_one TARGET RESULT    upload, start, follow; a run of this same release that an earlier job has started is followed only
deploy_one() {
  local target=$1 result=$2 run answer problem
  run=deploy-$(tr -cd 0-9 <<<"${CI_JOB_ID:-0}")-$(date +%s)-$RANDOM
  section upload "Upload to $target" collapsed
  problem=$(connection_problem "$target" lasting) # a refused key is not the network's fault: trying again would not help
  [[ -z $problem ]] || fail "${problem/$'\t'/; }"
  with_patience "the connection to $target" install_host_program "$target" || fail_to_connect "$target"
  print_settings >"$WORK/$run.settings"
  answer=$(ask_server "$target" request_begin "$run" <"$WORK/$run.settings") || fail "$target: the deploy could not begin (see above)"
  if [[ $answer == *state=running* ]]; then
    run=$(sed -n 's/^run=//p' <<<"$answer")
    say "$BERTH_RELEASE is being put live on $target already: this job follows that run"
  else
    send_release "$target" "$run" "$answer"
    with_patience "the connection to $target" ask_server "$target" request_start "$BERTH_DEPLOY_PATH" "$run" </dev/null || fail "$target: the transaction did not start"
  fi
  end_section
  follow_run "$target" "$run" "$result" || fail_to_follow "$target" $?
  [[ $(result_value "$result" outcome) == live ]]
}

# usage: send_release TARGET RUN ANSWER    what the answer to "begin" says is missing there, and the environment file
send_release() {
  if [[ $3 == *state=complete* ]]; then
    say "$BERTH_RELEASE is complete on $1 already: it is activated, not uploaded again"
  elif ! upload "$1" "$(sed -n 's/^link=//p' <<<"$3")"; then
    ask_server "$1" request_abandon "$BERTH_DEPLOY_PATH" "$2" </dev/null || true
    fail "$1: the upload failed (see above); nothing there was changed"
  fi
  ! has_environment || with_patience "the connection to $1" send_environment "$1" "$2"
}

# usage: send_environment TARGET RUN    through a pipe: in an argument every user of either machine could read it
send_environment() {
  print_environment | ask_server "$1" request_put_environment "$BERTH_DEPLOY_PATH" "$2"
}

main "$@"
