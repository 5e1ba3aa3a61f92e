#!/bin/sh
# The tools of the jobs that talk to a server: bash, ssh, rsync. A small image lacks them; where it may (input install_tools, root,
# a container), this installs them; otherwise one line says which are missing.

# usage: missing_tools    prints the tools that are not there
missing_tools() {
  for tool in bash ssh ssh-keygen rsync tar gzip base64 sha256sum; do
    command -v "$tool" >/dev/null 2>&1 || printf ' %s' "$tool"
  done
}

# usage: install_tools    with the image's own package manager
install_tools() {
  if command -v apk >/dev/null 2>&1; then
    apk add --quiet --no-cache bash openssh-client rsync
  elif command -v apt-get >/dev/null 2>&1; then
    apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install --yes --no-install-recommends bash openssh-client rsync
  fi >&2 || true
}

# usage: in_container    true in a container: a runner's own machine gets nothing installed
in_container() {
  [ -e /.dockerenv ] || [ -e /run/.containerenv ] || [ -n "${KUBERNETES_SERVICE_HOST:-}" ]
}

# usage: may_install    true unless the input install_tools says no
may_install() {
  case " ${BERTH_SWITCHES:-} " in *' install_tools=false '*) return 1 ;; esac
  [ "$(id -u)" = 0 ] && in_container
}

if [ -n "$(missing_tools)" ] && may_install; then
  echo "installing what this image lacks:$(missing_tools)" >&2
  install_tools
fi
if [ -n "$(missing_tools)" ]; then
  echo "error: this job needs tools that its image or machine lacks:$(missing_tools); take an image that has them (input image), or install bash, openssh-client and rsync" >&2
  exit 1
fi
