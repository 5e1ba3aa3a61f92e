import { mkdir } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type { GitlabClient, Pipeline } from "../../gitlab/index.ts";
import type { CiVariable } from "../local/variables.ts";
import type { JobResult, PipelineEvent, PipelineResult, PipelineState, TestCounts } from "../result.ts";
import { type CheckedProject, whyStuck } from "./check.ts";
import { fetchResult, jobResult } from "./job-results.ts";
import type { Pace } from "./pace.ts";
import { apiVariable, type Beginning } from "./start.ts";
import { Traces } from "./traces.ts";
import { isBridge, PipelineTree, type SeenJob } from "./tree.ts";

export interface FollowOptions {
  readonly client: GitlabClient;
  readonly project: CheckedProject;
  readonly pipeline: Pipeline;
  readonly beginning: Beginning;
  /** What linting told of it. */
  readonly linted: Pick<PipelineResult, "warnings" | "config">;
  /** Private; for artifacts. */
  readonly folder: string;
  readonly traceFolder: string;
  /** Values that must not stand in traces, whatever GitLab masks. */
  readonly secrets: readonly string[];
  readonly signal: AbortSignal;
  readonly onEvent?: ((event: PipelineEvent) => void) | undefined;
  /** Read traces of running jobs, too. */
  readonly stream: boolean;
  /** Between two looks at the jobs, in milliseconds. */
  readonly interval: number;
  readonly pace: Pace;
  /** A job that waits this many milliseconds for a runner that can never come ends the run. */
  readonly stuckAfter: number;
}

const over: readonly string[] = ["success", "failed", "canceled", "skipped", "manual"];

/** One pipeline on a GitLab server: followed to its rest, manual jobs played, results fetched. */
export class GitlabPipeline {
  private readonly options: FollowOptions;
  private readonly tree: PipelineTree;
  private readonly traces: Traces;
  private readonly states = new Map<number, string>();
  private readonly pendingSince = new Map<number, number>();
  private readonly fetched = new Map<number, JobResult>();
  private readonly begin = Date.now();
  private current: Pipeline;

  constructor(options: FollowOptions) {
    const { client, pace, signal, traceFolder, secrets } = options;
    this.options = options;
    this.current = options.pipeline;
    this.tree = new PipelineTree(client, pace, signal);
    this.traces = new Traces({
      client,
      folder: traceFolder,
      secrets,
      onLine: (job, line) => options.onEvent?.({ kind: "job-line", job, line }),
    });
  }

  /** Waits until nothing moves any more; when the signal is aborted, the pipeline is cancelled first. */
  async follow(): Promise<PipelineResult> {
    const { signal, interval } = this.options;
    for (;;) {
      if (signal.aborted) return this.cancelled();
      const jobs = await this.look();
      if (signal.aborted) continue;
      this.tellChanges(jobs);
      await this.failWhenStuck(jobs);
      const atRest = await this.atRest(jobs);
      if (atRest) return this.results(atRest);
      await this.stream(jobs);
      await sleep(interval, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Plays a manual job and follows the pipeline again. @throws Error when there is no such job waiting */
  async play(name: string, variables: readonly CiVariable[]): Promise<PipelineResult> {
    const found = (await this.look()).find((each) => each.name === name);
    if (!found) throw new Error(`there is no job "${name}" in the pipeline`);
    const { job, project } = found;
    if (job.status !== "manual") throw new Error(`the job "${name}" cannot be played: it is ${job.status}`);
    const given = variables.map(apiVariable).map(({ key, value }) => ({ key, value }));
    await this.options.client.jobs.play(project, job.id, given);
    return this.follow();
  }

  /** Stops what still runs, downstream pipelines too. Safe to call when all is over. */
  async cancel(client: GitlabClient): Promise<void> {
    const { project, pipeline } = this.options;
    const all: (readonly [number, string | number])[] = [[pipeline.id, project.path], ...this.tree.started];
    for (const [id, home] of all) {
      const { status } = await client.pipelines.get(home, id);
      if (!over.includes(status)) await client.pipelines.cancel(home, id);
    }
  }

  private look(): Promise<SeenJob[]> {
    return this.tree.jobs(this.options.project.path, this.options.pipeline.id);
  }

  /**
   * The jobs as the pipeline's end leaves them; undefined while something moves. Each answer tells of another moment: a job that
   * was `created` when the jobs were listed may have run by the time that the pipeline is asked for, and one that had failed may
   * have been tried again. So those are looked at once more after the pipeline's end.
   */
  private async atRest(jobs: readonly SeenJob[]): Promise<readonly SeenJob[] | undefined> {
    const { client, project, pipeline, pace, signal } = this.options;
    if (!areQuiet(jobs)) return undefined;
    await pace.turn(signal);
    this.current = await client.pipelines.get(project.path, pipeline.id);
    if (!over.includes(this.current.status)) return undefined;
    if (!jobs.some(({ job }) => job.status === "created" || job.status === "failed")) return jobs;
    const last = await this.look();
    if (signal.aborted || !areQuiet(last)) return undefined;
    this.tellChanges(last);
    return last;
  }

  private async stream(jobs: readonly SeenJob[]): Promise<void> {
    const { stream, pace, signal, traceFolder } = this.options;
    const running = jobs.filter(({ job }) => job.status === "running" && !isBridge(job));
    if (!stream || running.length === 0) return;
    await mkdir(traceFolder, { recursive: true, mode: 0o700 });
    const next = this.traces.next(running);
    await pace.turn(signal);
    if (next && !signal.aborted) await this.traces.read(next);
  }

  private async cancelled(): Promise<PipelineResult> {
    const { client, project, pipeline, pace } = this.options;
    const signal = AbortSignal.timeout(60_000);
    const free = client.withSignal(signal);
    await this.cancel(free);
    await this.traces.closeAll();
    const jobs = await new PipelineTree(free, pace, signal).jobs(project.path, pipeline.id);
    return this.result("canceled", jobs.map(jobResult));
  }

  private async results(jobs: readonly SeenJob[]): Promise<PipelineResult> {
    const results: JobResult[] = [];
    for (const seen of jobs) {
      const result = this.fetched.get(seen.job.id) ?? (await this.fetch(seen));
      // A job that has not run may still: what is skipped behind a manual job gets another chance when that one is played.
      if (result.attempts > 0) this.fetched.set(seen.job.id, result);
      results.push(result);
    }
    return { ...this.result(this.current.status as PipelineState, results), tests: await this.tests(jobs) };
  }

  private async fetch(seen: SeenJob): Promise<JobResult> {
    const result = await fetchResult(seen, { ...this.options, traces: this.traces });
    if (result.traceFile !== undefined)
      this.options.onEvent?.({ kind: "job-finished", job: seen.name, result });
    return result;
  }

  /** GitLab's own count of the test reports, by job. Asked for only where a job has left one. */
  private async tests(jobs: readonly SeenJob[]): Promise<Record<string, TestCounts> | undefined> {
    const { client, project, pipeline } = this.options;
    const some = jobs.some(
      ({ job }) => "artifacts" in job && job.artifacts.some((each) => each.file_type === "junit"),
    );
    if (!some) return undefined;
    const { test_suites: suites } = await client.pipelines.testReport(project.path, pipeline.id);
    return Object.fromEntries(
      suites.map((suite) => [
        suite.name,
        {
          total: suite.total_count,
          success: suite.success_count,
          failed: suite.failed_count,
          skipped: suite.skipped_count,
          error: suite.error_count,
        },
      ]),
    );
  }

  private result(state: PipelineState, jobs: readonly JobResult[]): PipelineResult {
    return {
      created: true,
      errors: [],
      ...this.options.linted,
      state,
      jobs,
      seconds: (Date.now() - this.begin) / 1000,
      url: this.current.web_url,
      beginning: this.options.beginning,
    };
  }

  private tellChanges(jobs: readonly SeenJob[]): void {
    for (const { name, job } of jobs) {
      if (this.states.get(job.id) === job.status) continue;
      this.states.set(job.id, job.status);
      if (job.status === "pending") this.pendingSince.set(job.id, Date.now());
      if (job.status !== "running") continue;
      const executor = ("runner" in job && job.runner?.description) || "a runner";
      this.options.onEvent?.({ kind: "job-started", job: name, attempt: 1, executor });
    }
  }

  /** Runners come and go: before a job is called stuck, they are asked for again. */
  private async failWhenStuck(jobs: readonly SeenJob[]): Promise<void> {
    const { client, project, stuckAfter, pipeline } = this.options;
    const late = jobs.filter(
      ({ job }) =>
        job.status === "pending" && Date.now() - (this.pendingSince.get(job.id) ?? Date.now()) >= stuckAfter,
    );
    for (const { name, job, project: home } of late) {
      if (isBridge(job) || (home !== project.path && home !== pipeline.project_id)) continue;
      if (whyStuck(job.tag_list, project.runners) === undefined) continue;
      const why = whyStuck(job.tag_list, await client.projects.runners(project.path));
      if (why !== undefined) throw new Error(`the job ${name} is stuck: ${why}`);
    }
  }
}

/** Whether these jobs, and the pipelines that they started, have come as far as they go by themselves. */
function areQuiet(jobs: readonly SeenJob[]): boolean {
  return jobs.every(({ job }) => {
    if (!over.includes(job.status) && job.status !== "created") return false;
    const below = isBridge(job) ? job.downstream_pipeline : null;
    return below === null || over.includes(below.status);
  });
}
