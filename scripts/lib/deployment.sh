#!/usr/bin/env bash
# shellcheck disable=SC2034 # the BERTH_ variables are sent to the server by name
# What is deployed, and where to: the inputs with their defaults, the package, the name of the release.
source "${BASH_SOURCE[0]%/*}/persistent_paths.sh"
source "${BASH_SOURCE[0]%/*}/settings_table.sh"
source "${BASH_SOURCE[0]%/*}/settings.sh"

# usage: prepare_deployment    checks the settings, fills the defaults in, finds the servers, makes the private folder WORK, removes it and the connections at the end
prepare_deployment() {
  local name label
  check_settings
  name=${BERTH_SERVICE_NAME//-/_}
  : "${BERTH_DEPLOY_PATH:=/var/www/$name}" "${BERTH_BACKUP_PATH:=/var/backups/$name}" "${BERTH_PACKAGE:=deployment_package.tar.gz}"
  label="pipeline ${CI_PIPELINE_ID:-by hand}, job ${CI_JOB_ID:-none}, ${GITLAB_USER_LOGIN:-$(id -un)}"
  BERTH_LABEL=${label//[[:cntrl:]]/ }
  BERTH_REQUEST=${CI_PIPELINE_ID:+pipeline-${CI_PIPELINE_ID//[^A-Za-z0-9]/}}
  read_targets
  WORK=$(mktemp -d /tmp/berth.XXXXXX)
  trap 'end_deployment' EXIT
  trap 'exit 143' TERM
  trap 'exit 130' INT
  hold_work
}

# usage: hold_work    no other job removes WORK while this one lives; what killed jobs of this user have left here, their keys too, goes now.
# The lock is there before its name is: a folder with that name and no lock is nobody's.
hold_work() {
  local left
  command -v flock >/dev/null || return 0
  exec {WORK_LOCK}>"$WORK/lock.new"
  flock -n "$WORK_LOCK"
  mv -- "$WORK/lock.new" "$WORK/lock"
  for left in /tmp/berth.*; do
    [[ -O $left && -d $left && ! -L $left && -f $left/lock && ! -L $left/lock ]] || continue
    (exec 9<"$left/lock" && flock -n 9 && rm -rf -- "$left") 2>/dev/null || true
  done
}

end_deployment() {
  close_connections
  rm -rf -- "$WORK"
}

# usage: read_package    unpacks the manifest; sets BERTH_VERSION, BERTH_PYTHON, BERTH_PYTHON_FULL, BERTH_WHEELS, BERTH_PACKAGE_KILOBYTES and BERTH_RELEASE. Prints why,
# and is false, where the package is not the one that the build job named in its dotenv report.
read_package() {
  local created commit sum
  [[ -f $BERTH_PACKAGE ]] || { echo "there is no $BERTH_PACKAGE in this job: has the build job passed, and has its artifact expired?"; return 1; }
  if ! gzip -dc -- "$BERTH_PACKAGE" 2>/dev/null | tar -xf - -C "$WORK" manifest.json 2>/dev/null; then
    echo "$BERTH_PACKAGE is not a deployment package: it has no manifest.json"
    return 1
  fi
  sum=$(sha256sum <"$WORK/manifest.json") sum=${sum%% *}
  if [[ -z ${BERTH_MANIFEST_SHA256:-} ]]; then
    echo "nothing says which package was built: BERTH_MANIFEST_SHA256, a dotenv report of the build job, is not there; take build and deploy of the same version"
    return 1
  elif [[ $sum != "$BERTH_MANIFEST_SHA256" ]]; then
    echo "$BERTH_PACKAGE is not the package that the build job made: its manifest has the sha256 $sum, that job's $BERTH_MANIFEST_SHA256"
    return 1
  fi
  if ! BERTH_VERSION=$(manifest_value version) || ! BERTH_PYTHON=$(manifest_value python) || ! created=$(manifest_value created) || ! commit=$(manifest_value commit); then
    echo "$BERTH_PACKAGE is not a deployment package: its manifest.json lacks version, python, created or commit"
    return 1
  fi
  BERTH_PYTHON_FULL=$(manifest_value python_full_version) || BERTH_PYTHON_FULL='' # a package of an earlier version has none
  BERTH_WHEELS=$(manifest_lines requires) || BERTH_WHEELS=''
  created=${CI_PIPELINE_CREATED_AT:-$created}
  BERTH_PACKAGE_KILOBYTES=$(($(gzip -dc -- "$BERTH_PACKAGE" | wc -c) / 1024))
  BERTH_RELEASE=$(release_name "$created" "${CI_PIPELINE_ID:-0}" "${CI_COMMIT_SHORT_SHA:-${commit:0:8}}")
}

# usage: manifest_value NAME    prints one of the manifest's texts; false where it has none of that name
manifest_value() {
  [[ $(<"$WORK/manifest.json") =~ \"$1\":\ *\"([^\"]*)\" ]] && printf '%s\n' "${BASH_REMATCH[1]}"
}

# usage: manifest_lines NAME    prints one of the manifest's lists of texts, as JSON in one line; false where it has none of that name. No such text
# holds a square bracket.
manifest_lines() {
  [[ $(<"$WORK/manifest.json") =~ \"$1\":[[:space:]]*\[([^]]*)\] ]] && printf '[%s]\n' "${BASH_REMATCH[1]//$'\n'/}"
}

# usage: release_name TIME PIPELINE COMMIT    prints its id. The same pipeline always gives the same one, so that GitLab's Retry and
# Rollback buttons find the release that they mean.
release_name() {
  local digits
  digits=$(tr -cd '0-9' <<<"${1%%[.+]*}")
  printf '%sT%sZ-%s-%s\n' "${digits:0:8}" "${digits:8:6}" "$2" "$3"
}

# usage: require_deployment    ends the job in one line where a variable, the key or the package is missing; pre_deploy_checks says it all
require_deployment() {
  local name problem
  for name in SSH_PRIVATE_KEY SSH_KNOWN_HOSTS DEPLOY_SERVER DEPLOY_USER; do
    [[ -n ${!name:-} ]] || fail "the CI/CD variable $name is not set (Settings > CI/CD > Variables)"
  done
  ((${#TARGETS[@]} > 0)) || fail "the CI/CD variable DEPLOY_SERVER names no server: it is $(printf %q "$DEPLOY_SERVER")"
  problem=$(persistent_paths_problem)
  [[ -z $problem ]] || fail "${problem/$'\t'/: }"
  configure_ssh "$WORK"
}
