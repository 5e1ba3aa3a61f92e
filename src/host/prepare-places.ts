import { UsageError } from "../base/usage-error.ts";
import { hasForm } from "../settings/index.ts";
import type { Preparation } from "./preparation.ts";

/** Where no application and no backup lives (hier(7)). scripts/host/paths.sh has the same list. */
const systemFolder =
  /^\/(bin|boot|dev|etc|lib[a-z0-9]*|proc|root|run|sbin|sys|tmp|usr|var\/(cache|lib|lock|log|mail|run|spool|tmp))(\/|$)|^\/(home|var)\/[^/]+$/;

/** @throws UsageError for a path that is not plain, that belongs to the system, or that lies in the other one. */
export function checkPlaces({ deployPath, backupPath }: Preparation): void {
  for (const [option, place] of [
    ["--deploy-path", deployPath],
    ["--backup-path", backupPath],
  ] as const) {
    if (place === "" || !hasForm(place, "path"))
      throw new UsageError(`${option} "${place}": an absolute path of plain names is right`);
    if (systemFolder.test(place))
      throw new UsageError(
        `${option} "${place}" belongs to the system: take a folder of its own, such as /var/www/NAME`,
      );
  }
  if (`${deployPath}/`.startsWith(`${backupPath}/`) || `${backupPath}/`.startsWith(`${deployPath}/`))
    throw new UsageError(
      `--backup-path "${backupPath}" and --deploy-path "${deployPath}" lie in one another`,
    );
}

/**
 * The part of the script that judges the folders, before anything is changed. Nothing in it follows a link that somebody else could have put there: root works only
 * below folders that are root's alone; inside the deploy user's own folders that user does the work.
 */
export function folderChecks({
  deployUser,
  serviceName,
  serviceUser,
  deployPath,
  backupPath,
  units,
}: Preparation): string {
  const foreignUnit = `for folder in /usr/lib/systemd/system /lib/systemd/system; do
  [ ! -e "$folder/${serviceName}.service" ] || refuse "${serviceName}.service belongs to a package of the system; take another --service-name"
done
`;
  // The take-over keeps the installation's own unit as what a rollback to it starts; the launcher's unit must not be in its place by then.
  const takenOver = `[ -L ${deployPath}/current ] || [ ! -d ${deployPath} ] ||
  [ -z "$(find ${deployPath} -mindepth 1 -maxdepth 1 ! -name releases ! -name shared ! -name .deploy ! -name lost+found -print -quit)" ] ||
  refuse "${deployPath} holds an application that no deploy has taken over yet: run this script with --units deployer, deploy once, then prepare with --units launcher"
`;
  return `# The folders are ${deployUser}'s. The service's group may read what is deployed (new files inherit the group: setgid) and write
# nothing; a deploy gives the service its persistent paths, and no more.
refuse() {
  echo "refused: $1" >&2
  exit 1
}

# usage: check_parts_above PATH    no link, and nobody's but root's and ${deployUser}'s: whoever has one of them could replace PATH. Sets
# maker: root, or ${deployUser} where a part is ${deployUser}'s, since root would follow what that user puts there
check_parts_above() {
  part=$1 maker=root
  while part=\${part%/*} && [ -n "$part" ]; do
    [ ! -L "$part" ] || refuse "$part is a link; write the path as readlink -f $part prints it"
    [ -e "$part" ] || continue
    case $(stat -c %U "$part") in
      root) ;;
      ${deployUser}) maker=${deployUser} ;;
      *) refuse "$part belongs to $(stat -c %U "$part"): chown root: $part, or take another path" ;;
    esac
    [ -z "$(find "$part" -prune -perm -o+w ! -perm -1000)" ] || refuse "everybody can write to $part"
    [ -z "$(find "$part" -prune -perm -g+w ! -perm -1000)" ] || ! id -nG ${serviceUser} | tr ' ' '\\n' | grep -xF "$(stat -c %G "$part")" >/dev/null ||
      refuse "${serviceUser} can write to $part: chmod g-w $part"
  done
}

# usage: check_existing PATH MARK…    a folder that is there is ${deployUser}'s, or empty (a disk of its own has a lost+found), or has one of
# the MARKs, or the service runs in it already
check_existing() {
  place=$1
  shift
  [ -e "$place" ] || [ -L "$place" ] || return 0
  [ ! -L "$place" ] || refuse "$place is a link"
  [ -d "$place" ] || refuse "$place is not a folder"
  [ "$(stat -c %U "$place")" != ${deployUser} ] || return 0
  [ -n "$(find "$place" -mindepth 1 -maxdepth 1 ! -name lost+found -print -quit)" ] || return 0
  for mark; do [ ! -e "$place/$mark" ] || return 0; done
  case $place in */backup*/* | "$(systemctl show --property=WorkingDirectory --value ${serviceName}.service)") return 0 ;; esac
  refuse "$place exists already and holds no application; take another path, or an empty folder"
}

# usage: check_alone PATH    not inside what another application has: its deploys remove what is not theirs
check_alone() {
  part=$1
  while part=\${part%/*} && [ -n "$part" ]; do
    [ ! -e "$part/.deploy" ] || refuse "$1 lies in $part, the deploy path of another application"
  done
}

${units === "administrator" ? "" : foreignUnit}check_alone ${deployPath}
check_alone ${backupPath}
check_existing ${deployPath} releases current wsgi.py app.py manage.py requirements.txt pyproject.toml venv .venv .env.production
check_existing ${backupPath}
${units === "launcher" ? takenOver : ""}check_parts_above ${deployPath}
check_parts_above ${backupPath}
`;
}

/** The part of the script that makes the folders, each checked once more. */
export function folders({ deployUser, deployPath, backupPath }: Preparation): string {
  return `# usage: make_folder PATH MODE
make_folder() {
  check_parts_above "$1"
  if [ "$maker" = root ]; then
    (umask 022 && mkdir -p "\${1%/*}")
    install -d -o ${deployUser} -g "$group" -m "$2" "$1"
  else
    runuser -u ${deployUser} -- sh -euc 'umask 027; mkdir -p "$1"; [ ! -L "$1" ]; [ -O "$1" ]; chgrp "$2" "$1"; chmod "$3" "$1"' sh "$1" "$group" "$2" ||
      refuse "$1 is not a folder of ${deployUser}'s: somebody has put it there; look into it and move it away"
  fi
}

make_folder ${deployPath} 2755
make_folder ${deployPath}/releases 2750
make_folder ${deployPath}/shared 2750
make_folder ${deployPath}/.deploy 2700
make_folder ${backupPath} 2700
`;
}

/**
 * The part of the script that lets the pipeline log in, with `restrict`: no forwarding, no terminal; the pipeline needs neither. The
 * deploy user does it in its home: root would follow that user's links.
 */
export function authorizedKey(deployUser: string, publicKey: string): string[] {
  return [
    `runuser -u ${deployUser} -- sh -eu -s -- "$(getent passwd ${deployUser} | cut -d: -f6)" <<'END_OF_KEY'`,
    "umask 077",
    'cd "$1"',
    "mkdir -p .ssh",
    "touch .ssh/authorized_keys",
    `if ! grep -qxF 'restrict ${publicKey.trim()}' .ssh/authorized_keys; then`,
    '  [ -z "$(tail -c 1 .ssh/authorized_keys)" ] || echo >>.ssh/authorized_keys',
    `  echo 'restrict ${publicKey.trim()}' >>.ssh/authorized_keys`,
    "fi",
    "chmod 700 .ssh",
    "chmod 600 .ssh/authorized_keys",
    "END_OF_KEY",
  ];
}
