#!/usr/bin/env bash
# .env.production: the CI/CD variables that the inputs name, written so that python-dotenv and systemd both read back exactly what
# was in GitLab. Of the ways to quote, double quotes with \ and " escaped are the one that both take; ${…} and carriage returns
# survive in none, so they are refused.

# usage: environment_problems    prints one line for each variable that is missing or cannot be carried: problem<tab>cure
environment_problems() {
  local entry entries name source value word words
  entries=$(environment_entries)
  read -r -d '' -a words <<<"${BERTH_ENV_VARIABLES:-}" || true
  for word in "${words[@]}"; do
    [[ $word != *\* || -n $(variables_beginning "${word%\*}") ]] ||
      printf '%s\t%s\n' "no CI/CD variable for the application begins with ${word%\*}" "Settings > CI/CD > Variables, or take $word out of the input env_variables; a protected variable is there on protected branches only"
  done
  while IFS= read -r entry; do
    [[ -n $entry ]] || continue
    name=${entry%%=*} source=${entry#*=}
    if [[ ! $name =~ ^[A-Za-z_][A-Za-z0-9_]*$ || ! $source =~ ^[A-Za-z_][A-Za-z0-9_]*$ ]]; then
      printf '%s\t%s\n' "env_variables: \"$entry\" is not a variable's name" 'write NAME, PREFIX_* or NAME=OTHER_NAME'
    elif is_secret_of_pipeline "$source"; then
      printf '%s\t%s\n' "env_variables: $source is the pipeline's own secret, and the application would hold it" 'take it out of env_variables; give the application a secret of its own'
    elif [[ -z ${!source+set} ]]; then
      printf '%s\t%s\n' "the CI/CD variable $source is not set" "Settings > CI/CD > Variables, or take it out of the input env_variables; a protected variable is there on protected branches only"
    else
      value=$(value_of "$source"; printf x) value=${value%x}
      # shellcheck disable=SC2016 # the two characters themselves
      [[ $value != *'${'* ]] || printf '%s\t%s\n' "the value of $source has \"\${\", which python-dotenv would replace" "take another value, or write the line yourself into the File variable ${BERTH_ENV_FILE_VARIABLE:-ENV_PRODUCTION}"
      [[ $value != *$'\r'* ]] || printf '%s\t%s\n' "the value of $source has a carriage return, which no env file carries" 'save it again with plain line ends'
    fi
  done <<<"$entries"
}

# usage: is_secret_of_pipeline NAME    true for what opens the servers, GitLab or a registry to whoever reads it
is_secret_of_pipeline() {
  case $1 in SSH_PRIVATE_KEY | CI_*TOKEN | CI_*PASSWORD | CI_JOB_JWT* | CI_REPOSITORY_URL | CI_REGISTRY_* | *_ID_TOKEN) return 0 ;; *) return 1 ;; esac
}

# usage: variables_beginning PREFIX    prints the names of what the job was given, without what is the pipeline's, GitLab's or the shell's own
variables_beginning() {
  local name
  for name in $(compgen -e "$1"); do
    case $name in
      SSH_* | CI | CI_* | GITLAB_* | BERTH_* | DEPLOY_* | FF_* | RUNNER_* | PATH | HOME | PWD | OLDPWD | SHELL | SHLVL | USER | LOGNAME | TERM | HOSTNAME | _) ;;
      *) printf '%s\n' "$name" ;;
    esac
  done
}

# usage: environment_entries    prints NAME=SOURCE for each variable to write, prefixes resolved, each name once. Its status is awk's.
environment_entries() {
  local word words
  read -r -d '' -a words <<<"${BERTH_ENV_VARIABLES:-}" || true # unquoted in the loop, PREFIX_* would become the project's file names
  for word in "${words[@]}"; do
    case $word in
      *\*) variables_beginning "${word%\*}" | sed 's/.*/&=&/' ;;
      *=*) printf '%s\n' "$word" ;;
      *) printf '%s=%s\n' "$word" "$word" ;;
    esac
  done | awk -F= '!seen[$1]++'
}

# usage: has_environment    true when there is anything to write
has_environment() {
  local file=${BERTH_ENV_FILE_VARIABLE:-}
  [[ -n ${BERTH_ENV_VARIABLES:-} || ( -n $file && -n ${!file:-} ) ]]
}

# usage: print_environment    prints the file: the File variable's lines first, then the named variables; false where it is not whole. It
# goes into a pipe, never into an argument or a log.
print_environment() {
  local entry entries value file=${BERTH_ENV_FILE_VARIABLE:-}
  entries=$(environment_entries) || return
  if [[ -n $file && -n ${!file:-} ]]; then
    text_of_variable "$file" | tr -d '\r' || return
    printf '\n'
  fi
  while IFS= read -r entry; do
    [[ -n $entry ]] || continue
    value=$(quoted_value "${entry#*=}") || return
    printf '%s=%s\n' "${entry%%=*}" "$value"
  done <<<"$entries"
}

# usage: quoted_value NAME    prints the variable's value in double quotes; false where it cannot be read
quoted_value() {
  local value
  value=$(value_of "$1"; printf x) value=${value%x}
  value=${value//\\/\\\\}
  printf '"%s"' "${value//\"/\\\"}"
}

# usage: value_of NAME    prints its value; of a File variable (GitLab puts it beside the checkout, under its own name) the content
value_of() {
  local value=${!1}
  if [[ $value == /*.tmp/"$1" && -f $value ]]; then cat -- "$value"; else printf '%s' "$value"; fi
}
