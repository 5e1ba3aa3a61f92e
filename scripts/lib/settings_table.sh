#!/usr/bin/env bash
# shellcheck disable=SC2034 # settings.sh reads these
# Made by `npm run generate` from src/settings/settings.ts: change that.

# VARIABLE KIND, and a plus where the server gets it
SETTINGS='BERTH_SOURCE_FOLDER folder
BERTH_REQUIREMENTS_FILE file_or_none
BERTH_GROUPS names
BERTH_TEST_REQUIREMENTS_FILE file_or_none
BERTH_TEST_GROUPS names
BERTH_PYTEST_ARGUMENTS words
BERTH_TEST_COMMAND line
BERTH_TEST_ENVIRONMENT assignments
BERTH_INCLUDE words
BERTH_EXCLUDE words
BERTH_TARGET target
BERTH_PYTHON_VERSION python
BERTH_VERSION version +
BERTH_SERVICE_NAME unit +
BERTH_SERVICE_USER user +
BERTH_DEPLOY_PATH path +
BERTH_BACKUP_PATH path +
BERTH_PERSISTENT_PATHS paths +
BERTH_ENV_VARIABLES variables
BERTH_ENV_FILE_VARIABLE variable
BERTH_SERVICE_FILE unit_file +
BERTH_START_COMMAND line +
BERTH_LISTEN place +
BERTH_HEALTH_URL address +
BERTH_HEALTH_TIMEOUT 1-3600 +
BERTH_STABLE_SECONDS 0-3600 +
BERTH_PREFLIGHT auto|import|none +
BERTH_BEFORE_SWITCH line +
BERTH_STOP_SIGNAL auto|SIGTERM|SIGINT|SIGQUIT +
BERTH_STOP_TIMEOUT 1-3600 +
BERTH_KEEP_RELEASES 1-1000 +
BERTH_KEEP_BACKUPS 1-1000 +
BERTH_RESERVE_MEGABYTES 0-9999999 +
BERTH_TRANSACTION_TIMEOUT 10-86400 +
BERTH_CONNECTION_TIMEOUT 0-86400
BERTH_MAX_PARALLEL 1-100
BERTH_SSH_PORT 1-65535
BERTH_RESTORE_DATA name +
BERTH_ROLLBACK_TO name
BERTH_DEBIAN bookworm|trixie
BERTH_SWITCHES switches +
BERTH_ACTION deploy|rollback +
BERTH_RELEASE name +
BERTH_REQUEST name +
BERTH_PYTHON version +
BERTH_PYTHON_FULL version +
BERTH_WHEELS line +
BERTH_LABEL line +
BERTH_PACKAGE_KILOBYTES 0-999999999 +
BERTH_MANIFEST_SHA256 sha256 +
BERTH_PACKAGE file
BERTH_DEPLOYED_RELEASE name'

# usage: form_of KIND    sets PATTERN, and FORM, the same for people
form_of() {
  local p='[A-Za-z0-9_][A-Za-z0-9._-]*' v='[A-Za-z_][A-Za-z0-9_]*' s='(rolling|health_version|before_switch_on_copy|manage_units|harden_unit|install_tools)=(true|false)'
  case $1 in
    [0-9]*) PATTERN='^(0|[1-9][0-9]{0,8})$' FORM="a whole number from ${1%-*} to ${1#*-}" ;;
    *'|'*) PATTERN="^($1)$" FORM="one of ${1//|/, }" ;;
    line) PATTERN="^[^[:cntrl:]]*$" FORM="one line without control characters" ;;
    words) PATTERN="^([^[:cntrl:]]|[[:space:]])*$" FORM="text without control characters" ;;
    unit) PATTERN="^[A-Za-z0-9][A-Za-z0-9_.-]*$" FORM="a unit's name without .service" ;;
    user) PATTERN="^[a-z_][a-z0-9_-]*$" FORM="a user's name" ;;
    path) PATTERN="^((/$p){2,})?$" FORM="an absolute path of plain names, at least two deep" ;;
    file) PATTERN="^$p(/$p)*$" FORM="a relative path of plain names" ;;
    file_or_none) PATTERN="^($p(/$p)*)?$" FORM="a relative path of plain names" ;;
    names) PATTERN="^([A-Za-z0-9][A-Za-z0-9._-]*( +[A-Za-z0-9][A-Za-z0-9._-]*)* *)?$" FORM="names with spaces between" ;;
    folder) PATTERN="^(\.|$p(/$p)*)$" FORM="a relative path of plain names, or ." ;;
    paths) PATTERN="^($p(/$p)*/?( +$p(/$p)*/?)* *)?$" FORM="relative paths of plain names, with spaces between" ;;
    unit_file) PATTERN="^([A-Za-z0-9_@][A-Za-z0-9._@-]*(/[A-Za-z0-9_@][A-Za-z0-9._@-]*)*)?$" FORM="a relative path of plain names" ;;
    variable) PATTERN="^($v)?$" FORM="a variable's name" ;;
    variables) PATTERN="^($v(\*|=$v)?( +$v(\*|=$v)?)* *)?$" FORM="NAME, PREFIX_* or NAME=OTHER_NAME, with spaces between" ;;
    assignments) PATTERN="^($v=[[:graph:]]*( +$v=[[:graph:]]*)* *)?$" FORM="NAME=value, with spaces between" ;;
    place) PATTERN="^([1-9][0-9]{0,4}|[]0-9A-Za-z.:[-]+:[1-9][0-9]{0,4}|(/$p)+)?$" FORM="a port, address:port or an absolute path" ;;
    address) PATTERN="^(https?://|unix:/)[[:graph:]]+$" FORM="an address such as http://127.0.0.1:8000/healthz" ;;
    python) PATTERN="^(3\.[0-9]{1,2})?$" FORM="a Python version such as 3.11" ;;
    target) PATTERN="^(debian-1[23]|ubuntu-2[24]\.04|3\.1[0-9]\.[0-9]{1,2})?$" FORM="debian-12, debian-13, ubuntu-22.04, ubuntu-24.04 or a full Python version such as 3.11.2" ;;
    version) PATTERN="^([0-9A-Za-z][0-9A-Za-z._+-]*)?$" FORM="letters, digits, dots, dashes, underscores and plus" ;;
    sha256) PATTERN="^([0-9a-f]{64})?$" FORM="a sha256 in hexadecimal digits" ;;
    name) PATTERN="^([A-Za-z0-9][A-Za-z0-9_.-]*)?$" FORM="a name as the job's log shows it" ;;
    switches) PATTERN="^($s( +$s)* *)?$" FORM="words like rolling=true, with spaces between" ;;
  esac
}
