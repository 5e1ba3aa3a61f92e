#!/usr/bin/env bash
# Berth on the server. The deploy jobs send this program along and ask it for one thing at a time.
#
# usage: berth-host.sh check|verify|releases <SETTINGS
#        berth-host.sh begin RUN <SETTINGS
#        berth-host.sh put-environment|start|follow|result|abandon DEPLOY_PATH RUN [OFFSET]
#        berth-host.sh recover DEPLOY_PATH [boot]
#        berth-host.sh rollback DEPLOY_PATH [RELEASE]
set -Eeuo pipefail
umask 027
export LC_ALL=C.UTF-8 PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

HOST_PROGRAM=$(readlink -f -- "${BASH_SOURCE[0]}")

source "${BASH_SOURCE[0]%/*}/messages.sh"
source "${BASH_SOURCE[0]%/*}/../lib/persistent_paths.sh"
source "${BASH_SOURCE[0]%/*}/settings.sh"
source "${BASH_SOURCE[0]%/*}/privilege.sh"
source "${BASH_SOURCE[0]%/*}/layout.sh"
source "${BASH_SOURCE[0]%/*}/remove.sh"
source "${BASH_SOURCE[0]%/*}/paths.sh"
source "${BASH_SOURCE[0]%/*}/lock.sh"
source "${BASH_SOURCE[0]%/*}/run.sh"
source "${BASH_SOURCE[0]%/*}/release.sh"
source "${BASH_SOURCE[0]%/*}/backup.sh"
source "${BASH_SOURCE[0]%/*}/units.sh"
source "${BASH_SOURCE[0]%/*}/service.sh"
source "${BASH_SOURCE[0]%/*}/standby.sh"
source "${BASH_SOURCE[0]%/*}/preflight.sh"
source "${BASH_SOURCE[0]%/*}/take_over.sh"
source "${BASH_SOURCE[0]%/*}/recover.sh"
source "${BASH_SOURCE[0]%/*}/guard.sh"
source "${BASH_SOURCE[0]%/*}/prune.sh"
source "${BASH_SOURCE[0]%/*}/transaction.sh"
source "${BASH_SOURCE[0]%/*}/checks.sh"
source "${BASH_SOURCE[0]%/*}/verify.sh"
source "${BASH_SOURCE[0]%/*}/requests.sh"

main() {
  local verb=${1:-}
  shift || true
  case $verb in
    check | verify | releases)
      read_settings /dev/stdin
      set_layout
      ;;
    begin) ;;
    *)
      BERTH_DEPLOY_PATH=${1:?a deploy path}
      set_layout
      shift
      ;;
  esac
  case $verb in
    check) check_server ;;
    verify) verify_server ;;
    releases) list_releases ;;
    begin) begin "$1" ;;
    put-environment) put_environment "$1" ;;
    start) start_run "$1" ;;
    follow) follow "$1" "$2" ;;
    result) print_result "$1" ;;
    abandon) abandon "$1" ;;
    recover) recover "${1:-}" ;;
    rollback) roll_back "${1:-}" ;;
    transact)
      open_run "$1"
      printf '%s\n' "$$" >"$RUN_PATH/pid"
      transact
      ;;
    guard)
      ROLE=guard
      open_run "$1"
      guard "$2"
      ;;
    *) fail "berth-host.sh knows no \"$verb\"" ;;
  esac
}

main "$@"
