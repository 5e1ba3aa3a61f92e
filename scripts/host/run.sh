#!/usr/bin/env bash
# shellcheck disable=SC2034,SC2153 # names that the files of berth-host.sh share
# A run is one job's request to the server. Its folder holds the settings, the log that the job follows, and the result.
# Phases: preparing (nothing live has been touched) -> switched -> confirmed; refused (did not get the lock).

PHASE=preparing
PROGRAM_STARTED=$(steady_time)

# usage: open_run DEPLOY_PATH RUN    sets RUN and RUN_PATH and reads the run's settings
open_run() {
  set_deploy_path "$1"
  [[ $2 =~ ^[A-Za-z0-9][A-Za-z0-9_.-]*$ ]] || fail "\"$2\" is not a run's name"
  RUN=$2
  RUN_PATH=$STATE/runs/$2
  read_settings "$RUN_PATH/settings"
  set_layout
}

# usage: note_step TITLE    remembered outside the process, so that the guard can say where a killed transaction was
note_step() {
  [[ -z ${RUN_PATH:-} || ${ROLE:-} == guard ]] || printf '%s\n' "$1" >"$RUN_PATH/step"
}

# usage: write_result OUTCOME CODE [CAUSE [CURE]]    the run's last word, written once and whole; false where the disk did not take it
write_result() {
  [[ ! -e $RUN_PATH/result ]] || return 0
  local live
  live=$(live_release)
  printf '%s\n' "outcome=$1" "code=$2" "release=${RELEASE:-}" "live=$live" "version=$(version_of "$live")" \
    "before=${LIVE_BEFORE:-}" "step=$CURRENT_STEP" "seconds=$(seconds_of_program)" "cause=${3:-}" "cure=${4:-}" |
    write_file "$RUN_PATH/result"
  record "$1" "${3:-}"
  [[ -s $RUN_PATH/result ]]
}

# usage: seconds_of_program    prints how long this program has been running
seconds_of_program() {
  local seconds
  seconds=$(seconds_since "$PROGRAM_STARTED")
  printf '%s' "${seconds%.*}"
}

# usage: say_elsewhere CAUSE    where the deploy path takes no file (full, read-only), the cause is left in memory for whoever comes next.
# Anybody may write there, and can see this run's name: only a new folder is certain to be nobody else's. A file could be a FIFO, and hold the
# deploy for ever.
say_elsewhere() {
  (mkdir -m 700 -- "/dev/shm/berth-$RUN" && printf '%s\n' "$1" >"/dev/shm/berth-$RUN/cause") 2>/dev/null
}

# usage: said_elsewhere RUN    prints and removes what say_elsewhere left for the run
said_elsewhere() {
  local folder=/dev/shm/berth-$1
  [[ -d $folder && ! -L $folder && -O $folder ]] || return 0
  head -n 1 -- "$folder/cause" 2>/dev/null || true
  rm -f -- "$folder/cause"
  rmdir -- "$folder"
}

# usage: disk_complaint    prints what the deploy path's disk says to a small file; nothing where it takes one
disk_complaint() {
  local probe=$STATE/probe.new.$BASHPID answer
  answer=$( (head -c 65536 /dev/zero >"$probe" && sync "$probe") 2>&1) || printf '%s: %s\n' "$BERTH_DEPLOY_PATH" "${answer##*: }"
  rm -f -- "$probe"
}

# usage: record OUTCOME CAUSE    one line in the host's deployment record (berth host log), tabs between the columns
record() {
  local action=${BERTH_ACTION:-deploy} label=${BERTH_LABEL:-}
  printf '%s\t%s\t%s\t%s\t%s\t%s\t%s s\t%s\t%s\n' "$(utc_now)" "$action" "$1" "${RELEASE:-}" "${BERTH_VERSION:-$(version_of "${RELEASE:-}")}" \
    "${LIVE_BEFORE:-}" "$(seconds_of_program)" "${label//[$'\t\n']/ }" "${2//[$'\t\n']/ }" >>"$STATE/log"
  sync "$STATE/log"
}

# usage: abandoned_runs    prints the runs without a result whose process is dead, and those that this boot knows nothing of: what a
# power loss leaves of a run may be any part of it
abandoned_runs() {
  local folder
  for folder in "$STATE"/runs/*/; do
    folder=${folder%/}
    [[ -e $folder/settings && ! -e $folder/result && ${folder##*/} != "${RUN:-}" ]] || continue
    if [[ -s $folder/pid ]] && is_running "$folder"; then continue; fi
    if [[ -s $folder/pid || $(cat "$folder/boot" 2>/dev/null) != "$(boot_id)" ]]; then printf '%s\n' "${folder##*/}"; fi
  done
}

# usage: boot_id    prints what is different after each boot
boot_id() {
  cat /proc/sys/kernel/random/boot_id
}

# usage: is_running FOLDER    true while the run's own transaction lives; a reused process id does not deceive it
is_running() {
  local pid
  pid=$(cat "$1/pid" 2>/dev/null) || return 1
  [[ -n $pid && -r /proc/$pid/cmdline && $(tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline") == *" transact $BERTH_DEPLOY_PATH ${1##*/} "* ]]
}
