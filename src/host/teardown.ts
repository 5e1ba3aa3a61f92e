import { existsSync, readdirSync, rmdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { controlGroupTrees } from "./container.ts";
import { cacheFolder } from "./folders.ts";
import { withLock } from "./lock.ts";
import { allRecords, type HostRecord, hostPaths, isRunning, kernelNames, readRecord } from "./record.ts";
import { runNow } from "./subprocess.ts";

/**
 * Takes away everything that belongs to a host: processes, mounts, network, control groups, files. What is already
 * gone is passed over, so it can be called at any stage and twice. Works without the event loop (exit handlers).
 */
export function tearDown(record: HostRecord): void {
  const paths = hostPaths(record.name);
  const { namespace, bridge, controlGroup } = kernelNames(record.number);
  const { container } = record;
  for (const process of [container?.init, container?.nspawn])
    if (process && isRunning(process)) killNow(process.pid);
  for (const tree of controlGroupTrees()) endGroup(join(tree, controlGroup));
  for (const mount of [paths.root, paths.disk]) while (runNow(["umount", "--lazy", mount]).code === 0);
  runNow(["ip", "netns", "delete", namespace]);
  runNow(["ip", "link", "delete", bridge]);
  // systemd-nspawn leaves it behind where /run is on a disk.
  rmSync(join("/run/systemd/nspawn/propagate", record.name), { recursive: true, force: true });
  rmSync(paths.folder, { recursive: true, force: true });
}

/** Takes away the hosts whose owner is gone (it was killed). To be called under the lock "hosts". Returns their names. */
export function sweep(): string[] {
  const stale = allRecords().filter(({ owner }) => owner !== undefined && !isRunning(owner));
  for (const record of stale) tearDown(record);
  const folder = cacheFolder("hosts");
  const halfMade = readdirSync(folder).filter((name) => readRecord(name) === undefined);
  for (const name of halfMade) rmSync(join(folder, name), { recursive: true, force: true });
  return stale.map(({ name }) => name);
}

/** Takes away all hosts of this user, also those that stay and those in use. Returns their names. */
export function removeAllHosts(): Promise<string[]> {
  return withLock("hosts", async () => {
    const records = allRecords();
    for (const record of records) tearDown(record);
    return [...records.map(({ name }) => name), ...sweep()];
  });
}

/** Ends what still runs in a control group (systemd-nspawn before it was recorded, say) and removes it with its parts. */
export function endGroup(group: string): void {
  for (let attempt = 0; attempt < 500 && existsSync(group); attempt += 1) {
    for (const pid of processesOf(group)) killNow(pid);
    if (removeGroup(group)) return;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
  }
}

function processesOf(group: string): number[] {
  const listed = runNow(["find", group, "-name", "cgroup.procs", "-exec", "cat", "{}", "+"]).stdout;
  return listed
    .split("\n")
    .map(Number)
    .filter((pid) => pid > 0);
}

function removeGroup(group: string): boolean {
  try {
    for (const entry of readdirSync(group, { withFileTypes: true })) {
      if (entry.isDirectory()) removeGroup(join(group, entry.name));
    }
    rmdirSync(group);
    return true;
  } catch {
    return !existsSync(group);
  }
}

function killNow(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It ended by itself.
  }
}
