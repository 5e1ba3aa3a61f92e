import { rm } from "node:fs/promises";
import { join } from "node:path";
import { moved, partOf, producersOf, readArtifact, readDotenvReports } from "./artifacts.ts";
import { below, forwardedVariables, waits } from "./downstream.ts";
import { describeExecutor } from "./executor.ts";
import { jobVariables, resolveBeforeStart, runnerVariables } from "./job-variables.ts";
import { LocalJob, shouldRetry } from "./local-job.ts";
import type { LocalPipelineOptions } from "./pipeline-options.ts";
import type { PlannedJob, Trigger } from "./plan.ts";
import { pipelineVariables } from "./predefined.ts";
import type { PipelineEvent, PipelineResult } from "./result.ts";
import { type AttemptOutcome, projectFolderInJob, runAttempt } from "./run-job.ts";
import { runnerJob } from "./runner-job.ts";
import { nextSteps, pipelineState, reopenAfter } from "./schedule.ts";
import { openTrace, type Trace } from "./trace.ts";
import type { CiVariable } from "./variables.ts";

/** GitLab's default for a project. */
const defaultTimeoutSeconds = 3600;

/** A pipeline on the local runner. It is created with all jobs waiting; {@link run} takes it as far as it goes by itself. */
export class LocalPipeline {
  private readonly options: LocalPipelineOptions;
  private readonly jobs: readonly LocalJob[];
  private readonly predefined: Readonly<Record<string, string>>;
  private readonly startedAt = Date.now();
  private jobIds = 0;
  private kept: Promise<void> | undefined;

  constructor(options: LocalPipelineOptions) {
    this.options = options;
    this.predefined = pipelineVariables(options.identity);
    this.jobs = options.plan.jobs.map((plan, index) => new LocalJob(plan, index));
    for (const job of this.jobs) {
      if (!options.earlier?.has(job.plan.name)) continue;
      job.state = "success";
      job.leftovers = options.earlier.get(job.plan.name);
    }
  }

  /** Runs every job that may run, until only finished, skipped and manual jobs are left. */
  async run(): Promise<PipelineResult> {
    this.tell({
      kind: "pipeline-created",
      jobs: this.jobs.map(({ plan }) => ({ name: plan.name, stage: plan.stage, state: "created" })),
    });
    await this.advance();
    return this.result();
  }

  /**
   * Presses the play button of a manual job and runs what follows from it.
   * Throws when there is no such job, or when it is not waiting to be played.
   */
  async play(name: string, variables: readonly CiVariable[] = []): Promise<PipelineResult> {
    const job = this.jobNamed(name);
    if (!job) throw new Error(`there is no job "${name}" in the pipeline`);
    if (job.state !== "manual") throw new Error(`the job "${name}" cannot be played: it is ${job.state}`);
    job.playedWith = variables;
    job.state = "pending";
    reopenAfter(job, this.options.plan.stages, this.jobs);
    await this.advance([job]);
    return this.result();
  }

  /** The pipeline as it stands. */
  result(): PipelineResult {
    return {
      created: true,
      errors: [],
      warnings: [],
      state: pipelineState(this.jobs),
      jobs: this.jobs.flatMap((job) => job.results()),
      seconds: (Date.now() - this.startedAt) / 1000,
    };
  }

  private async advance(first: readonly LocalJob[] = []): Promise<void> {
    const running = new Map<LocalJob, Promise<void>>();
    const waiting = [...first];
    for (;;) {
      const steps = nextSteps(this.options.plan.stages, this.jobs);
      for (const job of steps.skip) job.state = "skipped";
      for (const job of steps.offer) job.state = "manual";
      for (const job of steps.start) {
        job.state = "pending";
        waiting.push(job);
      }
      while (running.size < this.options.concurrency && waiting.length > 0) {
        const job = waiting.shift() as LocalJob;
        running.set(
          job,
          this.runJob(job).finally(() => running.delete(job)),
        );
      }
      if (running.size > 0) await Promise.race(running.values());
      else if (steps.skip.length === 0 && steps.offer.length === 0) break;
    }
    // Those that nobody waits for go on while the rest runs.
    await Promise.all(this.jobs.map((job) => job.downstream?.done));
  }

  private jobNamed(name: string): LocalJob | undefined {
    return this.jobs.find((each) => each.plan.name === name);
  }

  private async runJob(job: LocalJob): Promise<void> {
    const { signal } = this.options;
    if (signal.aborted) {
      job.state = "canceled";
      return;
    }
    if (job.plan.trigger) return this.trigger(job, job.plan.trigger);
    const begin = Date.now();
    job.state = "running";
    let outcome: AttemptOutcome;
    do {
      job.attempts += 1;
      job.leftovers = undefined;
      outcome = await this.attempt(job).catch((error: Error) => this.systemFailure(job, error));
    } while (!signal.aborted && shouldRetry(job.plan, job.attempts, outcome));
    const { artifactsFolder } = this.options;
    if (artifactsFolder && job.leftovers)
      job.leftovers = await moved(job.leftovers, artifactsFolder(job.plan.name));
    job.finish(outcome, (Date.now() - begin) / 1000);
    if (job.leftovers && outcome.state === "success") await this.options.onKept?.(job.leftovers);
    this.tell({ kind: "job-finished", job: job.plan.name, result: job.result() });
  }

  private async trigger(job: LocalJob, trigger: Trigger): Promise<void> {
    const begin = Date.now();
    job.state = "running";
    const { name } = job.plan;
    const started = await this.options.startDownstream?.(trigger, {
      job: name,
      variables: forwardedVariables(job.plan, this.options.variables, (text) => this.resolve(job.plan, text)),
      readArtifact: (from, path) => readArtifact(this.jobNamed(from), path),
      onEvent: (event) => this.tell(below(name, event)),
    });
    if (started === undefined) {
      job.state = "skipped";
      const text = `${name} starts a pipeline of another project: the local runner leaves it out`;
      return this.tell({ kind: "note", text });
    }
    job.executor = "downstream pipeline";
    if ("errors" in started) {
      job.problem = `downstream_pipeline_creation_failed: ${started.errors.join("; ")}`;
      job.state = "failed";
      return;
    }
    job.downstream = started;
    if (!waits(job.plan)) job.state = "success";
    else job.state = (await started.done).state === "success" ? "success" : "failed";
    job.seconds = (Date.now() - begin) / 1000;
  }

  private async attempt(job: LocalJob): Promise<AttemptOutcome> {
    const { options } = this;
    const { project, identity } = options;
    const folder = join(options.folder, "jobs", `${job.index}-${job.attempts}`);
    const image = job.plan.image && { ...job.plan.image, name: this.resolve(job.plan, job.plan.image.name) };
    const executor = await options.executors.choose(image);
    const timeoutSeconds = job.plan.timeoutSeconds ?? defaultTimeoutSeconds;
    const settings = [...options.variables, ...job.playedWith];
    const producers = producersOf(job, options.plan.stages, this.jobs);
    const jobId = this.nextJobId();
    const variables = jobVariables(
      job.plan,
      {
        jobId,
        projectUrl: this.predefined.CI_PROJECT_URL ?? "",
        projectFolder: projectFolderInJob(executor, folder, project),
        fileFolder: `${projectFolderInJob(executor, folder, project)}.tmp`,
        container: executor.kind === "container",
        timeoutSeconds,
        played: job.plan.when === "manual",
      },
      { pipeline: this.predefined, dotenv: await readDotenvReports(producers), settings },
    );
    this.kept ??= project.keepCommit(identity.pipelineId, identity.commit.sha);
    await this.kept;
    job.executor = describeExecutor(executor);
    this.tell({ kind: "job-started", job: job.plan.name, attempt: job.attempts, executor: job.executor });
    const trace = await this.openTrace(job, settings);
    job.traceFile = trace.file;
    try {
      return await runAttempt({
        job: await runnerJob({
          job: { ...job.plan, image },
          jobId,
          identity,
          variables: runnerVariables(variables, settings),
          timeoutSeconds,
          readFile: (path) => project.fileAt(identity.commit.sha, path),
        }),
        executor,
        sources: project,
        folder,
        cache: options.cacheFolder ?? join(options.folder, "cache"),
        incoming: producers.flatMap((each) => each.leftovers ?? []),
        outgoing: options.artifactsFolder
          ? partOf(options.artifactsFolder(job.plan.name))
          : join(options.folder, "artifacts", String(job.index)),
        onArtifacts: (leftovers) => job.keep(leftovers),
        env: options.env,
        trace,
        onTrace: (text) => options.onTrace?.(job.plan.name, text),
        signal: options.signal,
      });
    } finally {
      await trace.close();
      if (!options.keepCheckouts) await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    }
  }

  private openTrace(job: LocalJob, settings: readonly CiVariable[]): Promise<Trace> {
    const { name } = job.plan;
    const secrets = settings.filter((each) => each.masked).map((each) => each.value);
    const onLine = (line: string, section: string | undefined) =>
      this.tell({ kind: "job-line", job: name, line, section });
    return openTrace(this.options.traceFolder, { number: job.index + 1, name, secrets, onLine });
  }

  /** What kept a job from running stands in its trace, as on GitLab. */
  private async systemFailure(job: LocalJob, error: Error): Promise<AttemptOutcome> {
    const trace = await this.openTrace(job, this.options.variables);
    job.traceFile = trace.file;
    trace.write(error.message);
    await trace.close();
    job.problem = error.message;
    return { state: "failed", reason: "runner_system_failure" };
  }

  private resolve(job: PlannedJob, text: string): string {
    return resolveBeforeStart(text, job, this.predefined, this.options.variables);
  }

  private nextJobId(): number {
    this.jobIds += 1;
    return this.options.identity.pipelineId * 100 + this.jobIds;
  }

  private tell(event: PipelineEvent): void {
    this.options.onEvent?.(event);
  }
}
