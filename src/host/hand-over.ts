import type { Preparation } from "./preparation.ts";

/*
 * An application that has been running here as another user gets its new one. What it wrote and what it may read change hands at one
 * stroke: in between, the old process could read no release and the new user no data. So the process pauses meanwhile (connections wait)
 * and starts again at the end.
 */

/** The part of the script before the folders get the new user's group: finds the user of before, pauses what runs as it, hands over. */
export function handOver(preparation: Preparation): string {
  const { deployUser, serviceName, serviceUser, deployPath, backupPath, units } = preparation;
  const service = `${serviceName}.service`;
  const refusal = `  [ "$configured" = ${serviceUser} ] || refuse "${service} runs as \${configured:-root}; write User=${serviceUser} into it, systemctl daemon-reload, then run this again"
`;
  return `# An application that runs here as another user until now: its data, its releases and its backups change hands, and it starts again as
# ${serviceUser}. It pauses meanwhile, since neither user could do without the other one's half; connections wait. Links are not followed.
former='' paused=''
go_on() { [ -z "$paused" ] || systemctl kill --signal=SIGCONT ${service}; }
trap go_on EXIT
configured=$(systemctl show --property=User --value ${service})
process=$(systemctl show --property=MainPID --value ${service})
if [ "\${process:-0}" != 0 ]; then former=$(awk '/^Uid:/ { print $2 }' "/proc/$process/status")
elif [ -n "$configured" ]; then former=$(id -u "$configured"); fi
if [ -n "$former" ] && [ "$former" != "$(id -u ${serviceUser})" ] && [ -L ${deployPath}/current ]; then
${units === "administrator" ? refusal : ""}  if [ "\${process:-0}" != 0 ]; then
    paused=yes
    systemctl kill --signal=SIGSTOP ${service}
  fi
  for place in ${deployPath} ${backupPath}; do
    [ -d "$place" ] || continue
    chown -R -P -h --from="$former" "${serviceUser}:$group" "$place"
    chown -R -P -h --from="${deployUser}:$(id -g "$former")" ":$group" "$place"
  done
else
  former=''
fi
`;
}

/** The part at the end of the script: the application runs as its new user. */
export function startAsNewUser(preparation: Preparation): string {
  const { serviceName, serviceUser, units } = preparation;
  const service = `${serviceName}.service`;
  return `if [ -n "$former" ]; then
${units === "deployer" ? unitsOfNewUser(preparation) : ""}  [ -z "$paused" ] || systemctl restart ${service}
  paused=''
  echo "${service} runs as ${serviceUser} from now on, not as $(id -nu "$former"): set the input service_user"
fi
`;
}

/** Those that the last deploy has written, and those that a rollback would write; these the deploy user changes, whose links root would follow. */
function unitsOfNewUser({ deployUser, deployPath, serviceName, serviceUser }: Preparation): string {
  const folder = "/etc/systemd/system";
  const names = [".service", ".service.d/berth.conf", ".socket", "-standby.service"];
  return `  users="s/^User=.*/User=${serviceUser}/; s/^SocketUser=.*/SocketUser=${serviceUser}/; s/^Group=.*/Group=$group/"
  for unit in ${names.map((name) => `${folder}/${serviceName}${name}`).join(" ")}; do
    [ ! -f "$unit" ] || sed -i "$users" "$unit"
  done
  (cd / && exec runuser -u ${deployUser} -- find ${deployPath}/releases -path '*/.berth/units/*' -type f -exec sed -i "$users" {} +)
  systemctl daemon-reload
`;
}
