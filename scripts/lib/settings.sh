#!/usr/bin/env bash
# The one check of every setting. A CI/CD variable named BERTH_… wins over what the component's input gave
# (https://docs.gitlab.com/ci/variables/#cicd-variable-precedence), so GitLab's check of the input says nothing of the value: every job
# looks at all of them before it does anything, and the server looks again at those that it is sent.
# Which they are says the table of the job or of the server.

# usage: check_settings    ends the job in one line where a variable is set to what its input would refuse
check_settings() {
  local name kind _
  while read -r name kind _; do
    [[ ! -v $name ]] || check_setting "$name" "$kind"
  done <<<"$SETTINGS"
}

# usage: check_setting NAME KIND    ends in one line where the variable NAME is not of this kind
check_setting() {
  local name=${1#BERTH_} FORM
  fits "${!1}" "$2" || fail "the setting ${name,,} ($1) must be $FORM, not $(printf %q "${!1:0:80}")"
}

# usage: fits VALUE KIND    true where the kind takes the value, as RE2 would judge it (classes are ASCII's, whatever the locale); sets FORM
fits() {
  local LC_ALL=C PATTERN
  form_of "$2"
  [[ $1 =~ $PATTERN ]] && { [[ $2 != [0-9]* ]] || (($1 >= ${2%-*} && $1 <= ${2#*-})); }
}
