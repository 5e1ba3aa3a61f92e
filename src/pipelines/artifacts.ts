import { mkdir, readFile, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { readDotenv } from "./job-variables.ts";
import type { LocalJob } from "./local-job.ts";
import type { PlannedVariable } from "./plan.ts";
import type { Leftovers } from "./run-job.ts";
import { jobsBefore } from "./schedule.ts";

/**
 * The jobs of a pipeline whose artifacts a job gets: `needs` with artifacts, else `dependencies`, else all that it waits for.
 * Source: docs.gitlab.com/ci/yaml/#needsartifacts and #dependencies (18.11).
 */
export function producersOf(
  job: LocalJob,
  stages: readonly string[],
  jobs: readonly LocalJob[],
): readonly LocalJob[] {
  const { needs, dependencies } = job.plan;
  return jobsBefore(job.plan, stages, jobs).filter(({ plan }) => {
    if (needs && !needs.some((need) => need.name === plan.name && need.artifacts)) return false;
    return dependencies === undefined || dependencies.includes(plan.name);
  });
}

/** The variables of the dotenv reports among some jobs' artifacts; a report that is not there holds none. */
export async function readDotenvReports(producers: readonly LocalJob[]): Promise<PlannedVariable[]> {
  const found: PlannedVariable[] = [];
  for (const { plan, leftovers } of producers) {
    for (const path of plan.artifacts?.reports.dotenv ?? []) {
      if (leftovers === undefined) continue;
      const text = await readFile(join(leftovers.folder, path), "utf8").catch(() => "");
      found.push(...readDotenv(text));
    }
  }
  return found;
}

/** The text of a file among a job's artifacts; undefined where there is none. */
export async function readArtifact(job: LocalJob | undefined, path: string): Promise<string | undefined> {
  const folder = job?.leftovers?.folder;
  return folder && readFile(join(folder, path), "utf8").catch(() => undefined);
}

/** What a folder of artifacts that are on their way ends with. */
export const partEnd = ".part~";

/** Where the artifacts for a folder are collected before they land there. */
export function partOf(folder: string): string {
  return `${folder}${partEnd}`;
}

/** Moves what a job has left to another folder of the same file system, in one step: nobody finds half of it there. */
export async function moved({ folder, archive }: Leftovers, to: string): Promise<Leftovers> {
  await mkdir(dirname(to), { recursive: true, mode: 0o700 });
  await rm(to, { recursive: true, force: true });
  await rename(folder, to);
  return { folder: to, archive };
}
