import { spawn } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type HostPaths, type HostRecord, identify, isRunning, kernelNames } from "./record.ts";

/**
 * The mounted control group trees in which a container needs a place of its own where pid 1 is not systemd: version 2
 * alone, or version 2 beside systemd's own tree ("hybrid").
 */
export function controlGroupTrees(): string[] {
  if (existsSync("/run/systemd/system")) return [];
  const hybrid = ["/sys/fs/cgroup/unified", "/sys/fs/cgroup/systemd"].filter((tree) => existsSync(tree));
  return hybrid.length > 0 ? hybrid : ["/sys/fs/cgroup"];
}

/** Boots systemd on the root folder, in the host's network namespace. Returns when the guest's pid 1 has started. */
export async function startContainer(
  record: HostRecord,
  paths: HostPaths,
): Promise<NonNullable<HostRecord["container"]>> {
  const groups = controlGroupTrees().map((tree) => join(tree, kernelNames(record.number).controlGroup));
  for (const group of groups) mkdirSync(group, { recursive: true });
  const log = openSync(paths.console, "a", 0o600);
  // The shell enters the control groups and then becomes systemd-nspawn: same pid, own session, our Ctrl-C passes it by.
  const enterAndBecome =
    'while [ "$1" != -- ]; do echo $$ >"$1/cgroup.procs" || exit; shift; done; shift; exec "$@"';
  const argv = [
    "-c",
    enterAndBecome,
    "sh",
    ...groups,
    "--",
    ...nspawnCommand(record, paths, groups.length > 0),
  ];
  const child = spawn("sh", argv, { detached: true, stdio: ["ignore", log, log] });
  child.on("error", () => undefined);
  child.unref();
  closeSync(log);
  const pid = child.pid ?? 0;
  for (let waited = 0; waited < 10_000; waited += 10) {
    const [nspawn, init] = [identify(pid), identify(firstChild(pid))];
    if (nspawn === undefined) break;
    if (init !== undefined && isInit(init.pid)) return { nspawn, init };
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`the host "${record.name}" did not boot: ${consoleTail(paths)}`);
}

/** The last lines that the guest, or systemd-nspawn, wrote to the console. */
export function consoleTail(paths: HostPaths): string {
  return (
    readFileSync(paths.console, "utf8").trim().split("\n").slice(-5).join("\n") || "nothing on its console"
  );
}

/** Argv that runs a command as root in the guest. @throws Error when the power is off. */
export function insideCommand(record: HostRecord, argv: readonly string[]): string[] {
  const { container } = record;
  if (container === undefined || !isRunning(container.init))
    throw new Error(`the host "${record.name}" is off`);
  const namespaces = ["--mount", "--uts", "--ipc", "--net", "--pid", "--cgroup"];
  const environment = [
    "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME=/root",
    "LANG=C.UTF-8",
  ];
  const enter = ["nsenter", `--target=${container.init.pid}`, ...namespaces];
  return [...enter, "--", "env", "--ignore-environment", "--chdir=/root", ...environment, ...argv];
}

function nspawnCommand(
  { name, number }: HostRecord,
  { root }: HostPaths,
  ownControlGroups: boolean,
): string[] {
  return [
    "systemd-nspawn",
    "--quiet",
    `--directory=${root}`,
    `--machine=${name}`,
    "--register=no",
    ...(ownControlGroups ? ["--keep-unit"] : []),
    "--capability=CAP_NET_ADMIN", // as on a server: its systemd makes networks of their own for services
    `--network-namespace-path=/run/netns/${kernelNames(number).namespace}`,
    "--resolv-conf=off",
    "--timezone=off",
    "--link-journal=no",
    "--console=pipe",
    "--boot",
  ];
}

function firstChild(pid: number): number {
  try {
    return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ")[0]);
  } catch {
    return 0;
  }
}

/** Whether this is pid 1 of another pid namespace and has become systemd: nspawn forks helpers on the way. */
function isInit(pid: number): boolean {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    return /^NSpid:\s+\d+\s+1$/m.test(status) && /^Name:\s+systemd$/m.test(status);
  } catch {
    return false;
  }
}
