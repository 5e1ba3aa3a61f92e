#!/usr/bin/env bash
# post_deploy_verification: once more, by itself: is the release that this pipeline deployed the one that serves, on every server?
# Reads what deploy_to_server reads, and BERTH_DEPLOYED_RELEASE from that job.
set -Eeuo pipefail
shopt -s inherit_errexit
source "${BASH_SOURCE[0]%/*}/../lib/messages.sh"
source "${BASH_SOURCE[0]%/*}/../lib/deployment.sh"
source "${BASH_SOURCE[0]%/*}/../lib/ssh_key.sh"
source "${BASH_SOURCE[0]%/*}/../lib/connection.sh"
source "${BASH_SOURCE[0]%/*}/../lib/server.sh"

PROBLEMS=0

main() {
  local target findings status
  prepare_deployment
  require_deployment
  export BERTH_RELEASE=${BERTH_DEPLOYED_RELEASE:-}
  print_settings >"$WORK/settings"
  for target in "${TARGETS[@]}"; do
    section "$(alias_of "$target" | tr - _)" "Server $target"
    status=0
    install_host_program "$target" || fail "$target: $(connection_problem "$target" | tr '\t' ';')"
    findings=$(ask_server "$target" request_verify <"$WORK/settings") || status=$?
    show_findings <<<"$findings"
    ((status == 0)) || show_findings <<<"problem"$'\t'"the verification of $target ended early (exit code $status)"$'\t''see the lines above'
  done
  end_section
  ((PROBLEMS == 0)) || fail "$PROBLEMS problem(s): what serves is not, or not surely, what was deployed"
  say "verified${BERTH_RELEASE:+: $BERTH_RELEASE serves}"
}

main "$@"
