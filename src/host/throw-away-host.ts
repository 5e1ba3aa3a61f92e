import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { connect as connectSocket } from "node:net";
import { join } from "node:path";
import { UsageError } from "../commands/command.ts";
import { type BaseSystemOptions, ensureBaseSystem, type Suite } from "./base-system.ts";
import { consoleTail, insideCommand, startContainer } from "./container.ts";
import { crashDisk, makeDisk, mountDisk } from "./disk.ts";
import { withLock } from "./lock.ts";
import { addressesOf, connect, freeNumber, plugCable, pullCable } from "./network.ts";
import {
  allRecords,
  type HostPaths,
  type HostRecord,
  hostPaths,
  identify,
  isRunning,
  type ProcessIdentity,
  readRecord,
  writeRecord,
} from "./record.ts";
import { mustRun, type Outcome, type RunOptions, run } from "./subprocess.ts";
import { ensureSystemPackages } from "./system-packages.ts";
import { sweep, tearDown } from "./teardown.ts";

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

/** A Debian server of our own, with systemd, sshd and a disk; reachable from this machine only. */
export interface ThrowawayHost {
  readonly name: string;
  readonly suite: Suite;
  /** IPv4 address. */
  readonly address: string;
  /** Of sshd: 22. */
  readonly port: number;
  /** `deploy`; may log in with the private key only. */
  readonly user: string;
  readonly privateKeyFile: string;
  /** The host's line for `known_hosts` (and its file beside the private key). */
  readonly knownHosts: string;
  readonly knownHostsFile: string;
  /** Runs a program as root in the guest, without SSH. @throws Error when the power is off. */
  run(argv: readonly string[], options?: Pick<RunOptions, "input" | "signal" | "onOutput">): Promise<Outcome>;
  /** The guest stops at once, and what was not written through to the disk (fsync) is lost. */
  powerLoss(): Promise<void>;
  /** Boots the same disk again, with the network healed. Returns when sshd answers. */
  powerOn(): Promise<void>;
  /** Pulls the network cable: packets vanish, connections hang. */
  cutNetwork(): Promise<void>;
  healNetwork(): Promise<void>;
  /** Fills the file system that holds `path` in the guest until `free` bytes are left; `freeDisk` undoes it. */
  fillDisk(path: string, free?: number): Promise<void>;
  freeDisk(path: string): Promise<void>;
  /** Gives `path` a small file system of its own, of `bytes`, with what it held. It is lost with the power. */
  limitDisk(path: string, bytes: number): Promise<void>;
  /** Makes `path` read-only for every process that opens a file from now on; `makeWritable` undoes it. */
  makeReadOnly(path: string): Promise<void>;
  makeWritable(path: string): Promise<void>;
  /** Removes the host and everything that belonged to it. Can be called twice. */
  down(): Promise<void>;
}

/**
 * Boots a throw-away server and returns it when its sshd answers (about a second; a minute more when the base system of
 * the suite is not in the cache yet). Hosts left behind by a killed process are removed first.
 * @throws UsageError in one line where a host cannot be had here: not Linux, not root, packages missing.
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

/** The host `name` that was booted earlier (with `keep`). @throws UsageError when there is none. */
export async function findHost(name: string): Promise<ThrowawayHost> {
  const record = readRecord(name);
  if (record === undefined) throw new UsageError(`no host is called "${name}"; ${namesOfHosts()}`);
  return hostOf(record, await ensureBaseSystem(record.suite, { say: () => undefined }));
}

/** Hosts of this user, whether their power is on, and their address. */
export function listHosts(): {
  name: string;
  suite: Suite;
  address: string;
  running: boolean;
  kept: boolean;
}[] {
  return allRecords().map((record) => ({
    name: record.name,
    suite: record.suite,
    address: addressesOf(record.number).guest,
    running: isRunning(record.container?.init),
    kept: record.owner === undefined,
  }));
}

/** What a throw-away host needs on this machine. @throws UsageError in one line when it cannot be had. */
export async function ensureHostTools(options: BaseSystemOptions): Promise<void> {
  if (process.platform !== "linux")
    throw new UsageError("a throw-away server needs Linux; use --target user@host instead");
  if (process.getuid?.() !== 0)
    throw new UsageError(
      "a throw-away server needs root on this machine; use sudo, or --target user@host instead",
    );
  const packages = [
    "systemd-container",
    "iproute2",
    "openssh-client",
    "e2fsprogs",
    "util-linux",
    "mount",
    "perl-base",
  ];
  await ensureSystemPackages(packages, options);
}

function checkName(name: string): void {
  if (!/^[a-z0-9][a-z0-9-]{0,40}$/.test(name))
    throw new UsageError(`"${name}" is no host name; use lower-case letters, digits and hyphens`);
}

function namesOfHosts(): string {
  const names = listHosts().map(({ name }) => name);
  return names.length === 0 ? "boot one with: berth host up" : `there are: ${names.join(", ")}`;
}

/** Takes a name, a number and a network for a new host, and writes down whose it is before anything is made. */
function reserve(name: string, suite: Suite, keep: boolean): Promise<HostRecord> {
  return withLock("hosts", async () => {
    sweep();
    const records = allRecords();
    if (records.some((each) => each.name === name))
      throw new UsageError(`a host called "${name}" is already up`);
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

const atExit = new Set<() => void>();

/** One listener for all hosts: Node warns of more than ten. */
function whenProcessExits(action: () => void): void {
  if (atExit.size === 0) {
    process.once("exit", () => {
      for (const each of atExit) each();
    });
  }
  atExit.add(action);
}

function hostOf(initial: HostRecord, base: string): ThrowawayHost {
  let record = initial;
  const paths = hostPaths(record.name);
  const { guest } = addressesOf(record.number);
  const inside = (argv: readonly string[], options?: RunOptions) => run(insideCommand(record, argv), options);
  const mustInside = (argv: readonly string[]) => mustRun(insideCommand(record, argv));
  const remember = (next: HostRecord) => {
    record = next;
    writeRecord(record);
  };
  const removeAtExit = () => tearDown(record);
  if (record.owner) whenProcessExits(removeAtExit);
  return {
    name: record.name,
    suite: record.suite,
    address: guest,
    port: 22,
    user: "deploy",
    privateKeyFile: paths.privateKey,
    knownHostsFile: paths.knownHosts,
    get knownHosts() {
      return readFileSync(paths.knownHosts, "utf8");
    },
    run: inside,
    powerLoss: async () => {
      const { container } = record;
      if (container === undefined || !isRunning(container.init)) return;
      process.kill(container.init.pid, "SIGKILL");
      await untilEnded(container.nspawn);
      const { container: _, ...off } = record;
      await crashDisk(paths);
      remember(off);
    },
    powerOn: async () => {
      if (isRunning(record.container?.init)) return;
      if (!(await isMounted(paths))) await mountDisk(paths, base);
      remember({ ...record, container: await startContainer(record, paths) });
      await plugCable(record.number);
      await waitForSsh(guest, 30_000, paths);
    },
    cutNetwork: () => pullCable(record.number),
    healNetwork: () => plugCable(record.number),
    fillDisk: async (path, free = 0) => {
      await mustInside(["sh", "-euc", fillingUp, "sh", path, String(free)]);
    },
    freeDisk: async (path) => {
      await mustInside(["rm", "--force", join(path, filler)]);
    },
    limitDisk: async (path, bytes) => {
      await mustInside(["sh", "-euc", limiting, "sh", path, String(bytes)]);
    },
    makeReadOnly: async (path) => {
      await mustInside(["mount", "--bind", path, path]);
      await mustInside(["mount", "-o", "remount,bind,ro", path]);
    },
    makeWritable: async (path) => {
      await mustInside(["umount", "--lazy", path]);
    },
    down: async () => {
      atExit.delete(removeAtExit);
      await withLock("hosts", async () => tearDown(record));
    },
  };
}

/** The name of the file that takes the room away. */
const filler = ".taken-by-berth";

/** usage: sh -euc … PATH FREE    leaves FREE bytes on the file system of PATH. */
const fillingUp = `
file=$1/${filler}
rm -f "$file"
free=$(df --block-size=1 --output=avail "$1" | tail -n 1)
taken=$((free - $2))
[ "$taken" -le 0 ] || fallocate --length "$taken" "$file"
`;

/** usage: sh -euc … PATH BYTES    a tmpfs over PATH that holds what PATH held. */
const limiting = `
mkdir -p "$1"
mode=$(stat --format=%a "$1") owner=$(stat --format=%u "$1") group=$(stat --format=%g "$1")
kept=$(mktemp --directory)
cp --archive "$1/." "$kept"
mount -t tmpfs -o "size=$2,mode=$mode,uid=$owner,gid=$group" tmpfs "$1"
cp --archive "$kept/." "$1"
rm -rf "$kept"
`;

/** systemd-nspawn ends by itself after its guest; until then it holds a lock on the root folder. */
async function untilEnded(nspawn: ProcessIdentity): Promise<void> {
  for (let waited = 0; isRunning(nspawn) && waited < 5000; waited += 10) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

async function isMounted(paths: HostPaths): Promise<boolean> {
  return (await run(["mountpoint", "--quiet", paths.root])).code === 0;
}

/** Returns when an SSH server introduces itself at the address. */
async function waitForSsh(address: string, timeout: number, paths: HostPaths): Promise<void> {
  for (const start = Date.now(); Date.now() - start < timeout; ) {
    if ((await banner(address)).startsWith("SSH-")) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`no SSH server at ${address} after ${timeout / 1000} s: ${consoleTail(paths)}`);
}

function banner(address: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connectSocket({ host: address, port: 22, timeout: 1000 });
    const settle = (text: string) => {
      socket.destroy();
      resolve(text);
    };
    socket.on("data", (data) => settle(data.toString("latin1")));
    for (const event of ["error", "timeout", "close"]) socket.on(event, () => settle(""));
  });
}
