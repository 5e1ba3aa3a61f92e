import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, realpath, rm, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { partEnd } from "../pipelines/artifacts.ts";
import type { WorkTree } from "./work-tree.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** So many runs of a project stay. */
const keptRuns = 10;

/** Where the runs of a project are kept: `~/.cache/berth/run/<folder's name>-<hash>`, the user's alone. */
export function runsFolder({ key }: WorkTree, env: Environment): string {
  return join(env.XDG_CACHE_HOME || join(env.HOME ?? homedir(), ".cache"), "berth", "run", key);
}

/** What stays of one run: `logs/`, `artifacts/<job>/`, `kept/` and `run.json`; `cache` is the project's, for all its runs. */
export interface RunFolder {
  readonly folder: string;
  readonly logs: string;
  readonly cache: string;
  /** The folder of all artifacts. */
  readonly landing: string;
  /** Where the artifacts of a job land. */
  artifacts(job: string): string;
  /** Notes how the run has ended. */
  note(result: unknown): Promise<void>;
  /** Removes what was on its way when the run ended, and the oldest runs. */
  tidy(): Promise<void>;
}

/** Makes the folder of a new run. `given`: a folder of the user's own choice, which is left alone afterwards. */
export async function newRunFolder(
  workTree: WorkTree,
  env: Environment,
  given: string | undefined,
): Promise<RunFolder> {
  const all = runsFolder(workTree, env);
  const runs = join(all, "runs");
  const name = `${new Date().toISOString().replace(/[:.]/g, "-")}-${process.pid}`;
  const folder = given ?? join(runs, name);
  const artifacts = join(folder, "artifacts");
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return {
    folder,
    logs: join(folder, "logs"),
    cache: join(all, "cache"),
    landing: artifacts,
    artifacts: (job) => join(artifacts, fileName(job)),
    note: (result) =>
      writeFile(join(folder, "run.json"), `${JSON.stringify(result, null, 2)}\n`, { mode: 0o600 }),
    tidy: async () => {
      for (const each of await readdir(artifacts).catch(() => []))
        if (each.endsWith(partEnd)) await rm(join(artifacts, each), { recursive: true, force: true });
      // Not before: the run may have used what an old one has left.
      await dropOldRuns(runs);
    },
  };
}

/** The name of a job as the name of a file: two jobs never have the same, and none ends as what is on its way does. */
export function fileName(job: string): string {
  const name = encodeURIComponent(job).replaceAll("%20", " ").replaceAll("~", "%7E");
  if (/^\.{1,2}$/.test(name)) return name.replaceAll(".", "%2E");
  if (name.length <= 150) return name;
  return `${name.slice(0, 140)}-${createHash("sha256").update(job).digest("hex").slice(0, 8)}`;
}

/** A private folder for checkouts, which is gone when the run ends. */
export async function newCheckoutsFolder(): Promise<string> {
  return realpath(await mkdtemp(join(tmpdir(), "berth-run-")));
}

async function dropOldRuns(runs: string): Promise<void> {
  const old = (await readdir(runs).catch(() => [])).sort().slice(0, -keptRuns);
  for (const each of old.filter((run) => !isAlive(run)))
    await rm(join(runs, each), { recursive: true, force: true });
}

/** Whether the process that a run's folder is named after still goes. */
function isAlive(run: string): boolean {
  try {
    return process.kill(Number(run.split("-").at(-1)), 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
