import { join } from "node:path";
import { UsageError } from "../../base/usage-error.ts";
import type { EarlierJob } from "../../run/choose-jobs.ts";
import { findKept, type Kept, leavesFiles } from "../../run/kept-artifacts.ts";
import type { Prepared } from "../../run/prepare.ts";
import { fileName, runsFolder } from "../../run/run-folder.ts";
import type { Surroundings } from "../command.ts";

/** A job that does not run, with what the newest run that has it knows of it. */
export interface FoundEarlier extends EarlierJob {
  readonly kept: Kept | undefined;
}

/**
 * Looks for the artifacts of jobs that do not run.
 * @throws UsageError where a job asks by name for some that no earlier run has
 */
export async function findEarlier(
  earlier: readonly EarlierJob[],
  { workTree }: Prepared,
  env: Surroundings["env"],
): Promise<FoundEarlier[]> {
  const runs = join(runsFolder(workTree, env), "runs");
  const found: FoundEarlier[] = [];
  for (const each of earlier) {
    const { job, askedBy } = each;
    const kept = leavesFiles(job) ? await findKept(runs, fileName(job.name)) : undefined;
    if (kept === undefined && leavesFiles(job) && askedBy !== undefined)
      throw new UsageError(
        `${askedBy} needs the artifacts of ${job.name}, and no earlier run has them: run "berth run '${job.name}'" first`,
      );
    found.push({ ...each, kept });
  }
  return found;
}

/** Of which run the artifacts are that jobs get, a line each. */
export function earlierNotes(earlier: readonly FoundEarlier[]): string[] {
  return earlier
    .filter(({ job }) => leavesFiles(job))
    .map(({ job, kept }) =>
      kept
        ? `artifacts of ${job.name} are those of the run ${kept.run} (${kept.sha.slice(0, 8)})`
        : `artifacts of ${job.name} are missing: no earlier run has them`,
    );
}
