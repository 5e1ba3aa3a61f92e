#!/usr/bin/env bash
# Asking a server: the host program is sent along, settings go in on standard input, the answer comes back.

source "${BASH_SOURCE[0]%/*}/settings.sh"

print_host_program() {
  cat "${BASH_SOURCE[0]%/*}/../host/berth-host.sh"
}

# usage: install_host_program TARGET    under its own checksum, so that two pipelines never disturb each other; old ones are cleared. It
# is whole and on the disk before it is used: the guard and the deploy go on with it after a lost connection. False where that failed.
install_host_program() {
  local sum
  if [[ -z ${HOST_PROGRAM_SUM:-} ]]; then
    print_host_program >"$WORK/berth-host.sh" && sum=$(sha256sum <"$WORK/berth-host.sh") || return
    HOST_PROGRAM_SUM=${sum:0:16}
  fi
  # shellcheck disable=SC2016 # the server's shell expands it
  on_server "$1" 'umask 077; p=$HOME/.berth/'"$HOST_PROGRAM_SUM"'.sh
    mkdir -p "$HOME/.berth" && cat >"$p.$$" && case $(sha256sum <"$p.$$") in '"$HOST_PROGRAM_SUM"'*) ;; *) rm -f "$p.$$"; exit 74 ;; esac &&
    sync "$p.$$" && mv -f "$p.$$" "$p" && sync "$HOME/.berth" && find "$HOME/.berth" -name "*.sh*" -mtime +30 -delete' <"$WORK/berth-host.sh"
}

# usage: ask_server TARGET REQUEST ARGUMENT…    one request to the host program, by the name of its function in host/requests.sh; the
# arguments are plain names, paths and numbers. Its status is the program's, or ssh's 255.
ask_server() {
  local target=$1 request=${2#request_}
  shift 2
  on_server "$target" "exec bash .berth/$HOST_PROGRAM_SUM.sh $request $*"
}

# usage: print_settings    what the server is to know, as NAME=BASE64; no other variable leaves the job
print_settings() {
  local name _ sent
  check_settings # also what the job has found out by itself, such as the package's version
  while read -r name _ sent _; do
    [[ $sent == + && -v $name ]] || continue
    printf '%s=%s\n' "$name" "$(printf '%s' "${!name}" | base64 | tr -d '\n')"
  done <<<"$SETTINGS"
}

# usage: show_findings TARGET <LINES    prints a check's lines for people; sets PROBLEMS to the number of problems, adding to it
show_findings() {
  local kind text cure
  while IFS=$'\t' read -r kind text cure; do
    case $kind in
      '') ;;
      ok) say "  ok       $text" ;;
      note) say "  note     $text" ;;
      problem) PROBLEMS=$((PROBLEMS + 1)); paint '31;1' "  problem  $text"; say "  cure     $cure" ;;
      *) say "           $kind $text $cure" ;;
    esac
  done
}
