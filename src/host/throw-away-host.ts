import { readFileSync } from "node:fs";
import { connect as connectSocket } from "node:net";
import type { Suite } from "./base-system.ts";
import { consoleTail, insideCommand, startContainer } from "./container.ts";
import { crashDisk, mountDisk } from "./disk.ts";
import { diskFaults } from "./disk-faults.ts";
import { withLock } from "./lock.ts";
import { addressesOf, plugCable, pullCable } from "./network.ts";
import {
  type HostPaths,
  type HostRecord,
  hostPaths,
  isRunning,
  type ProcessIdentity,
  writeRecord,
} from "./record.ts";
import { type Outcome, type RunOptions, run } from "./subprocess.ts";
import { tearDown } from "./teardown.ts";

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

/** The handle of a recorded host; `base` is the folder of its base system. */
export function hostOf(initial: HostRecord, base: string): ThrowawayHost {
  let record = initial;
  const paths = hostPaths(record.name);
  const { guest } = addressesOf(record.number);
  const inside = (argv: readonly string[], options?: RunOptions) => run(insideCommand(record, argv), options);
  const remember = (next: HostRecord) => {
    record = next;
    writeRecord(record);
  };
  const removeAtExit = () => tearDown(record);
  if (record.owner?.pid === process.pid) whenProcessExits(removeAtExit); // another process's host is only looked at
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
      await waitForSsh(guest, 120_000, paths);
    },
    cutNetwork: () => pullCable(record.number),
    healNetwork: () => plugCable(record.number),
    ...diskFaults((argv) => insideCommand(record, argv)),
    down: async () => {
      atExit.delete(removeAtExit);
      await withLock("hosts", async () => tearDown(record));
    },
  };
}

/** systemd-nspawn ends by itself after its guest; until then it holds a lock on the root folder. */
async function untilEnded(nspawn: ProcessIdentity): Promise<void> {
  for (let waited = 0; isRunning(nspawn) && waited < 60_000; waited += 10) {
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
