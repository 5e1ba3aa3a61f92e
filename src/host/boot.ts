import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { UsageError } from "../base/usage-error.ts";
import { type BaseSystemOptions, ensureBaseSystem, type Suite } from "./base-system.ts";
import { canBootHosts } from "./can-boot.ts";
import { makeDisk, mountDisk } from "./disk.ts";
import { withLock, withMachineLock } from "./lock.ts";
import { addressesOf, connect, freeNumber } from "./network.ts";
import { allRecords, type HostRecord, hostPaths, identify, writeRecord } from "./record.ts";
import { mustRun } from "./subprocess.ts";
import { sweep, tearDown } from "./teardown.ts";
import { hostOf, type ThrowawayHost } from "./throw-away-host.ts";

export interface BootOptions {
  /** Debian's release; bookworm (12) when absent. */
  readonly suite?: Suite | undefined;
  /** Lower-case letters, digits and hyphens; made up when absent. */
  readonly name?: string | undefined;
  /** The disk's size as truncate(1) takes it; `4G` when absent. The file is sparse: only what is written takes room. */
  readonly diskSize?: string | undefined;
  /** `all` (the default) lets `deploy` use sudo for everything without a password; `none` gives it no rights. */
  readonly sudo?: "all" | "none" | undefined;
  /** Stays when this process ends, until `down()` or `berth host down`. */
  readonly keep?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Told in one line what takes long: packages installed, base system built. */
  readonly progress?: ((line: string) => void) | undefined;
}

/**
 * Boots a throw-away server and returns it when its sshd answers (about a second; a minute more when the base system of
 * the suite is not in the cache yet). Hosts left behind by a killed process are removed first.
 * @throws UsageError in one line where a host cannot be had here (`canBootHosts` says why).
 */
export async function bootHost(options: BootOptions = {}): Promise<ThrowawayHost> {
  const { suite = "bookworm", name = `host-${randomBytes(3).toString("hex")}`, signal } = options;
  const say = options.progress ?? (() => undefined);
  checkName(name);
  await ensureHostTools({ say, signal });
  const base = await ensureBaseSystem(suite, { say, signal });
  const record = await reserve(name, suite, options.keep ?? false);
  const host = hostOf(record, base);
  try {
    await prepareDisk(record, base, options);
    await host.powerOn();
    signal?.throwIfAborted();
    return host;
  } catch (error) {
    await host.down();
    throw error;
  }
}

/** @throws UsageError in one line where this machine cannot run a throw-away host. */
async function ensureHostTools(options: BaseSystemOptions): Promise<void> {
  const ability = await canBootHosts(options);
  if (!ability.possible)
    throw new UsageError(
      `a throw-away server cannot run here: ${ability.reason}; use --target user@host instead`,
    );
}

function checkName(name: string): void {
  if (!/^[a-z0-9][a-z0-9-]{0,40}$/.test(name))
    throw new UsageError(`"${name}" is no host name; use lower-case letters, digits and hyphens`);
}

/** Takes a name, a number and a network for a new host, and writes down whose it is before anything is made. */
function reserve(name: string, suite: Suite, keep: boolean): Promise<HostRecord> {
  return withLock("hosts", async () => {
    sweep();
    const records = allRecords();
    if (records.some((each) => each.name === name))
      throw new UsageError(`a host called "${name}" is already up`);
    // A number is taken when its network is there: until then nobody else may look for one, with whatever cache folder.
    return withMachineLock("networks", async () => {
      const number = freeNumber(new Set(records.map((each) => each.number)));
      const owner = keep ? undefined : identify(process.pid);
      const record: HostRecord = { name, suite, number, ...(owner === undefined ? {} : { owner }) };
      writeRecord(record);
      try {
        await connect(number);
      } catch (error) {
        tearDown(record);
        throw error;
      }
      return record;
    });
  });
}

/** Makes the disk and writes to it what tells this host from others: name, keys, rights. */
async function prepareDisk(record: HostRecord, base: string, { diskSize = "4G", sudo = "all" }: BootOptions) {
  const paths = hostPaths(record.name);
  await makeDisk(paths, diskSize);
  await mountDisk(paths, base);
  const inRoot = (path: string) => join(paths.root, path);
  const { name } = record;
  await mustRun([
    "ssh-keygen",
    "-q",
    "-t",
    "ed25519",
    "-N",
    "",
    "-C",
    `deploy@${name}`,
    "-f",
    paths.privateKey,
  ]);
  const hostKey = inRoot("etc/ssh/ssh_host_ed25519_key");
  await mustRun(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", `root@${name}`, "-f", hostKey]);
  const [kind, key] = readFileSync(`${hostKey}.pub`, "utf8").split(" ");
  writeFileSync(paths.knownHosts, `${addressesOf(record.number).guest} ${kind} ${key}\n`);
  writeFileSync(inRoot("etc/hostname"), `${name}\n`);
  writeFileSync(inRoot("etc/hosts"), `127.0.0.1 localhost\n127.0.1.1 ${name}\n`);
  mkdirSync(inRoot("home/deploy/.ssh"), { mode: 0o700 });
  writeFileSync(inRoot("home/deploy/.ssh/authorized_keys"), readFileSync(`${paths.privateKey}.pub`), {
    mode: 0o600,
  });
  await mustRun(["chroot", paths.root, "chown", "-R", "deploy:deploy", "/home/deploy/.ssh"]);
  const rights = inRoot("etc/sudoers.d/deploy");
  if (sudo === "all") writeFileSync(rights, "deploy ALL=(ALL:ALL) NOPASSWD: ALL\n", { mode: 0o440 });
  // An early power loss must find a whole system.
  await mustRun(["sync", "--file-system", paths.disk]);
}
