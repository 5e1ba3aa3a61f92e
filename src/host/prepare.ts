import { UsageError } from "../usage-error.ts";
import { anyName, exact, trialCommands, trialInstallation } from "./trial-unit.ts";

/** What a server is prepared for. The names are the inputs of the deploy component. */
export interface Preparation {
  readonly deployUser: string;
  /** One line of `authorized_keys`; none is written when absent. */
  readonly publicKey?: string | undefined;
  readonly serviceName: string;
  readonly serviceUser: string;
  readonly deployPath: string;
  readonly backupPath: string;
  /** Whether the service gets its connections through a socket unit. */
  readonly listen: boolean;
  /** `deployer`: a deploy may write its own units (and whoever may do that is root in fact); `administrator`: it may not. */
  readonly units: "deployer" | "administrator";
}

const name = /^[A-Za-z0-9][A-Za-z0-9_.-]*$/;
const user = /^[a-z_][a-z0-9_-]*$/;
const path = /^(\/[A-Za-z0-9_][A-Za-z0-9._-]*){2,}$/;

/**
 * A shell script for an administrator to read and to run as root on a Debian server: packages, users, folders, and the
 * exact commands that the deploy user may run with sudo. Running it again changes nothing.
 * @throws UsageError when a value is not a plain name or path: everything in the script is meant to be read.
 */
export function prepareScript(preparation: Preparation): string {
  check(preparation);
  return [
    head(preparation),
    packages(),
    users(preparation),
    folders(preparation),
    rights(preparation),
    ...(preparation.units === "administrator" ? [trialInstallation(preparation)] : []),
    closing(preparation),
  ].join("\n");
}

/** The lines of the sudoers file, without its comments. Whole commands: sudo compares them word by word. */
function sudoersLines({ deployUser, serviceUser, ...rest }: Preparation): string[] {
  const commands = [
    ...serviceCommands(rest),
    ...trialCommands(rest),
    ...(rest.units === "deployer" ? unitCommands(rest) : []),
  ];
  return [
    `${deployUser} ALL=(root) NOPASSWD: ${commands.join(", \\\n    ")}`,
    `${deployUser} ALL=(${serviceUser}) NOPASSWD: ALL`,
  ];
}

function check(preparation: Preparation): void {
  const { deployUser, publicKey, serviceName, serviceUser, deployPath, backupPath } = preparation;
  const wrong = (what: string, value: string, right: string) =>
    new UsageError(`${what} "${value}": ${right}`);
  if (!name.test(serviceName))
    throw wrong("--service-name", serviceName, "a unit's name without .service is right");
  if (!user.test(serviceUser)) throw wrong("--service-user", serviceUser, "a user's name is right");
  if (!user.test(deployUser)) throw wrong("--deploy-user", deployUser, "a user's name is right");
  if (!path.test(deployPath))
    throw wrong("--deploy-path", deployPath, "an absolute path of plain names is right");
  if (!path.test(backupPath))
    throw wrong("--backup-path", backupPath, "an absolute path of plain names is right");
  if (
    publicKey !== undefined &&
    !/^(ssh|ecdsa|sk)-[a-z0-9@.-]+ [A-Za-z0-9+/=]+( [\w@. -]*)?$/.test(publicKey)
  )
    throw new UsageError("--public-key: the file must hold one public key, as ssh-keygen writes it");
}

function head({ deployPath, serviceName, units }: Preparation): string {
  return `#!/bin/sh
# Prepares a Debian server for deploys of ${serviceName} to ${deployPath}. Made by "berth host prepare".
# Read it, then run it as root. Running it again changes nothing.
# Units are written by ${units === "deployer" ? "each deploy" : "an administrator; a deploy may not"}.
set -eu
[ "$(id -u)" = 0 ] || { echo "run this as root" >&2; exit 1; }
`;
}

function packages(): string {
  return `# What a deploy uses on the server. Nothing is fetched from a Python package index here.
DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends \\
  openssh-server rsync sudo python3 python3-venv util-linux procps
`;
}

function users({ deployUser, serviceUser, publicKey }: Preparation): string {
  const lines = [
    `# The service runs as ${serviceUser}; the pipeline logs in as ${deployUser}, without a password, and shares the service's group so`,
    "# that the service can read what is deployed.",
    `id ${serviceUser} >/dev/null 2>&1 || useradd --system --user-group --no-create-home --shell /usr/sbin/nologin ${serviceUser}`,
    `id ${deployUser} >/dev/null 2>&1 || useradd --create-home --shell /bin/bash ${deployUser}`,
    `group=$(id -gn ${serviceUser})`,
    `usermod --append --groups "$group" ${deployUser}`,
  ];
  if (publicKey !== undefined) lines.push(...authorizedKey(deployUser, publicKey));
  return `${lines.join("\n")}\n`;
}

/** `restrict`: no forwarding, no terminal; the pipeline needs neither. */
function authorizedKey(deployUser: string, publicKey: string): string[] {
  const line = `restrict ${publicKey.trim()}`;
  return [
    `home=$(getent passwd ${deployUser} | cut -d: -f6)`,
    `install -d -o ${deployUser} -g "$(id -gn ${deployUser})" -m 700 "$home/.ssh"`,
    'touch "$home/.ssh/authorized_keys"',
    `grep -qxF '${line}' "$home/.ssh/authorized_keys" || echo '${line}' >>"$home/.ssh/authorized_keys"`,
    `chown ${deployUser}: "$home/.ssh/authorized_keys"`,
    'chmod 600 "$home/.ssh/authorized_keys"',
  ];
}

function folders({ deployUser, deployPath, backupPath }: Preparation): string {
  const folder = (place: string, mode: string) =>
    `install -d -o ${deployUser} -g "$group" -m ${mode} ${place}`;
  return `# New files inherit the service's group (setgid). Data and backups are nobody else's to read.
mkdir -p ${parentOf(deployPath)} ${parentOf(backupPath)}
${folder(deployPath, "2775")}
${folder(`${deployPath}/releases`, "2750")}
${folder(`${deployPath}/shared`, "2770")}
${folder(`${deployPath}/.deploy`, "2750")}
${folder(backupPath, "2770")}
`;
}

function rights(preparation: Preparation): string {
  const file = `/etc/sudoers.d/berth-${preparation.serviceName.replaceAll(".", "-")}`;
  return `# Exactly these commands, and no other as root. To act as the service's user is no more than to deploy its code.
# A regular expression (sudo 1.9.10) stands where a release's name is part of the path; a wildcard would allow too much.
beside=$(mktemp)
trap 'rm -f "$beside" "$beside.unit"' EXIT
cat >"$beside" <<'END_OF_SUDOERS'
${sudoersLines(preparation).join("\n")}
END_OF_SUDOERS
visudo -cqf "$beside"
install -m 440 "$beside" ${file}
`;
}

function closing({ deployUser, serviceName }: Preparation): string {
  return `echo "ready: ${deployUser} can deploy ${serviceName}"\n`;
}

function serviceCommands({ serviceName, listen }: Pick<Preparation, "serviceName" | "listen">): string[] {
  const service = ["restart", "stop", "reset-failed"].map((verb) => `${verb} ${serviceName}.service`);
  const behindSocket = [`${serviceName}.socket`, `${serviceName}-standby.service`].flatMap((unit) =>
    ["start", "stop"].map((verb) => `${verb} ${unit}`),
  );
  const journals = [`${serviceName}.service`, ...(listen ? [`${serviceName}-standby.service`] : [])].map(
    (unit) => `/usr/bin/journalctl --no-pager --output\\=short-iso --lines\\=40 --unit\\=${unit}`,
  );
  const controls = [...service, ...(listen ? behindSocket : [])];
  return [...controls.map((words) => `/usr/bin/systemctl ${words}`), ...journals];
}

function unitCommands({
  serviceName,
  deployPath,
}: Pick<Preparation, "serviceName" | "deployPath">): string[] {
  const folder = "/etc/systemd/system";
  const recovery = `berth-recovery-${serviceName}.service`;
  const units = [`${serviceName}.service`, `${serviceName}.socket`, recovery];
  const installing = (from: string, to: string) =>
    `/usr/bin/install ^-D -m 644 -- ${from} ${exact(`${folder}/${to}`)}$`;
  const fromRelease = (unit: string) =>
    `${exact(deployPath)}/releases/${anyName}/\\.berth/units/${exact(unit)}`;
  return [
    "/usr/bin/systemctl daemon-reload",
    ...units.map((unit) => `/usr/bin/systemctl enable --quiet ${unit}`),
    `/usr/bin/systemctl disable --quiet --now ${serviceName}.socket`,
    installing(fromRelease(`${serviceName}.service`), `${serviceName}.service`),
    installing(fromRelease(`${serviceName}.socket`), `${serviceName}.socket`),
    installing(fromRelease(`${serviceName}-standby.service`), `${serviceName}-standby.service`),
    installing(fromRelease("berth.conf"), `${serviceName}.service.d/berth.conf`),
    installing(`${exact(deployPath)}/\\.deploy/runs/${anyName}/${exact(recovery)}`, recovery),
    `/usr/bin/rm -f -- ${folder}/${serviceName}.service`,
    `/usr/bin/rm -f -- ${folder}/${serviceName}.socket`,
    `/usr/bin/rm -f -- ${folder}/${serviceName}-standby.service`,
    `/usr/bin/rm -f -- ${folder}/${serviceName}.service.d/berth.conf`,
  ];
}

function parentOf(place: string): string {
  return place.slice(0, place.lastIndexOf("/"));
}
