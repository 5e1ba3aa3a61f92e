#!/usr/bin/env bash
# The connection to the servers: one ssh configuration in a private folder, one shared connection for each server, host keys pinned.

# usage: read_targets    fills TARGETS with the servers of DEPLOY_SERVER: host, host:port, user@host, [v6]:port; with spaces or commas
# between. A server that is named twice, in whatever form, is done once. What is not a server's name stays in the list, to be refused.
read_targets() {
  local text=${DEPLOY_SERVER:-} word words place seen=' '
  TARGETS=()
  read -r -d '' -a words <<<"${text//[,[:space:]]/ }" || true # its status is that of the end of the text
  for word in "${words[@]}"; do
    place=$word
    if target_parts "$word"; then place=$TARGET_USER@${TARGET_HOST,,}:$TARGET_PORT; fi
    if [[ $seen == *" $place "* ]]; then
      warn "DEPLOY_SERVER names $(printf %q "$word") more than once; it is done once"
      continue
    fi
    seen+="$place "
    TARGETS+=("$word")
  done
}

# usage: target_parts TARGET    sets TARGET_USER, TARGET_HOST and TARGET_PORT; fails where it is no server's name
target_parts() {
  local LC_ALL=C
  [[ $1 =~ ^(([A-Za-z0-9_][A-Za-z0-9_.-]*)@)?(\[([0-9A-Fa-f:.]+)\]|[A-Za-z0-9][A-Za-z0-9_.-]*|[0-9A-Fa-f]*:[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*)(:([1-9][0-9]{0,4}))?$ ]] || return 1
  TARGET_USER=${BASH_REMATCH[2]:-${DEPLOY_USER:-}}
  TARGET_HOST=${BASH_REMATCH[4]:-${BASH_REMATCH[3]}}
  TARGET_PORT=${BASH_REMATCH[6]:-${BERTH_SSH_PORT:-22}}
  [[ $TARGET_PORT =~ ^[1-9][0-9]{0,4}$ ]] && ((TARGET_PORT <= 65535))
}

# usage: is_user_name TEXT    true for what ssh's configuration may hold as a user
is_user_name() {
  local LC_ALL=C
  [[ $1 =~ ^[A-Za-z0-9_][A-Za-z0-9_.@-]*$ ]]
}

# usage: configure_ssh FOLDER    writes key, known hosts and configuration into FOLDER; sets SSH_CONFIG. Each target is known to ssh
# by its own text. The folder's path must be short: a control socket's name has at most 104 characters.
configure_ssh() {
  local target reason
  SSH_CONFIG=$1/config
  reason=$(write_private_key "$1/key") || fail "SSH_PRIVATE_KEY: $reason"
  write_known_hosts "$1/known_hosts"
  : >"$SSH_CONFIG"
  for target in "${TARGETS[@]}"; do
    target_parts "$target" || fail "DEPLOY_SERVER: \"$target\" is not a server's name or address"
    is_user_name "$TARGET_USER" || fail "DEPLOY_USER is not a user's name"
    printf 'Host %s\n  HostName %s\n  Port %s\n  User %s\n' "$(alias_of "$target")" "$TARGET_HOST" "$TARGET_PORT" "$TARGET_USER" >>"$SSH_CONFIG"
  done
  cat >>"$SSH_CONFIG" <<END_OF_CONFIG
Host *
  IdentityFile $1/key
  IdentitiesOnly yes
  BatchMode yes
  StrictHostKeyChecking yes
  UserKnownHostsFile $1/known_hosts
  GlobalKnownHostsFile /dev/null
  UpdateHostKeys no
  ConnectTimeout 10
  ServerAliveInterval 5
  ServerAliveCountMax 3
  ControlMaster auto
  ControlPath $1/%C
  ControlPersist 60
  ForwardAgent no
  LogLevel ERROR
END_OF_CONFIG
}

# usage: alias_of TARGET    prints the name under which ssh and this job's files know it. By its place in the list: 10.0.0.1 and
# 10-0-0-1 are two servers.
alias_of() {
  local place
  for place in "${!TARGETS[@]}"; do
    [[ ${TARGETS[place]} == "$1" ]] || continue
    printf 'server-%d\n' $((place + 1))
    return
  done
  return 1
}

# usage: on_server TARGET COMMAND    one ssh command; its standard input is the caller's
on_server() {
  ssh -F "$SSH_CONFIG" "$(alias_of "$1")" "$2"
}

# usage: close_connections    at the job's end, those that are open
close_connections() {
  local socket
  [[ -n ${SSH_CONFIG:-} ]] || return 0
  for socket in "${SSH_CONFIG%/*}"/*; do
    [[ ! -S $socket ]] || ssh -F "$SSH_CONFIG" -S "$socket" -O exit server >/dev/null 2>&1 || true
  done
}

# usage: connection_problem TARGET [lasting]    prints the reason why a connection fails and its cure, with a tab between; nothing where it
# works, nor, with `lasting`, where it may work in a moment
connection_problem() {
  local answer user=${DEPLOY_USER:-}
  if answer=$(on_server "$1" true 2>&1 </dev/null); then return; fi
  ! target_parts "$1" || user=$TARGET_USER # DEPLOY_SERVER may name another one for this server
  answer=$(sed '/^ *$/d' <<<"$answer" | tail -n 1)
  case $answer in
    *'Host key verification failed'* | *'host key is known'*)
      printf '%s\t%s\n' "$1: the server shows another host key than SSH_KNOWN_HOSTS, or none of its keys is in there" \
        "ssh-keyscan $1, compare the fingerprints with the server's own (ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub), then set SSH_KNOWN_HOSTS"
      ;;
    *'Permission denied'*)
      printf '%s\t%s\n' "$1: the server refuses the key for ${user:-the user}" "put the key's public half into ~$user/.ssh/authorized_keys on the server" ;;
    *'resolve hostname'* | *'Name or service not known'*) printf '%s\t%s\n' "$1: no such name" 'correct DEPLOY_SERVER' ;;
    *) [[ ${2:-} == lasting ]] || printf '%s\t%s\n' "$1: no connection: ${answer:-ssh said nothing}" 'is the server up, and its SSH port open to this runner?' ;;
  esac
}
