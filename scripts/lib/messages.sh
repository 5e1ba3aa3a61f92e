#!/usr/bin/env bash
# What a person reads in the job's log: plain lines, warnings, problems with their cures, sections that fold.
# Talk and errors go to standard error, so that a function's standard output stays its result.

# usage: say TEXT…    one line of progress
say() {
  printf '%s\n' "$*" >&2
}

# usage: warn TEXT…    something that may matter; the job goes on
warn() {
  paint '33' "warning: $*"
}

# usage: fail TEXT…    the one line that says why the job ends here: what is wrong, where, and what would be right
fail() {
  [[ -z ${RESULT_FILE:-} ]] || printf 'cause=%s\n' "$*" >>"$RESULT_FILE" # the table of several servers shows it once more
  paint '31;1' "error: $*"
  exit 1
}

# usage: log_folds    succeeds where the log is GitLab's own, which folds sections and shows colours (GITLAB_CI is "false" under
# gitlab-ci-local, and BERTH_PLAIN_LOG is set by berth smoke: it would lose the titles)
log_folds() {
  [[ ${GITLAB_CI:-} == true && -z ${BERTH_PLAIN_LOG:-} ]]
}

# usage: section NAME TITLE [collapsed]    ends the open section and starts the next one; GitLab folds it, with its duration
# https://docs.gitlab.com/ci/jobs/job_logs/#custom-collapsible-sections
section() {
  local name=$1 title=$2 options=${3:+"[collapsed=true]"}
  end_section
  BERTH_OPEN_SECTION=$name
  if log_folds; then
    printf '\e[0Ksection_start:%s:%s%s\r\e[0K\e[1m%s\e[0m\n' "$(date +%s)" "$name" "$options" "$title" >&2
  else
    printf '== %s\n' "$title" >&2
  fi
}

# usage: end_section    ends the open section, if there is one; a job that fails leaves its section open, so that it is seen
end_section() {
  [[ -n ${BERTH_OPEN_SECTION:-} ]] || return 0
  if log_folds; then
    printf '\e[0Ksection_end:%s:%s\r\e[0K\n' "$(date +%s)" "$BERTH_OPEN_SECTION" >&2
  fi
  BERTH_OPEN_SECTION=''
}

# usage: paint COLOUR TEXT    one whole line on standard error, coloured in GitLab's log unless NO_COLOR is set
paint() {
  if log_folds && [[ -z ${NO_COLOR:-} ]]; then
    printf '\e[%sm%s\e[0m\n' "$1" "$2" >&2
  else
    printf '%s\n' "$2" >&2
  fi
}
