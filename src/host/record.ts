import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Suite } from "./base-system.ts";
import { cacheFolder } from "./folders.ts";

/** A process, told apart from a later one with the same number by its start time (clock ticks since boot). */
export interface ProcessIdentity {
  readonly pid: number;
  readonly startTime: string;
}

/** What is known of one host, in `state.json` in its folder: enough to use it again, or to take it away. */
export interface HostRecord {
  readonly name: string;
  readonly suite: Suite;
  /** Tells its network namespace, bridge, addresses and control groups from those of other hosts. */
  readonly number: number;
  /** Whose host it is: it goes when that process is gone. Absent for a host that stays until `berth host down`. */
  readonly owner?: ProcessIdentity;
  /** The systemd-nspawn process, and the guest's pid 1 seen from outside. Absent while the power is off. */
  readonly container?: { readonly nspawn: ProcessIdentity; readonly init: ProcessIdentity };
}

/** The files of one host, all in one private folder. */
export interface HostPaths {
  readonly folder: string;
  readonly diskImage: string;
  readonly disk: string;
  readonly root: string;
  readonly privateKey: string;
  readonly knownHosts: string;
  readonly console: string;
}

export function hostPaths(name: string): HostPaths {
  const folder = join(cacheFolder("hosts"), name);
  return {
    folder,
    diskImage: join(folder, "disk.img"),
    disk: join(folder, "disk"),
    root: join(folder, "root"),
    privateKey: join(folder, "id_ed25519"),
    knownHosts: join(folder, "known_hosts"),
    console: join(folder, "console.log"),
  };
}

/** The names that belong to one host in the kernel (an interface's name has 15 characters at most). */
export function kernelNames(number: number) {
  return {
    namespace: `berth-${number}`,
    bridge: `berth${number}`,
    port: `berthp${number}`,
    controlGroup: `berth-${number}`,
  };
}

/** Written beside and renamed, so that a reader never sees half a record. */
export function writeRecord(record: HostRecord): void {
  const { folder } = hostPaths(record.name);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, "state.json");
  writeFileSync(`${file}.new`, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

/** The record of the host `name`; undefined when there is none, or when it is taken away at this moment. */
export function readRecord(name: string): HostRecord | undefined {
  try {
    return JSON.parse(readFileSync(join(hostPaths(name).folder, "state.json"), "utf8"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** All hosts of this user, by name. A folder without a record is a host whose making was interrupted at once. */
export function allRecords(): HostRecord[] {
  return readdirSync(cacheFolder("hosts"))
    .sort()
    .flatMap((name) => readRecord(name) ?? []);
}

/** The identity of a running process; undefined when there is none with this number. */
export function identify(pid: number): ProcessIdentity | undefined {
  try {
    // The second field, the program's name, may hold blanks and brackets: count from the last bracket.
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .split(" ");
    const [state, startTime] = [fields[0], fields[19]];
    return startTime === undefined || state === "Z" ? undefined : { pid, startTime };
  } catch {
    return undefined;
  }
}

export function isRunning(process: ProcessIdentity | undefined): boolean {
  return process !== undefined && identify(process.pid)?.startTime === process.startTime;
}
