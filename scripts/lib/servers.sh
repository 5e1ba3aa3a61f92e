#!/usr/bin/env bash
# Several servers: one after the other, or max_parallel at a time; no further one is begun after a failure; a table at the end.

# usage: on_each_server COMMAND    runs COMMAND TARGET RESULT for each server; prints the table; false where any failed
on_each_server() {
  local command=$1 target batch=()
  FAILED=0
  RESULTS=$WORK/results
  mkdir -p "$RESULTS"
  for target in "${TARGETS[@]}"; do
    if ((FAILED > 0)); then
      printf 'outcome=not begun\n' >"$RESULTS/$(alias_of "$target")"
      continue
    fi
    batch+=("$target")
    ((${#batch[@]} >= ${BERTH_MAX_PARALLEL:-1})) || continue
    run_batch "$command" "${batch[@]}"
    batch=()
  done
  ((${#batch[@]} == 0)) || run_batch "$command" "${batch[@]}"
  show_results
  return "$FAILED"
}

# usage: run_batch COMMAND TARGET…    one in the open, several side by side with their names before each line; sets FAILED. Never in a
# condition: there bash would ignore `set -e` in everything below.
run_batch() {
  local command=$1 target status pid pids=()
  shift
  if (($# == 1)); then
    set +e
    (run_one "$command" "$1")
    status=$?
    set -e
    ((status == 0)) || FAILED=1
    return
  fi
  for target; do
    (GITLAB_CI='' run_one "$command" "$target" 2>&1 | sed "s/^/[$target] /" >&2) &
    pids+=($!)
  done
  for pid in "${pids[@]}"; do wait "$pid" || FAILED=1; done
}

# usage: run_one COMMAND TARGET    in a subshell, so that `fail` ends this server's part alone
run_one() {
  set -e
  trap - EXIT
  RESULT_FILE=$RESULTS/$(alias_of "$2")
  printf 'outcome=failed\n' >"$RESULT_FILE"
  "$1" "$2" "$RESULTS/$(alias_of "$2")"
}

# usage: show_results    one line a server: what happened, what is live now, how long it took; then causes and cures
show_results() {
  local target file
  section result 'Result'
  for target in "${TARGETS[@]}"; do
    file=$RESULTS/$(alias_of "$target")
    say "$(printf '%-32s %-14s live: %s %s %s' "$target" "$(result_value "$file" outcome)" "$(result_value "$file" live)" \
      "${BERTH_VERSION:+(version $(result_value "$file" version))}" "$(duration_of "$file")")"
    [[ -z $(result_value "$file" cause) ]] || paint '31;1' "  cause: $(result_value "$file" cause)"
    [[ -z $(result_value "$file" cure) ]] || say "  cure:  $(result_value "$file" cure)"
  done
  end_section
}

duration_of() {
  local seconds
  seconds=$(result_value "$1" seconds)
  [[ -z $seconds ]] || printf 'in %s s' "$seconds"
}

# usage: fail_to_connect TARGET    says why the host program did not get there
fail_to_connect() {
  local problem
  problem=$(connection_problem "$1")
  problem=${problem/$'\t'/; }
  fail "${problem:-$1: the host program could not be installed (see above)}"
}
