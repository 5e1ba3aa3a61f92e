import type { FinishedRun } from "./summary.ts";
import { obstacleInWords } from "./words.ts";

/** A run as plain data, for `--json` and `run.json`. */
export function resultData({ prepared, result, impossible, folder }: FinishedRun) {
  const { trigger, commit, pipelineId } = prepared.identity;
  return {
    version: 1,
    state: result.state,
    seconds: result.seconds,
    pipeline: {
      id: pipelineId,
      source: trigger.source,
      ref: trigger.ref,
      tag: trigger.tag,
      sha: commit.sha,
      uncommitted: prepared.snapshot.changed,
    },
    jobs: result.jobs,
    impossible: impossible.map(({ job, obstacle }) => ({
      name: job.name,
      stage: job.stage,
      why: obstacle && obstacleInWords(obstacle),
    })),
    tests: result.tests ?? {},
    warnings: result.warnings,
    folder,
  };
}
