#!/usr/bin/env bash
# pre_deploy_checks: everything that would stop a deploy half-way, all of it in one run, each problem with its cure.
# Reads what deploy_to_server reads. Changes nothing on the servers but missing folders, which it makes where it may.
set -Eeuo pipefail
shopt -s inherit_errexit
source "${BASH_SOURCE[0]%/*}/../lib/messages.sh"
source "${BASH_SOURCE[0]%/*}/../lib/deployment.sh"
source "${BASH_SOURCE[0]%/*}/../lib/ssh_key.sh"
source "${BASH_SOURCE[0]%/*}/../lib/connection.sh"
source "${BASH_SOURCE[0]%/*}/../lib/environment_file.sh"
source "${BASH_SOURCE[0]%/*}/../lib/server.sh"

PROBLEMS=0

main() {
  prepare_deployment
  section variables 'Variables and package'
  show_check check_variables
  show_check check_environment
  show_check check_package
  [[ ! -f $BERTH_PACKAGE ]] || read_package >/dev/null || true
  if can_connect; then
    configure_ssh "$WORK"
    check_servers
  fi
  end_section
  [[ -z ${CI_DEPLOY_FREEZE:-} ]] ||
    warn "a deploy freeze is on: deploy_to_server waits until somebody starts it after the freeze; Settings > CI/CD > Deploy freezes says when that is (${CI_PROJECT_URL:-the project}/-/settings/ci_cd)"
  ((PROBLEMS == 0)) || fail "$PROBLEMS problem(s) stand in the way of a deploy; each has its cure above"
  say 'everything is ready for a deploy'
}

# usage: show_check COMMAND    prints its findings for people; a check that ends early is a problem itself
show_check() {
  local findings status
  set +e # not in a condition, which would switch strict mode off in the check
  findings=$(set -e; "$1")
  status=$?
  set -e
  show_findings <<<"$findings"
  ((status == 0)) || show_findings <<<"problem"$'\t'"$1 ended early (exit code $status)"$'\t''see the lines above'
}

ok() { printf 'ok\t%s\n' "$1"; }
note() { printf 'note\t%s\n' "$1"; }
problem() { printf 'problem\t%s\t%s\n' "$1" "$2"; }

# usage: check_variables    prints findings: what GitLab must know to reach the servers
check_variables() {
  local name reason where='Settings > CI/CD > Variables'
  for name in SSH_PRIVATE_KEY DEPLOY_SERVER DEPLOY_USER; do
    [[ -n ${!name:-} ]] || problem "the CI/CD variable $name is not set" "$where; a protected variable is there on protected branches only"
  done
  if [[ -n ${SSH_PRIVATE_KEY:-} ]]; then
    if reason=$(write_private_key "$WORK/checked_key"); then ok 'SSH_PRIVATE_KEY is a usable key'; else problem "SSH_PRIVATE_KEY: $reason" "$where, type File"; fi
  fi
  [[ ${CI_COMMIT_REF_PROTECTED:-true} == true || -z ${SSH_PRIVATE_KEY:-} ]] || note "the branch ${CI_COMMIT_BRANCH:-of this pipeline} is not protected, and SSH_PRIVATE_KEY is here: whoever may push any branch can read it; protect the branch and the variable, and give the variable this environment's scope"
  [[ -z ${DEPLOY_USER:-} ]] || is_user_name "$DEPLOY_USER" || problem "DEPLOY_USER is not a user's name" "$where; the name alone, such as deploy"
  [[ -n ${SSH_KNOWN_HOSTS:-} ]] || problem 'the CI/CD variable SSH_KNOWN_HOSTS is not set: without it nobody can tell the server from an impostor' \
    "ssh-keyscan ${DEPLOY_SERVER:-SERVER}, compare the fingerprints on the server itself, and save the lines under $where"
  reason=$(persistent_paths_problem)
  [[ -z $reason ]] || printf 'problem\t%s\n' "$reason"
  check_targets
}

check_targets() {
  local target
  [[ -z ${DEPLOY_SERVER:-} ]] || ((${#TARGETS[@]} > 0)) ||
    problem "the CI/CD variable DEPLOY_SERVER names no server: it is $(printf %q "$DEPLOY_SERVER")" 'write host, host:port or user@host; several with spaces or commas between'
  for target in "${TARGETS[@]}"; do
    target_parts "$target" || problem "DEPLOY_SERVER: \"$target\" is not a server's name or address" 'write host, host:port or user@host; several with spaces or commas between'
  done
}

# usage: check_environment    prints findings about the variables that go into .env.production
check_environment() {
  local line problems
  problems=$(environment_problems)
  while IFS= read -r line; do
    [[ -z $line ]] || printf 'problem\t%s\n' "$line"
  done <<<"$problems"
  [[ -n $problems ]] || ! has_environment || ok "$(environment_entries | grep -c .) variable(s) can be written to .env.production"
}

check_package() {
  local reason
  if reason=$(read_package); then ok "$BERTH_PACKAGE is there: $(basename -- "$BERTH_PACKAGE"), $(($(wc -c <"$BERTH_PACKAGE") / 1024)) KB"; else problem "$reason" 'look at the build job'; fi
}

# usage: can_connect    true when there is enough to try the servers
can_connect() {
  ((${#TARGETS[@]} > 0)) && [[ -n ${SSH_KNOWN_HOSTS:-} && -n ${DEPLOY_USER:-} && -f $WORK/checked_key ]] || return 1
  [[ -z $(check_targets) ]] && is_user_name "$DEPLOY_USER" && ssh-keygen -y -P '' -f "$WORK/checked_key" >/dev/null 2>&1
}

# usage: check_servers    every server, also after one with problems
check_servers() {
  local target problem
  print_settings >"$WORK/settings"
  for target in "${TARGETS[@]}"; do
    section "$(alias_of "$target" | tr - _)" "Server $target"
    problem=$(connection_problem "$target")
    if [[ -n $problem ]]; then
      show_findings <<<"problem"$'\t'"$problem"
      continue
    fi
    say "  ok       connected as $(on_server "$target" 'id -un' </dev/null)"
    check_server "$target"
  done
}

check_server() {
  local findings status=0
  install_host_program "$1"
  findings=$(ask_server "$1" request_check <"$WORK/settings") || status=$?
  show_findings <<<"$findings"
  ((status == 0)) || show_findings <<<"problem"$'\t'"the checks on $1 ended early (exit code $status)"$'\t''see the lines above'
}

main "$@"
