import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { GitlabClient, Job, Pipeline } from "../../gitlab/index.ts";
import { Trace } from "../local/trace.ts";
import type { CiVariable } from "../local/variables.ts";
import type { JobResult, JobState, PipelineEvent, PipelineResult, PipelineState } from "../result.ts";
import { unpackArtifacts } from "./artifacts.ts";
import { type CheckedProject, whyStuck } from "./check.ts";

export interface FollowOptions {
  readonly client: GitlabClient;
  readonly project: CheckedProject;
  readonly pipeline: Pipeline;
  /** Private; for artifacts. */
  readonly folder: string;
  readonly traceFolder: string;
  /** Values that must not stand in traces, whatever GitLab masks. */
  readonly secrets: readonly string[];
  readonly signal: AbortSignal;
  readonly onEvent?: ((event: PipelineEvent) => void) | undefined;
  /** Between two looks at the jobs, in milliseconds. */
  readonly interval: number;
  /** A job that waits this many milliseconds for a runner that can never come ends the run. */
  readonly stuckAfter: number;
}

const over: readonly string[] = ["success", "failed", "canceled", "skipped", "manual"];

/** One pipeline on a GitLab server: followed to its rest, manual jobs played, results fetched. */
export class GitlabPipeline {
  private readonly options: FollowOptions;
  private readonly states = new Map<number, string>();
  private readonly fetched = new Map<number, JobResult>();
  private readonly begin = Date.now();
  private current: Pipeline;

  constructor(options: FollowOptions) {
    this.options = options;
    this.current = options.pipeline;
  }

  /** Waits until nothing moves any more; when the signal is aborted, the pipeline is cancelled first. */
  async follow(): Promise<PipelineResult> {
    const { client, project, pipeline, signal, interval } = this.options;
    let jobs: readonly Job[] = [];
    for (;;) {
      if (signal.aborted) return this.cancelled();
      jobs = await client.pipelines.jobs(project.path, pipeline.id);
      this.tellChanges(jobs);
      this.failWhenStuck(jobs);
      if (jobs.every((job) => over.includes(job.status) || job.status === "created")) {
        this.current = await client.pipelines.get(project.path, pipeline.id);
        if (over.includes(this.current.status)) break;
      }
      await sleep(interval, undefined, { signal }).catch(() => undefined);
    }
    return this.results(jobs);
  }

  /** Plays a manual job and follows the pipeline again. @throws Error when there is no such job waiting */
  async play(name: string, variables: readonly CiVariable[]): Promise<PipelineResult> {
    const { client, project, pipeline } = this.options;
    const job = (await client.pipelines.jobs(project.path, pipeline.id)).find((each) => each.name === name);
    if (!job) throw new Error(`there is no job "${name}" in the pipeline`);
    if (job.status !== "manual") throw new Error(`the job "${name}" cannot be played: it is ${job.status}`);
    await client.jobs.play(
      project.path,
      job.id,
      variables.map(({ key, value }) => ({ key, value })),
    );
    return this.follow();
  }

  /** Stops what still runs. Safe to call when all is over. */
  async cancel(client: GitlabClient): Promise<void> {
    const { project, pipeline } = this.options;
    const { status } = await client.pipelines.get(project.path, pipeline.id);
    if (!over.includes(status)) await client.pipelines.cancel(project.path, pipeline.id);
  }

  private async cancelled(): Promise<PipelineResult> {
    const client = this.options.client.withSignal(AbortSignal.timeout(60_000));
    await this.cancel(client);
    const jobs = await client.pipelines.jobs(this.options.project.path, this.options.pipeline.id);
    return this.result(
      "canceled",
      jobs.map((job) => this.jobResult(job)),
    );
  }

  private async results(jobs: readonly Job[]): Promise<PipelineResult> {
    const results: JobResult[] = [];
    for (const job of [...jobs].sort((a, b) => a.id - b.id)) {
      const result = this.fetched.get(job.id) ?? (await this.fetch(job));
      if (result.state !== "manual" && result.state !== "created") this.fetched.set(job.id, result);
      results.push(result);
    }
    return this.result(this.current.status as PipelineState, results);
  }

  private result(state: PipelineState, jobs: readonly JobResult[]): PipelineResult {
    return {
      created: true,
      errors: [],
      warnings: [],
      state,
      jobs,
      seconds: (Date.now() - this.begin) / 1000,
      url: this.current.web_url,
    };
  }

  /** A job that ran: its trace into a file, its artifacts into a folder. */
  private async fetch(job: Job): Promise<JobResult> {
    const { client, project, folder, traceFolder, secrets } = this.options;
    if (job.started_at === null) return this.jobResult(job);
    await mkdir(traceFolder, { recursive: true, mode: 0o700 });
    const name = `${job.id}-${job.name.replace(/[^A-Za-z0-9._-]+/g, "_").slice(0, 100)}`;
    const trace = new Trace(join(traceFolder, `${name}.log`), secrets);
    trace.write(readable(await client.jobs.traceReader(project.path, job.id).read()));
    await trace.close();
    const archive = join(folder, `${name}.zip`);
    const target = join(folder, name);
    const has = await client.jobs.downloadArtifacts(project.path, job.id, archive);
    if (has) await unpackArtifacts(archive, target);
    const result = {
      ...this.jobResult(job),
      traceFile: trace.file,
      artifactsFolder: has ? target : undefined,
    };
    this.options.onEvent?.({ kind: "job-finished", job: job.name, result });
    return result;
  }

  private jobResult(job: Job): JobResult {
    return {
      name: job.name,
      stage: job.stage,
      state: stateOf(job),
      allowFailure: job.allow_failure,
      failureReason: job.failure_reason,
      seconds: job.duration ?? 0,
      attempts: job.started_at === null ? 0 : 1,
      url: job.web_url,
      executor: job.runner ? `runner ${job.runner.description ?? job.runner.id}` : undefined,
    };
  }

  private tellChanges(jobs: readonly Job[]): void {
    for (const job of jobs) {
      if (this.states.get(job.id) === job.status) continue;
      this.states.set(job.id, job.status);
      const executor = job.runner?.description ?? "a runner";
      if (job.status === "running")
        this.options.onEvent?.({ kind: "job-started", job: job.name, attempt: 1, executor });
    }
  }

  private failWhenStuck(jobs: readonly Job[]): void {
    for (const job of jobs) {
      if (job.status !== "pending" || Date.now() - this.begin < this.options.stuckAfter) continue;
      const why = whyStuck(job.tag_list, this.options.project.runners);
      if (why !== undefined) throw new Error(`the job ${job.name} is stuck: ${why}`);
    }
  }
}

/** GitLab's states on the way to running are one to us. */
function stateOf({ status }: Job): JobState {
  if (status === "success" || status === "failed" || status === "canceled" || status === "skipped")
    return status;
  if (status === "manual" || status === "created" || status === "running" || status === "pending")
    return status;
  return status === "canceling" ? "canceled" : "pending";
}

/** A trace without section marks, colours and what a carriage return overwrites. */
function readable(trace: string): string {
  return (
    trace
      // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what a trace holds
      .replace(/\x1b\[0Ksection_(?:start|end):\d+:[^\r]*\r\x1b\[0K|\x1b\[[\d;]*[A-Za-z]/g, "")
      .replace(/\r\n?/g, "\n")
      .trimEnd()
  );
}
