import { createHash } from "node:crypto";
import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UsageError } from "../base/usage-error.ts";
import { type BaseSystemOptions, bootstrapCommand, type Suite } from "./base-system.ts";
import { cacheFolder } from "./folders.ts";
import { withLock } from "./lock.ts";
import { mustRun, run } from "./subprocess.ts";
import { ensureSystemPackages } from "./system-packages.ts";

/** Images that stand in for those of a registry, in a podman store of Berth's own. */
export interface JobImages {
  /** With this in its environment, podman finds the images, and nothing else of this machine's. */
  readonly environment: Readonly<Record<string, string>>;
  /** The names under which podman finds them. */
  readonly names: readonly string[];
}

interface Recipe {
  readonly names: readonly string[];
  readonly suite: Suite;
  readonly packages: readonly string[];
  /** A shell program that runs inside the new tree. */
  readonly settingUp: string;
}

const jobTools = ["ca-certificates", "curl", "git", "openssh-client", "rsync"];
const python = ["python3", "python3-venv", "python3-pip"];

/** The official images put Python in front, and let pip install into it. */
const likeThePythonImage = `
ln -s /usr/bin/python3 /usr/local/bin/python
ln -s /usr/bin/python3 /usr/local/bin/python3
rm -f /usr/lib/python3*/EXTERNALLY-MANAGED
`;

/** As in Alpine: sh, tar, find, mv and the others are BusyBox's. Its build has fewer options than GNU's. */
const likeAlpine = `
ln -sf /bin/busybox /bin/sh
/bin/busybox --install -s /usr/local/bin
for tool in dpkg dpkg-deb wget ip ssl_client; do rm -f "/usr/local/bin/$tool"; done
`;

/** What a bare Alpine lacks, and a job cannot install where no package index is reached. */
const withoutBash = `
rm -f /bin/bash /usr/bin/bash /bin/rbash
`;

const recipes: readonly Recipe[] = [
  {
    names: ["python:3.11-slim-bookworm"],
    suite: "bookworm",
    packages: [...python, ...jobTools],
    settingUp: likeThePythonImage,
  },
  {
    names: ["python:3.13-slim-trixie", "python:3.13-slim-bookworm"],
    suite: "trixie",
    packages: [...python, ...jobTools],
    settingUp: likeThePythonImage,
  },
  {
    names: ["berth/busybox"],
    suite: "bookworm",
    packages: [...python, ...jobTools, "busybox-static"],
    settingUp: likeAlpine + withoutBash,
  },
  {
    // Alpine as it is after the deploy jobs have installed their tools.
    names: ["alpine:3.22"],
    suite: "bookworm",
    packages: ["bash", "busybox-static", "openssh-client", "rsync"],
    settingUp: likeAlpine,
  },
];

/** The names of the images that can be made here without a registry. */
export const jobImageNames: readonly string[] = recipes.flatMap(({ names }) => names);

/**
 * Makes container images of Debian packages that stand in for the images `wanted` (all of `jobImageNames` when absent),
 * where no registry can be reached; about 40 seconds each, once. Jobs in them use this machine's network, so that they
 * reach throw-away servers and a package index on loopback.
 * @throws UsageError in one line where podman cannot be had or cannot run a container here.
 */
export async function ensureJobImages(
  options: BaseSystemOptions & { readonly wanted?: readonly string[] },
): Promise<JobImages> {
  const { wanted = jobImageNames, say, signal } = options;
  const chosen = recipes.filter(({ names }) => names.some((name) => wanted.includes(name)));
  await ensureSystemPackages(["podman", "runc", "mmdebstrap"], { say, signal });
  const environment = writeConfiguration();
  await requirePodman(["info"], environment, signal);
  await withLock("job-images", async () => {
    for (const recipe of chosen) await ensureImage(recipe, environment, options);
  });
  const names = chosen.flatMap((recipe) => recipe.names);
  await requirePodman(["run", "--rm", names[0] ?? "", "true"], environment, signal);
  return { environment, names };
}

/** @throws UsageError where podman does not do this: not every machine lets it. */
async function requirePodman(
  args: readonly string[],
  env: JobImages["environment"],
  signal: AbortSignal | undefined,
): Promise<void> {
  const { code, stderr } = await run(["podman", ...args], { env, signal });
  if (code !== 0)
    throw new UsageError(`podman cannot run a container here: ${stderr.trim().split("\n").at(-1)}`);
}

/** The environment in which podman looks into the store of job images, whatever is in it. */
export function jobImageStore(): JobImages["environment"] {
  return writeConfiguration();
}

/** An image is made anew when its recipe changes: the key is one of its tags. */
async function ensureImage(
  recipe: Recipe,
  env: JobImages["environment"],
  options: BaseSystemOptions,
): Promise<void> {
  const { say, signal } = options;
  const key = `berth/key:${createHash("sha256").update(JSON.stringify(recipe)).digest("hex").slice(0, 12)}`;
  const missing: string[] = [];
  for (const name of [key, ...recipe.names])
    if ((await run(["podman", "image", "exists", name], { env })).code !== 0) missing.push(name);
  if (missing.length === 0) return;
  say(`making the job image ${recipe.names[0]} of Debian packages (once; about a minute)`);
  const folder = mkdtempSync(join(tmpdir(), "berth-image-"));
  try {
    const [tree, archive] = [join(folder, "tree"), join(folder, "image.tar")];
    await mustRun([...bootstrapCommand(recipe.suite, recipe.packages), tree], { signal });
    await mustRun(["chroot", tree, "sh", "-euc", recipe.settingUp], { signal });
    await mustRun(["tar", "--create", `--file=${archive}`, `--directory=${tree}`, "."], { signal });
    await mustRun(["podman", "import", "--quiet", "--change=CMD sh", archive, key], { env, signal });
    for (const name of recipe.names)
      await mustRun(["podman", "tag", key, name, `docker.io/${qualified(name)}`], { env });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function qualified(name: string): string {
  return name.includes("/") ? name : `library/${name}`;
}

/**
 * A store of our own: what stands in for `python:3.11-slim-bookworm` must not be taken for the real one by others. runc
 * because crun refuses hybrid control groups; the limits because they cannot be raised everywhere.
 */
function writeConfiguration(): Record<string, string> {
  const folder = cacheFolder("containers");
  const storage = join(folder, "storage.conf");
  const engine = join(folder, "containers.conf");
  writeWhole(
    storage,
    `[storage]\ndriver = "overlay"\ngraphroot = "${join(folder, "store")}"\nrunroot = "${join(folder, "run")}"\n`,
  );
  writeWhole(
    engine,
    [
      "[engine]",
      'runtime = "runc"',
      'cgroup_manager = "cgroupfs"',
      'events_logger = "file"',
      "[containers]",
      'netns = "host"',
      'default_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]',
      "",
    ].join("\n"),
  );
  return { CONTAINERS_CONF: engine, CONTAINERS_STORAGE_CONF: storage };
}

/** Written beside and renamed: a podman that another process starts at this moment reads the one or the other, never half of it. */
function writeWhole(file: string, text: string): void {
  const beside = `${file}.${process.pid}.new`;
  writeFileSync(beside, text);
  renameSync(beside, file);
}
