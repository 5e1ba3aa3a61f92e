import { mkdir } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type { GitlabClient, Pipeline } from "../../gitlab/index.ts";
import type { JobResult, PipelineEvent, PipelineResult, PipelineState } from "../../pipelines/result.ts";
import type { CiVariable } from "../../pipelines/variables.ts";
import type { CheckedProject } from "./check.ts";
import { attemptsOf, isAdded, type PipelineFacts, testCounts } from "./job-facts.ts";
import { fetchResult, jobResult } from "./job-results.ts";
import { areQuiet, JobStates, over, waiting } from "./job-states.ts";
import type { Pace } from "./pace.ts";
import { whyStuck } from "./runners.ts";
import { apiVariable, type Beginning } from "./start.ts";
import { Traces } from "./traces.ts";
import { isBridge, PipelineTree, type SeenJob } from "./tree.ts";
import { whenThere } from "./when-there.ts";

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
  /** Logs show the time of each line, where the runner wrote one. */
  readonly timestamps?: boolean | undefined;
  /** Read traces of running jobs, too. */
  readonly stream: boolean;
  /** Between two looks at the jobs, in milliseconds. */
  readonly interval: number;
  readonly pace: Pace;
  /** A job that waits this many milliseconds for a runner that can never come ends the run. */
  readonly stuckAfter: number;
  /** How long a trace's end is waited for after its job's, in milliseconds. */
  readonly traceWithin: number;
}

/** One pipeline on a GitLab server: followed to its rest, manual jobs played, results fetched. */
export class GitlabPipeline {
  private readonly options: FollowOptions;
  private readonly tree: PipelineTree;
  private readonly traces: Traces;
  private readonly states: JobStates;
  private readonly facts: PipelineFacts;
  private readonly fetched = new Map<number, JobResult>();
  private readonly begin = Date.now();
  private current: Pipeline;
  private laggingLooks = 0;

  constructor(options: FollowOptions) {
    const { client, pace, signal, traceFolder, secrets, timestamps } = options;
    this.options = options;
    this.current = options.pipeline;
    this.tree = new PipelineTree(client, pace, signal);
    const { config } = options.linted;
    this.states = new JobStates(config, options.onEvent);
    this.facts = { client, project: options.project.path, pipeline: options.pipeline, config };
    this.traces = new Traces({
      client,
      folder: traceFolder,
      secrets,
      timestamps,
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
      this.states.tellChanges(jobs);
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
    const failures: Error[] = [];
    for (const [id, home] of all) {
      await cancelOne(client, home, id).catch((error: Error) => failures.push(error));
    }
    if (failures[0]) throw failures[0];
  }

  private look(): Promise<SeenJob[]> {
    return whenThere(() => this.tree.jobs(this.options.project.path, this.options.pipeline.id));
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
    this.current = await whenThere(() => client.pipelines.get(project.path, pipeline.id));
    if (!over.includes(this.current.status)) return undefined;
    const last = jobs.some(({ job }) => job.status === "created" || job.status === "failed")
      ? await this.look()
      : jobs;
    if (signal.aborted || !areQuiet(last)) return undefined;
    if (this.lags(last) && this.laggingLooks < 5) {
      this.laggingLooks += 1;
      return undefined;
    }
    this.states.tellChanges(last);
    return last;
  }

  /**
   * Whether the jobs are older than the pipeline's end, from a replica that lags behind: a finished pipeline has jobs, save a skipped
   * one, and none of them is still to be begun, save behind a manual one, where the pipeline is `manual`.
   */
  private lags(jobs: readonly SeenJob[]): boolean {
    const { status } = this.current;
    if (jobs.length === 0) return status !== "skipped";
    return (
      ["success", "failed"].includes(status) &&
      jobs.some(({ job, name }) => job.status === "created" && name === job.name)
    );
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
    const look = () => new PipelineTree(free, pace, signal).jobs(project.path, pipeline.id);
    // Afterwards all jobs are canceled: what they waited for must be known before.
    const before = await look().catch(() => []);
    this.states.note(before);
    // A project can keep cancelling to Maintainers or to nobody: that must not hide why the run was ended. Closing tries again, and tells.
    await this.cancel(free).catch(() => undefined);
    await this.traces.closeAll();
    const jobs = await look();
    const results = jobs.map((seen) => ({
      ...jobResult(seen),
      waited: waiting(this.states.lastOf(seen)),
    }));
    return this.result("canceled", results);
  }

  private async results(jobs: readonly SeenJob[]): Promise<PipelineResult> {
    const results: JobResult[] = [];
    const attempts = await attemptsOf(this.facts, jobs);
    for (const seen of jobs) {
      const known = this.fetched.get(seen.job.id) ?? (await this.fetch(seen));
      const result = {
        ...known,
        attempts: Math.max(known.attempts, attempts.get(seen.name) ?? 0),
        ...(isAdded(this.facts, seen) && { added: true }),
      };
      // A job that has not run may still: what is skipped behind a manual job gets another chance when that one is played.
      if (result.attempts > 0) this.fetched.set(seen.job.id, result);
      results.push(result);
    }
    return {
      ...this.result(this.current.status as PipelineState, results),
      tests: await testCounts(this.facts, jobs),
    };
  }

  private async fetch(seen: SeenJob): Promise<JobResult> {
    const result = await fetchResult(seen, { ...this.options, traces: this.traces });
    if (result.traceFile !== undefined)
      this.options.onEvent?.({ kind: "job-finished", job: seen.name, result });
    return result;
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

  /** Runners come and go: before a job is called stuck, they are asked for again. */
  private async failWhenStuck(jobs: readonly SeenJob[]): Promise<void> {
    const { client, project, stuckAfter, pipeline } = this.options;
    const late = this.states.pendingFor(stuckAfter, jobs);
    for (const { name, job, project: home } of late) {
      if (isBridge(job) || (home !== project.path && home !== pipeline.project_id)) continue;
      if (whyStuck(job.tag_list, project.runners) === undefined) continue;
      const now = await client.projects.runners(project.path);
      const why = whyStuck(job.tag_list, now);
      if (why !== undefined) throw new Error(`the job ${name} is stuck: ${why}`);
    }
  }
}

async function cancelOne(client: GitlabClient, home: string | number, id: number): Promise<void> {
  const { status } = await client.pipelines.get(home, id);
  if (!over.includes(status)) await client.pipelines.cancel(home, id);
}
