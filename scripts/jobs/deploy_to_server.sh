#!/usr/bin/env bash
# deploy_to_server: puts the package live on every server, one transaction on each.
# Reads the component's inputs (BERTH_…), SSH_PRIVATE_KEY, SSH_KNOWN_HOSTS, DEPLOY_SERVER, DEPLOY_USER, and the variables that
# env_variables names. Writes berth-deploy.env with BERTH_DEPLOYED_RELEASE for the verification.
set -Eeuo pipefail
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
  prepare_deployment
  require_deployment
  reason=$(read_package) || fail "$reason"
  read_package
  problem=$(environment_problems | head -n 1)
  [[ -z $problem ]] || fail "${problem/$'\t'/: }"
  export BERTH_ACTION=deploy
  say "version $BERTH_VERSION, release $BERTH_RELEASE"
  stage_package
  printf 'BERTH_DEPLOYED_RELEASE=%s\n' "$BERTH_RELEASE" >berth-deploy.env
  on_each_server deploy_one
}

# usage: deploy_one TARGET RESULT    upload, start, follow
deploy_one() {
  local target=$1 result=$2 run answer
  run=deploy-$(tr -cd 0-9 <<<"${CI_JOB_ID:-0}")-$(date +%s)-$RANDOM
  section upload "Upload to $target" collapsed
  with_patience "the connection to $target" install_host_program "$target"
  print_settings >"$WORK/$run.settings"
  answer=$(ask_server "$target" "begin $run" <"$WORK/$run.settings") || fail "$target: the deploy could not begin (see above)"
  if [[ $answer == *state=complete* ]]; then
    say "$BERTH_RELEASE is complete on $target already: it is activated, not uploaded again"
  elif ! upload "$target" "$(sed -n 's/^link=//p' <<<"$answer")"; then
    ask_server "$target" "abandon $BERTH_DEPLOY_PATH $run" </dev/null || true
    fail "$target: the upload failed (see above); nothing there was changed"
  fi
  if has_environment; then
    with_patience "the connection to $target" send_environment "$target" "$run"
  fi
  end_section
  with_patience "the connection to $target" ask_server "$target" "start $BERTH_DEPLOY_PATH $run" </dev/null || fail "$target: the transaction did not start"
  follow_run "$target" "$run" "$result" || fail "$target: the connection was lost for too long; the transaction goes on there by itself: run this job again to see its result"
  [[ $(result_value "$result" outcome) == live ]]
}

# usage: send_environment TARGET RUN    through a pipe: in an argument every user of either machine could read it
send_environment() {
  print_environment | ask_server "$1" "put-environment $BERTH_DEPLOY_PATH $2"
}

main "$@"
