import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { UsageError } from "../../base/usage-error.ts";
import type { Suite } from "../base-system.ts";
import { cacheFolder } from "../folders.ts";
import { withLock } from "../lock.ts";
import { mustRun, run } from "../subprocess.ts";
import { type InstalledDistribution, normalise, packWheel, readDistribution } from "./wheel.ts";

export interface WheelOptions {
  readonly say: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/** Raise when the packing changes: the cache is keyed by it. */
const recipe = 2;

const pythonTags: Record<Suite, string> = { bookworm: "cp311", trixie: "cp313" };

/** Belongs to the interpreter, or comes with every venv of the Python concerned. */
const notDistributed = /^python3-(minimal|distutils|lib2to3|setuptools|pkg-resources|wheel|pip)$/;

/**
 * A folder of wheels made of the Debian packages `names` of `suite` and of the Python packages that they depend on.
 * They are fetched with apt from this machine's Debian mirror, into folders of our own: nothing is installed, root is
 * not needed. Cached.
 * @throws UsageError in one line where apt is missing or cannot fetch them.
 */
export async function ensureWheels(
  names: readonly string[],
  suite: Suite,
  { say, signal }: WheelOptions,
): Promise<string> {
  const key = createHash("sha256")
    .update(JSON.stringify([recipe, names]))
    .digest("hex")
    .slice(0, 12);
  const folder = join(cacheFolder("wheels"), `${suite}-${key}`);
  if (existsSync(folder)) return folder;
  if (!existsSync("/usr/bin/apt-get")) throw new UsageError("Python packages from Debian need apt-get");
  await withLock(`wheels-${suite}`, async () => {
    if (existsSync(folder)) return;
    say(`packing Python packages of Debian ${suite} as wheels (once)`);
    const beside = mkdtempSync(`${folder}.building-`);
    try {
      const packages = await unpack(names, suite, beside, signal);
      const wheels = join(beside, "wheels");
      await writeWheels(packages, suite, wheels);
      renameSync(wheels, folder);
    } finally {
      rmSync(beside, { recursive: true, force: true });
    }
  });
  return folder;
}

/** One unpacked Debian package: its name, the Debian names that it depends on, and what it distributes. */
interface UnpackedPackage {
  readonly debianName: string;
  readonly depends: readonly string[];
  readonly distribution: InstalledDistribution;
}

async function unpack(
  names: readonly string[],
  suite: Suite,
  folder: string,
  signal: AbortSignal | undefined,
): Promise<UnpackedPackage[]> {
  const apt = await privateApt(suite, folder);
  const fetch = async (args: readonly string[]) => {
    const outcome = await run([...apt, ...args], { cwd: folder, signal });
    if (outcome.code === 0) return outcome.stdout;
    const reason = /^E: .*/m.exec(outcome.stderr)?.[0] ?? `apt-get ended with ${outcome.code}`;
    throw new UsageError(`Python packages of Debian ${suite} cannot be fetched: ${reason}`);
  };
  await fetch(["update"]);
  const plan = await fetch(["install", "--simulate", "--no-install-recommends", ...names]);
  const wanted = [...plan.matchAll(/^Inst (python3-\S+)/gm)]
    .map(([, name]) => name ?? "")
    .filter((name) => !notDistributed.test(name));
  await fetch(["download", ...wanted]);
  const archives = readdirSync(folder).filter((file) => file.endsWith(".deb"));
  const unpacked = archives.map(async (file) => unpackOne(join(folder, file)));
  return (await Promise.all(unpacked)).filter((each) => each !== undefined);
}

async function unpackOne(archive: string): Promise<UnpackedPackage | undefined> {
  const root = `${archive}.root`;
  await mustRun(["dpkg-deb", "--extract", archive, root]);
  const modules = join(root, "usr/lib/python3/dist-packages");
  const distribution = existsSync(modules) ? readDistribution(modules) : undefined;
  if (distribution === undefined) return undefined;
  const depends = (await mustRun(["dpkg-deb", "--field", archive, "Depends"])).trim();
  return { debianName: basename(archive).split("_")[0] ?? "", depends: debianNames(depends), distribution };
}

/**
 * The Python packages that are really needed. Debian keeps hard requirements here and not in the metadata. A choice
 * that the interpreter itself satisfies (`python3-tomli | python3 (>> 3.11)`) is none.
 */
function debianNames(depends: string): string[] {
  return depends
    .split(",")
    .map((clause) => clause.split("|").map((choice) => choice.trim().split(/[ (:]/)[0] ?? ""))
    .filter((choices) => !choices.includes("python3"))
    .flatMap((choices) => choices.filter((name) => name.startsWith("python3-")).slice(0, 1));
}

async function writeWheels(
  packages: readonly UnpackedPackage[],
  suite: Suite,
  folder: string,
): Promise<void> {
  const projects = new Map(
    packages.map(({ debianName, distribution }) => [debianName, distribution.project]),
  );
  const machine = (await mustRun(["uname", "-m"])).trim();
  mkdirSync(folder);
  for (const { depends, distribution } of packages) {
    const requirements = depends.flatMap((name) => projects.get(name) ?? []).map(normalise);
    const wheel = packWheel(distribution, requirements, pythonTags[suite], machine);
    writeFileSync(join(folder, wheel.fileName), wheel.content);
  }
}

/** apt-get with lists, cache and sources of its own: this machine's are neither used nor changed. */
export async function privateApt(suite: Suite | "testing", folder: string): Promise<string[]> {
  for (const part of ["state/lists/partial", "cache/archives/partial"])
    mkdirSync(join(folder, part), { recursive: true });
  const sources = join(folder, "sources.list");
  writeFileSync(sources, `deb ${await debianMirror()} ${suite} main\n`);
  const settings = {
    "Dir::State": join(folder, "state"),
    "Dir::State::status": "/dev/null",
    "Dir::Cache": join(folder, "cache"),
    "Dir::Etc::SourceList": sources,
    "Dir::Etc::SourceParts": "/dev/null",
    "APT::Sandbox::User": "root",
    "Acquire::Languages": "none",
  };
  return [
    "apt-get",
    "--quiet=2",
    ...Object.entries(settings).flatMap(([name, value]) => ["-o", `${name}=${value}`]),
  ];
}

/** The mirror that this machine is set up with for Debian's main part. @throws UsageError where there is none. */
async function debianMirror(): Promise<string> {
  const { stdout } = await run([
    "apt-get",
    "indextargets",
    "--format",
    "$(REPO_URI) $(RELEASE) $(COMPONENT)",
  ]);
  const line = stdout.split("\n").find((each) => /\/debian\/? [a-z]+ main$/.test(each));
  const address = line?.split(" ")[0];
  if (address === undefined)
    throw new UsageError("apt knows no mirror of Debian here: name one in /etc/apt/sources.list");
  return address;
}
