import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { cacheFolder } from "./folders.ts";
import { withLock } from "./lock.ts";
import { mustRun } from "./subprocess.ts";
import { ensureSystemPackages } from "./system-packages.ts";

/** The Debian releases a throw-away host can run: 12 (Python 3.11) and 13 (Python 3.13). */
export const suites = ["bookworm", "trixie"] as const;
export type Suite = (typeof suites)[number];

export interface BaseSystemOptions {
  readonly say: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/** What a server has before anything is deployed to it. */
const guestPackages =
  "systemd systemd-sysv dbus openssh-server rsync sudo python3 python3-venv python3-pip ca-certificates curl procps iproute2 util-linux sqlite3".split(
    " ",
  );

/** Not needed on a throw-away host, or not possible in a container: they would only make the boot slow. */
const maskedUnits =
  "systemd-logind.service getty.target console-getty.service systemd-networkd.service systemd-resolved.service systemd-timesyncd.service apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer e2scrub_reap.service fstrim.timer systemd-tmpfiles-clean.timer".split(
    " ",
  );

const leftOut = ["/usr/share/doc/*", "/usr/share/man/*", "/usr/share/locale/*", "/usr/share/info/*"];

/**
 * The folder of a base root file system of `suite`, built with mmdebstrap from the machine's own Debian mirror when the
 * cache has none for this recipe. Never written to afterwards: every host lays a disk of its own over it.
 * @throws UsageError where mmdebstrap cannot be had.
 */
export async function ensureBaseSystem(suite: Suite, options: BaseSystemOptions): Promise<string> {
  const folder = join(cacheFolder("base"), `${suite}-${recipeKey(suite)}`);
  if (existsSync(folder)) return folder;
  await ensureSystemPackages(["mmdebstrap"], options);
  await withLock(`base-${suite}`, async () => {
    if (existsSync(folder)) return;
    options.say(`building the base system for Debian ${suite} (once; about a minute)`);
    await build(suite, folder, options.signal);
  });
  return folder;
}

/** Builds beside the target and renames: an interrupted build is never taken for a whole one. */
async function build(suite: Suite, folder: string, signal: AbortSignal | undefined): Promise<void> {
  const beside = mkdtempSync(`${folder}.building-`);
  try {
    const root = join(beside, "root");
    await mustRun([...bootstrapCommand(suite, guestPackages), root], { signal });
    await mustRun(["chroot", root, "sh", "-euc", settingUp], { signal });
    renameSync(root, folder);
  } finally {
    rmSync(beside, { recursive: true, force: true });
  }
}

/** Argv that makes a small Debian tree with `packages`; the folder comes last. */
export function bootstrapCommand(suite: Suite, packages: readonly string[]): string[] {
  return [
    "mmdebstrap",
    "--quiet",
    "--mode=root",
    "--variant=minbase",
    `--include=${packages.join(",")}`,
    ...leftOut.map((path) => `--dpkgopt=path-exclude=${path}`),
    suite,
  ];
}

/** Runs inside the new root. pam_systemd would wait for the masked logind; host keys are made for each host anew. */
const settingUp = `
sed -i '/pam_systemd/d' /etc/pam.d/common-session
mkdir -p /etc/systemd/journald.conf.d
printf '[Journal]\\nStorage=volatile\\nForwardToConsole=no\\n' > /etc/systemd/journald.conf.d/throw-away.conf
for unit in ${maskedUnits.join(" ")}; do ln -sf /dev/null "/etc/systemd/system/$unit"; done
rm -f /etc/ssh/ssh_host_* /etc/machine-id /var/lib/dbus/machine-id
: > /etc/machine-id
useradd --create-home --shell /bin/bash deploy
echo 'deploy:*' | chpasswd --encrypted
`;

function recipeKey(suite: Suite): string {
  const recipe = JSON.stringify([bootstrapCommand(suite, guestPackages), settingUp]);
  return createHash("sha256").update(recipe).digest("hex").slice(0, 12);
}
