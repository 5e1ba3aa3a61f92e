import { UsageError } from "../base/usage-error.ts";
import { hasForm } from "../settings/index.ts";
import type { Preparation } from "./preparation.ts";
import { serverFile } from "./server-file.ts";

const folder = "/etc/systemd/system";
const launcher = "/usr/local/lib/berth/launch";

/** Users that Debian's packages make, for more than one program: acting as one of them is more than acting as one application. */
export const sharedUsers =
  /^(root|daemon|bin|sys|sync|games|man|lp|mail|news|uucp|proxy|www-data|backup|list|irc|gnats|nobody|_apt|messagebus|sshd|systemd-.*)$/;

/**
 * Whether a launcher can be set up for this server.
 * @throws UsageError where the service's user is not its own, or nobody said what the socket listens on.
 */
export function checkLauncher({ serviceUser, serviceName, listen, listenAddress }: Preparation): void {
  if (sharedUsers.test(serviceUser))
    throw new UsageError(
      `--service-user "${serviceUser}": with --units launcher the application has a user of its own, such as ${serviceName.replaceAll(".", "-")}`,
    );
  if (listen && listenAddress === undefined)
    throw new UsageError(
      "--units launcher: the socket is the administrator's; give --listen the value of the input listen, or --no-listen",
    );
  if (listenAddress !== undefined && (listenAddress === "" || !hasForm(listenAddress, "place")))
    throw new UsageError(
      `--listen "${listenAddress}": a port, address:port or the path of a socket is right`,
    );
}

/** The part of the script that installs the launcher and the units: once, whatever start command a release has. */
export function launcherInstallation(preparation: Preparation): string {
  const { serviceName, listen } = preparation;
  const units = [
    [`${serviceName}.service`, serviceUnit(preparation)],
    ...(listen
      ? [
          [`${serviceName}.socket`, socketUnit(preparation)],
          [`${serviceName}-standby.service`, standbyUnit(preparation)],
        ]
      : []),
    [`berth-recovery-${serviceName}.service`, recoveryUnit(preparation)],
  ] as const;
  const enabled = units.map(([name]) => name).filter((name) => name !== `${serviceName}-standby.service`);
  return `# The units stay as they are, whatever a release brings: they start a fixed launcher, as the service's user, which reads start command
# and environment from the release. So a deploy needs no right to change a unit, and root reads no file of a release.
install -d -m 755 ${launcher.slice(0, launcher.lastIndexOf("/"))}
cat >"$beside" <<'END_OF_LAUNCHER'
${serverFile("server/launch.py")}END_OF_LAUNCHER
install -m 755 "$beside" ${launcher}
# usage: install_unit NAME <TEXT    one that was there before, and is another, is kept beside it
install_unit() {
  cat >"$beside"
  if [ -e "${folder}/$1" ] && ! grep -qs '^# Installed by "berth host prepare' "${folder}/$1"; then mv "${folder}/$1" "${folder}/$1.before-launcher"; fi
  install -m 644 "$beside" "${folder}/$1"
}
${units.map(([name, text]) => `install_unit ${name} <<'END_OF_UNIT'\n${text}END_OF_UNIT`).join("\n")}
rm -f ${folder}/${serviceName}.service.d/berth.conf # of a deploy that wrote its own units
systemctl daemon-reload
systemctl enable --quiet ${enabled.join(" ")}
`;
}

const head = '# Installed by "berth host prepare --units launcher".\n';

function serviceUnit(preparation: Preparation): string {
  const { serviceName, deployPath, listen } = preparation;
  const dependencies = listen
    ? `Requires=${serviceName}.socket\nAfter=${serviceName}.socket\n# A service that crashes too often for the start limit would take its socket down with it.\nStartLimitIntervalSec=0\n`
    : "";
  return `${head}[Unit]
Description=${serviceName}
After=network.target
ConditionPathExists=${deployPath}/current
${dependencies}
${service(preparation)}Restart=always
RestartSec=3

[Install]
WantedBy=multi-user.target
`;
}

function standbyUnit(preparation: Preparation): string {
  const { serviceName } = preparation;
  return `${head}# The second instance, during a switch (the input rolling).
[Unit]
Description=${serviceName}, second instance
Requires=${serviceName}.socket
After=${serviceName}.socket
CollectMode=inactive-or-failed

${service(preparation)}Sockets=${serviceName}.socket
Restart=no
RuntimeMaxSec=300
`;
}

/** The sandbox is the one of scripts/host/units.sh; below the deploy path the owners of the folders decide what the service may write. */
function service({ serviceName, serviceUser, deployPath }: Preparation): string {
  return `[Service]
Type=exec
User=${serviceUser}
ExecStart=${launcher} ${serviceName} ${deployPath}/current
SyslogIdentifier=${serviceName}
KillSignal=SIGTERM
TimeoutStopSec=30
NoNewPrivileges=yes
PrivateTmp=yes
ProtectSystem=strict
ProtectControlGroups=yes
ProtectKernelTunables=yes
ProtectKernelModules=yes
RestrictSUIDSGID=yes
RestrictRealtime=yes
RestrictNamespaces=yes
LockPersonality=yes
UMask=0027
ProtectHome=${/^\/home\//.test(deployPath) ? "read-only" : "yes"}
ReadWritePaths=${deployPath}
`;
}

/** Not a part of sockets.target: see socket_text in scripts/host/units.sh. */
function socketUnit({ serviceName, serviceUser, listenAddress = "" }: Preparation): string {
  return `${head}# systemd keeps this socket open while the service restarts, so no connection is refused.
[Unit]
Description=${serviceName} socket
DefaultDependencies=no
Requires=sysinit.target
After=sysinit.target
Conflicts=shutdown.target
Before=shutdown.target

[Socket]
ListenStream=${/^[0-9]+$/.test(listenAddress) ? `127.0.0.1:${listenAddress}` : listenAddress}
Backlog=2048
SocketUser=${serviceUser}
SocketMode=0660

[Install]
WantedBy=multi-user.target
`;
}

function recoveryUnit({ serviceName, deployUser, deployPath }: Preparation): string {
  const program = `${deployPath}/.deploy/berth-host.sh`;
  return `${head}# After a power loss in the middle of a deploy the release that was live before is made live again.
[Unit]
Description=Berth: recover an interrupted deploy of ${serviceName}
Before=${serviceName}.service ${serviceName}.socket
RequiresMountsFor=${deployPath}
ConditionPathExists=${program}

[Service]
Type=oneshot
TimeoutStartSec=900
User=${deployUser}
ExecStart=/bin/bash ${program} recover ${deployPath} boot

[Install]
WantedBy=multi-user.target
`;
}
