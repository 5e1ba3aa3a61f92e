#!/usr/bin/env bash
# Berth on the server. The deploy jobs send this program along and ask it for one thing at a time.
# usage, on the server itself:  berth-host.sh releases <SETTINGS  |  rollback DEPLOY_PATH [RELEASE]  |  recover DEPLOY_PATH [boot]
set -Eeuo pipefail
shopt -s inherit_errexit
umask 027
export LC_ALL=C.UTF-8 PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

HOST_PROGRAM=$(readlink -f -- "${BASH_SOURCE[0]}")

source "${BASH_SOURCE[0]%/*}/messages.sh"
source "${BASH_SOURCE[0]%/*}/../lib/persistent_paths.sh"
source "${BASH_SOURCE[0]%/*}/../lib/pip.sh"
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

# usage: main REQUEST ARGUMENT…    each request is a function of requests.sh; a job sends along those that it asks for
main() {
  local request=${1:-}
  request=request_${request//-/_}
  declare -F "$request" >/dev/null || fail "berth-host.sh knows no \"${1:-}\""
  "$request" "${@:2}"
}

main "$@"
