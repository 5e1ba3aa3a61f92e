import type { JobResult, PipelineResult, PipelineState } from "../../pipelines/result.ts";
import type { Readiness } from "../../run/obstacles.ts";
import type { Prepared } from "../../run/prepare.ts";
import type { Paint } from "./paint.ts";
import { eventInWords } from "./show-plan.ts";
import { obstacleInWords } from "./words.ts";

/** A run that has come to its end. */
export interface FinishedRun {
  readonly prepared: Prepared;
  readonly result: PipelineResult;
  /** The jobs that could not run here. */
  readonly impossible: readonly Readiness[];
  /** Where logs and artifacts are. */
  readonly folder: string;
}

const pipelineWords: Readonly<Record<PipelineState, string>> = {
  success: "passed",
  failed: "failed",
  canceled: "canceled",
  manual: "is blocked: a manual job waits",
  skipped: "was skipped",
  refused: "was refused",
  expanded: "was expanded",
};

/** The closing report: the pipeline, its jobs by stage, totals, and where things are. */
export function summary({ prepared, result, impossible, folder }: FinishedRun, paint: Paint): string {
  const colour = result.state === "success" ? "green" : result.state === "failed" ? "red" : "yellow";
  const head = `Pipeline ${prepared.identity.pipelineId} ${paint(colour, pipelineWords[result.state])}: ${eventInWords(prepared)}, ${seconds(result.seconds)}`;
  const tests = Object.entries(result.tests ?? {}).map(
    ([job, { total, failed, error }]) => `  ${job}: ${total} tests, ${failed + error} failed`,
  );
  const parts = [
    head,
    "",
    ...jobLines(result.jobs, paint),
    ...impossible.map(
      ({ job, obstacle }) =>
        `  ${job.name}  ${paint("yellow", "cannot run here")}: ${obstacle ? obstacleInWords(obstacle) : ""}`,
    ),
    ...(tests.length > 0 ? ["", ...tests] : []),
    "",
    totals(result.jobs, impossible.length),
    `Logs and artifacts: ${folder}`,
  ];
  return `${parts.join("\n")}\n`;
}

/** How a job has ended, in a few words. */
export function stateInWords(job: JobResult, paint: Paint): string {
  if (job.state === "success") return paint("green", `passed in ${seconds(job.seconds)}`);
  if (job.state === "manual") return paint("dim", "manual, not started");
  if (job.state !== "failed") return paint("dim", job.state);
  const why = job.exitCode !== undefined ? `exit code ${job.exitCode}` : (job.failureReason ?? "");
  if (job.allowFailure) return paint("yellow", `failed (${why}; allowed to fail)`);
  return paint("red", `failed (${why})`);
}

function jobLines(jobs: readonly JobResult[], paint: Paint): string[] {
  const stageWidth = Math.max(0, ...jobs.map(({ stage }) => stage.length));
  const nameWidth = Math.max(0, ...jobs.map(({ name }) => name.length));
  let stage = "";
  return jobs.flatMap((job) => {
    const shown = job.stage === stage ? "" : job.stage;
    stage = job.stage;
    const tries = job.attempts > 1 ? `, ${job.attempts} attempts` : "";
    const by = job.executor === undefined ? "" : paint("dim", `  ${job.executor}${tries}`);
    const line = `  ${shown.padEnd(stageWidth)}  ${job.name.padEnd(nameWidth)}  ${stateInWords(job, paint)}${by}`;
    const log = job.state === "failed" && job.traceFile ? [paint("dim", `      log: ${job.traceFile}`)] : [];
    return [line, ...log];
  });
}

function totals(jobs: readonly JobResult[], impossible: number): string {
  const count = (test: (job: JobResult) => boolean) => jobs.filter(test).length;
  const parts = [
    [count(({ state }) => state === "success"), "passed"],
    [count(({ state, allowFailure }) => state === "failed" && !allowFailure), "failed"],
    [count(({ state, allowFailure }) => state === "failed" && allowFailure), "failed (allowed)"],
    [count(({ state }) => state === "manual"), "manual"],
    [count(({ state }) => state === "skipped"), "skipped"],
    [count(({ state }) => state === "canceled"), "canceled"],
    [count(({ state }) => state === "created"), "waiting"],
    [impossible, "could not run here"],
  ] as const;
  const told = parts.filter(([number, what]) => number > 0 || what === "passed");
  return told.map(([number, what]) => `${number} ${what}`).join(", ");
}

function seconds(value: number): string {
  return value < 60 ? `${value.toFixed(1)} s` : `${Math.floor(value / 60)} min ${Math.round(value % 60)} s`;
}
