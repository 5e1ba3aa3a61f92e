import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UsageError } from "../base/usage-error.ts";
import type { BaseSystemOptions } from "./base-system.ts";
import { controlGroupTrees, enteringGroups } from "./container.ts";
import { run } from "./subprocess.ts";
import { ensureSystemPackages } from "./system-packages.ts";
import { endGroup } from "./teardown.ts";

/** Whether throw-away servers can run on this machine; `reason` says in one line why not. */
export type HostAbility = { readonly possible: true } | { readonly possible: false; readonly reason: string };

/** What a throw-away server needs of this machine, as Debian packages. */
const packages = [
  "systemd-container",
  "iproute2",
  "openssh-client",
  "e2fsprogs",
  "util-linux",
  "mount",
  "perl-base",
];

let answer: Promise<HostAbility> | undefined;

/**
 * Whether this machine can boot throw-away servers. Nothing is guessed from the name of the operating system: namespaces,
 * mounts, network devices and systemd-nspawn are tried, in namespaces that end with the try (a third of a second, once in
 * a process). Missing Debian packages are installed, as `bootHost` does it, once the kernel has let the rest pass.
 */
export function canBootHosts(options: BaseSystemOptions = { say: () => undefined }): Promise<HostAbility> {
  answer ??= tryAll(options);
  answer.catch(() => {
    answer = undefined; // an interrupted try says nothing about the machine
  });
  return answer;
}

async function tryAll(options: BaseSystemOptions): Promise<HostAbility> {
  const not = (reason: string): HostAbility => ({ possible: false, reason });
  if (process.platform !== "linux") return not("it needs Linux");
  if (process.getuid?.() !== 0) return not("it needs root on this machine (sudo)");
  const namespaces = await tryNamespaces(
    "namespaces with mounts of their own are refused",
    mounting,
    options,
  );
  if (namespaces !== undefined) return not(namespaces);
  try {
    await ensureSystemPackages(packages, options);
  } catch (error) {
    if (error instanceof UsageError) return not(error.message);
    throw error;
  }
  const reason =
    (await tryNamespaces("network or loop devices are refused", connecting, options)) ??
    (await tryContainer(options));
  return reason === undefined ? { possible: true } : not(reason);
}

/** A file system over another one, as a host's disk lies over its base system. */
const mounting = `
mount -t tmpfs tmpfs /mnt
mkdir /mnt/lower /mnt/upper /mnt/work /mnt/root
mount -t overlay overlay -o lowerdir=/mnt/lower,upperdir=/mnt/upper,workdir=/mnt/work /mnt/root
`;

/** The network devices of a host, and a loop device for its disk (the number of a free one; it is not taken). */
const connecting = `
ip link add name bridge0 type bridge
ip link add name cable0 type veth peer name cable1
losetup --find
`;

/** Runs a shell program in namespaces of its own. Returns `refused` and why when it fails; undefined when it does not. */
async function tryNamespaces(
  refused: string,
  program: string,
  { signal }: BaseSystemOptions,
): Promise<string | undefined> {
  const namespaces = ["--mount", "--net", "--pid", "--uts", "--ipc", "--cgroup"];
  const argv = ["unshare", ...namespaces, "--fork", "--kill-child", "sh", "-euc", program];
  return reasonOf(refused, argv, signal);
}

/** Runs `true` in a container of systemd-nspawn, on a root folder that borrows this machine's programs. */
async function tryContainer({ signal }: BaseSystemOptions): Promise<string | undefined> {
  const name = `berth-try-${randomBytes(4).toString("hex")}`;
  const root = mkdtempSync(join(tmpdir(), `${name}-`));
  const groups = controlGroupTrees().map((tree) => join(tree, name));
  try {
    mkdirSync(join(root, "usr"));
    for (const folder of ["bin", "sbin", "lib", "lib64"]) symlinkSync(`usr/${folder}`, join(root, folder));
    for (const group of groups) mkdirSync(group);
    const container = [
      "systemd-nspawn",
      "--quiet",
      "--register=no",
      ...(groups.length > 0 ? ["--keep-unit"] : []),
      "--private-network",
      "--resolv-conf=off",
      "--timezone=off",
      "--link-journal=no",
      "--console=pipe",
      `--machine=${name}`,
      `--directory=${root}`,
      "--bind-ro=/usr",
      "true",
    ];
    return await reasonOf("systemd-nspawn cannot run here", enteringGroups(groups, container), signal);
  } catch (error) {
    return `systemd-nspawn cannot run here: ${(error as Error).message}`;
  } finally {
    for (const group of groups) endGroup(group);
    rmSync(join("/run/systemd/nspawn/propagate", name), { recursive: true, force: true });
    rmSync(root, { recursive: true, force: true });
  }
}

/** Runs a program. Returns `what` and the last line that it said when it fails; undefined when it does not. */
async function reasonOf(
  what: string,
  argv: readonly string[],
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  const { code, stderr } = await run(argv, { signal });
  signal?.throwIfAborted();
  if (code === 0) return undefined;
  return `${what}: ${stderr.trim().split("\n").at(-1) || `${argv[0]} ended with ${code}`}`;
}
