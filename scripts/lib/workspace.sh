#!/usr/bin/env bash
# Where a job works: the application's folder, the reports that GitLab collects, a private folder that is gone afterwards.

source "${BASH_SOURCE[0]%/*}/settings_table.sh"
source "${BASH_SOURCE[0]%/*}/settings.sh"

# usage: make_workspace    checks the settings; sets PROJECT (the checkout, where every job starts), SOURCE (the application in it), REPORTS and WORK
make_workspace() {
  check_settings
  PROJECT=$PWD
  SOURCE=$PROJECT/${BERTH_SOURCE_FOLDER:-.}
  REPORTS=$PROJECT/.berth/reports
  [[ -d $SOURCE ]] || fail "there is no folder \"${BERTH_SOURCE_FOLDER}\" in this project (input source_folder)"
  mkdir -p "$REPORTS"
  WORK=$(mktemp -d)
  trap 'rm -rf -- "$WORK"' EXIT
}
