#!/usr/bin/env bash
# rollback_deployment: by hand; back to the release that was live before, or to the one that BERTH_ROLLBACK_TO names. A switch of
# a link and a restart: the database is not touched.
set -Eeuo pipefail
shopt -s inherit_errexit
source "${BASH_SOURCE[0]%/*}/../lib/messages.sh"
source "${BASH_SOURCE[0]%/*}/../lib/deployment.sh"
source "${BASH_SOURCE[0]%/*}/../lib/ssh_key.sh"
source "${BASH_SOURCE[0]%/*}/../lib/connection.sh"
source "${BASH_SOURCE[0]%/*}/../lib/server.sh"
source "${BASH_SOURCE[0]%/*}/../lib/transfer.sh"
source "${BASH_SOURCE[0]%/*}/../lib/follow.sh"
source "${BASH_SOURCE[0]%/*}/../lib/servers.sh"

main() {
  prepare_deployment
  require_deployment
  export BERTH_ACTION=rollback BERTH_RELEASE=${BERTH_ROLLBACK_TO:-}
  unset BERTH_MANIFEST_SHA256 # that of this pipeline's package, not of the release to go back to
  on_each_server roll_back_one
}

# usage: roll_back_one TARGET RESULT    lists what there is, starts the transaction, follows it
roll_back_one() {
  local target=$1 result=$2 run
  run=rollback-$(tr -cd 0-9 <<<"${CI_JOB_ID:-0}")-$(date +%s)-$RANDOM
  install_host_program "$target" || fail_to_connect "$target"
  print_settings >"$WORK/$run.settings"
  say "$target: $(ask_server "$target" request_releases <"$WORK/$run.settings")"
  ask_server "$target" request_begin "$run" <"$WORK/$run.settings" >/dev/null || fail "$target: the rollback could not begin (see above)"
  with_patience "the connection to $target" ask_server "$target" request_start "$BERTH_DEPLOY_PATH" "$run" </dev/null || fail "$target: the transaction did not start"
  follow_run "$target" "$run" "$result" || fail_to_follow "$target" $?
  [[ $(result_value "$result" outcome) == live ]]
}

main "$@"
