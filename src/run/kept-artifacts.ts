import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { PlannedJob } from "../pipelines/plan.ts";
import type { Leftovers } from "../pipelines/run-job.ts";
import { entriesBelow } from "../runner/index.ts";

/** A note beside the artifacts of a job that has passed: which of the files later jobs get, and of which commit they are. */
interface KeptNote {
  readonly sha: string;
  /** Of the archive; the other files are reports. */
  readonly archive: readonly string[];
}

/** What a job has left in an earlier run. */
export interface Kept {
  readonly leftovers: Leftovers;
  /** The name of the run: when it began. */
  readonly run: string;
  readonly sha: string;
}

/** Whether a job leaves anything that later jobs get. */
export function leavesFiles({ artifacts }: PlannedJob): boolean {
  if (artifacts === undefined) return false;
  const { paths, untracked = false, reports } = artifacts;
  return paths.length > 0 || untracked || reports.dotenv !== undefined;
}

/** Notes that the artifacts in a folder are those of a job that has passed. */
export async function noteKept({ folder, archive }: Leftovers, sha: string): Promise<void> {
  const note: KeptNote = { sha, archive: archive.map(({ path }) => path) };
  const file = noteOf(folder);
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await writeFile(file, JSON.stringify(note), { mode: 0o600 });
}

/** The artifacts of a job (by the name of its folder) from the newest run that has them; undefined where none has. */
export async function findKept(runs: string, name: string): Promise<Kept | undefined> {
  const all = await readdir(runs).catch(() => []);
  for (const run of all.sort().toReversed()) {
    const folder = join(runs, run, "artifacts", name);
    const text = await readFile(noteOf(folder), "utf8").catch(() => undefined);
    if (text === undefined) continue;
    const { sha, archive } = JSON.parse(text) as KeptNote;
    const wanted = new Set(archive);
    const files = (await entriesBelow(folder)).filter(({ path }) => wanted.has(path));
    return { leftovers: { folder, archive: files }, run, sha };
  }
  return undefined;
}

function noteOf(folder: string): string {
  return join(dirname(dirname(folder)), "kept", `${folder.slice(dirname(folder).length + 1)}.json`);
}
