#!/usr/bin/env bash
# The private key and the known hosts, as people put them into CI/CD variables: with carriage returns, without the final newline,
# on one line, base64, indented, quoted, with literal \n. OpenSSH says "error in libcrypto" to all of these; each can be repaired.

# usage: text_of_variable NAME    prints the variable's text; a variable of the type File holds a path
text_of_variable() {
  local value=${!1:-}
  if [[ $value == /* && $value != *$'\n'* && -f $value ]]; then cat -- "$value"; else printf '%s' "$value"; fi
}

# usage: write_private_key FILE    repairs SSH_PRIVATE_KEY into FILE, readable by its owner alone; prints the reason and fails where it cannot
write_private_key() {
  local file=$1 text complaint
  text=$(text_of_variable SSH_PRIVATE_KEY)
  [[ $text == *-----BEGIN* ]] || text=$(decoded_key "$text")
  if [[ $text != *'PRIVATE KEY-----'* ]]; then
    describe_what_is_no_key "$text"
    return 1
  fi
  (umask 077 && repaired_key "$text" >"$file")
  if ! complaint=$(ssh-keygen -y -P '' -f "$file" 2>&1 >/dev/null); then
    case $complaint in
      *passphrase*) echo 'the key has a passphrase, which nobody can type here: make one without (ssh-keygen -p -N "" -f key)' ;;
      *) echo 'the key cannot be read, even after repair: copy the whole file again, from BEGIN to END' ;;
    esac
    return 1
  fi
}

# usage: decoded_key TEXT    prints what the base64 text holds; nothing where it is none
decoded_key() {
  local text=${1//[$' \t\r\n\'"']/}
  base64 -d <<<"${text//\\n/}" 2>/dev/null | tr -d '\0' || true
}

# usage: repaired_key TEXT    prints the key with its three parts in their places: every white space inside a body is a mistake
repaired_key() {
  local text=${1//\\r/} kind body
  text=${text//\\n/$'\n'}
  text=${text#*-----BEGIN }
  kind=${text%%-----*}
  body=${text#*-----}
  body=${body%%-----END*}
  printf '%s\n' "-----BEGIN $kind-----"
  key_headers "$body"
  body=$(grep -v '^[[:space:]]*[A-Za-z-]*: ' <<<"$body" | tr -cd 'A-Za-z0-9+/=')
  fold -w 64 <<<"$body"
  printf '%s\n' "-----END $kind-----"
}

# usage: key_headers BODY    the lines of an old encrypted key that are not base64 (Proc-Type, DEK-Info)
key_headers() {
  local headers
  headers=$(sed -n 's/^[[:space:]]*\([A-Za-z-]*: .*[^[:space:]]\)[[:space:]]*$/\1/p' <<<"$1")
  [[ -z $headers ]] || printf '%s\n\n' "$headers"
}

# usage: describe_what_is_no_key TEXT    one line, without showing any of it
describe_what_is_no_key() {
  case $(text_of_variable SSH_PRIVATE_KEY) in
    '') echo 'it is empty' ;;
    ssh-* | ecdsa-* | *'PUBLIC KEY'*) echo 'it holds the public key: the private one belongs here (the file without .pub)' ;;
    PuTTY-User-Key-File*) echo 'it is a PuTTY key: export it in PuTTYgen as an OpenSSH key' ;;
    *) echo 'it holds no private key: neither "-----BEGIN … PRIVATE KEY-----" nor the base64 of that' ;;
  esac
}

# usage: write_known_hosts FILE    SSH_KNOWN_HOSTS with plain line ends
write_known_hosts() {
  text_of_variable SSH_KNOWN_HOSTS | tr -d '\r' | sed 's/^[[:space:]]*//; s/\\n/\n/g' >"$1"
  printf '\n' >>"$1"
}
