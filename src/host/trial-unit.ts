import type { Preparation } from "./preparation.ts";
import { serverFile } from "./server-file.ts";

/** The commands by which the deploy user starts and stops the trial of a release, as lines of a sudoers file: no other unit. */
export function trialCommands({
  serviceName,
  deployPath,
  units,
}: Pick<Preparation, "serviceName" | "deployPath" | "units">): string[] {
  const journal = "/usr/bin/journalctl --no-pager --output\\=short-iso --lines\\=40 --unit\\=";
  if (units !== "deployer") {
    const instance = `${exact(serviceName)}-trial(-isolated)?@${anyName}\\.service`;
    const journalOf = journal.replaceAll("\\", "").replace("journalctl ", "journalctl ^");
    return [
      ...["start", "stop"].map((verb) => `/usr/bin/systemctl ^${verb} ${instance}$`),
      `${journalOf}${instance}$`,
    ];
  }
  const unit = `${serviceName}-trial.service`;
  const file = `/run/systemd/system/${unit}`;
  const written = `${exact(deployPath)}/\\.deploy/runs/${anyName}/${exact(unit)}`;
  return [
    ...["start", "stop"].map((verb) => `/usr/bin/systemctl ${verb} ${unit}`),
    `${journal}${unit}`,
    `/usr/bin/install ^-D -m 644 -- ${written} ${exact(file)}$`,
    `/usr/bin/rm -f -- ${file}`,
  ];
}

/** The part of an administrator's script that installs the units of a trial, made from the service's unit as it is on the server. */
export function trialInstallation({ serviceName, serviceUser, deployPath }: Preparation): string {
  const folder = "/etc/systemd/system";
  return `# A release is tried before it goes live: by the service's own unit under another name. A deploy may start and stop it, no more.
if [ -f ${folder}/${serviceName}.service ]; then
  cat >"$beside" <<'END_OF_FILTER'
${serverFile("host/trial_unit.awk")}END_OF_FILTER
  for isolated in no yes; do
    unit=${serviceName}-trial@.service
    [ "$isolated" = no ] || unit=${serviceName}-trial-isolated@.service
    systemctl cat ${serviceName}.service | awk -v name=${serviceName} -v user=${serviceUser} -v current=${deployPath}/current \\
      -v release=${deployPath}/releases/%i -v seconds=900 -v isolated="$isolated" -f "$beside" >"$beside.unit"
    install -m 644 "$beside.unit" "${folder}/$unit"
  done
  systemctl daemon-reload
fi
`;
}

/** A release's name, as a part of a sudoers file's regular expression. */
export const anyName = "[A-Za-z0-9][A-Za-z0-9_.-]*";

/** The text as a regular expression that matches nothing else: names and paths have no other special letter. */
export function exact(text: string): string {
  return text.replaceAll(".", "\\.");
}
