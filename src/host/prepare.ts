import { UsageError } from "../base/usage-error.ts";
import { hasForm } from "../settings/index.ts";
import { handOver, startAsNewUser } from "./hand-over.ts";
import { checkLauncher, launcherInstallation, sharedUsers } from "./launcher-units.ts";
import type { Preparation } from "./preparation.ts";
import { authorizedKey, checkPlaces, folderChecks, folders } from "./prepare-places.ts";
import { anyName, exact, trialCommands, trialInstallation } from "./trial-unit.ts";

/** The main group of what a deploy does as the service's user: not the service's, so that the application cannot enter it (as_service). */
const helperGroup = "berth";
/** Names of units that Berth makes from a service's name: a service called like that would be taken for another one's. */
const derivedName = /-(standby|trial)|^berth-recovery-/;

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
    folderChecks(preparation),
    handOver(preparation),
    folders(preparation),
    rights(preparation),
    ...(preparation.units === "launcher" ? [launcherInstallation(preparation)] : []),
    ...(preparation.units === "deployer" ? [] : [trialInstallation(preparation)]),
    startAsNewUser(preparation),
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
    `${deployUser} ALL=(${serviceUser}:${helperGroup}) NOPASSWD: ALL`,
  ];
}

function check(preparation: Preparation): void {
  const { deployUser, publicKey, serviceName, serviceUser } = preparation;
  const wrong = (what: string, value: string, right: string) =>
    new UsageError(`${what} "${value}": ${right}`);
  if (!hasForm(serviceName, "unit"))
    throw wrong("--service-name", serviceName, "a unit's name without .service is right");
  if (!hasForm(serviceUser, "user") || serviceUser === "root")
    throw wrong("--service-user", serviceUser, "a user's name is right");
  if (serviceUser === helperGroup || serviceUser === "nobody")
    throw wrong(
      "--service-user",
      serviceUser,
      "what a deploy does as the service's user has this name's group, which must not be the application's",
    );
  if (!hasForm(deployUser, "user")) throw wrong("--deploy-user", deployUser, "a user's name is right");
  if (derivedName.test(serviceName))
    throw wrong(
      "--service-name",
      serviceName,
      "-standby, -trial and berth-recovery- are in the names of units that Berth makes",
    );
  if (sharedUsers.test(deployUser) || deployUser === serviceUser)
    throw wrong(
      "--deploy-user",
      deployUser,
      "a user of its own is right: not the service's, and none of the system's such as root or www-data",
    );
  checkPlaces(preparation);
  if (preparation.units === "launcher") checkLauncher(preparation);
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
# Units are written by ${{ deployer: "each deploy", administrator: "an administrator; a deploy may not", launcher: "this script; a deploy changes none" }[units]}.
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

function users({ deployUser, serviceUser, publicKey, units }: Preparation): string {
  const lines = [
    `# The service runs as ${serviceUser}; the pipeline logs in as ${deployUser}, without a password, and shares the service's group so`,
    "# that the service can read what is deployed.",
    `id ${serviceUser} >/dev/null 2>&1 || useradd --system --user-group --no-create-home --shell /usr/sbin/nologin ${serviceUser}`,
    `id ${deployUser} >/dev/null 2>&1 || useradd --create-home --shell /bin/bash ${deployUser}`,
    `getent group ${helperGroup} >/dev/null || groupadd --system ${helperGroup}`,
    `group=$(id -gn ${serviceUser})`,
    "# usage: refuse_user WHY",
    `refuse_user() { echo "refused: the user ${serviceUser} $1; take another --service-user" >&2; exit 1; }`,
    `[ "$(id -u ${serviceUser})" != 0 ] || refuse_user "is root by another name"`,
    "# The helpers of a deploy have a group of their own, so that the application cannot enter them.",
    `case $group in ${helperGroup} | nogroup) refuse_user "has the main group $group, which helpers of a deploy have" ;; esac`,
    ...(units === "launcher"
      ? [
          "# Whoever acts as a member of these groups becomes root.",
          `for each in $(id -nG ${serviceUser}); do case $each in root | sudo | wheel | admin | adm | disk | shadow | docker | lxd) refuse_user "is in the group $each" ;; esac; done`,
        ]
      : []),
    `usermod --append --groups "$group" ${deployUser}`,
  ];
  if (publicKey !== undefined) lines.push(...authorizedKey(deployUser, publicKey));
  return `${lines.join("\n")}\n`;
}

function rights(preparation: Preparation): string {
  const { serviceName } = preparation;
  const folder = "/etc/sudoers.d";
  // sudo leaves files out whose names have a dot; no service's name has a "+", so no two services have one file.
  const file = `${folder}/berth-${serviceName.replaceAll(".", "+")}`;
  const former = `${folder}/berth-${serviceName.replaceAll(".", "-")}`;
  const removal =
    former === file
      ? ""
      : `! grep -qs ' restart ${serviceName}\\.service' ${former} || rm ${former} # its name before Berth 0.2\n`;
  return `# Exactly these commands, and no other as root. To act as the service's user is no more than to deploy its code.
# A regular expression (sudo 1.9.10) stands where a release's name is part of the path; a wildcard would allow too much.
beside=$(mktemp)
trap 'rm -f "$beside" "$beside.unit"; go_on' EXIT
cat >"$beside" <<'END_OF_SUDOERS'
${sudoersLines(preparation).join("\n")}
END_OF_SUDOERS
visudo -cqf "$beside"
install -m 440 "$beside" ${file}
${removal}`;
}

function closing({ deployUser, serviceName, units }: Preparation): string {
  const unit =
    units !== "administrator"
      ? ""
      : `[ -f /etc/systemd/system/${serviceName}.service ] || echo "now write and enable ${serviceName}.service: its paths go through .../current; then run this again"\n`;
  return `${unit}echo "ready: ${deployUser} can deploy ${serviceName}"\n`;
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
