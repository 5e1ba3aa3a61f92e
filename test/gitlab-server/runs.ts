import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { childConfiguration } from "../../src/pipelines/downstream.ts";
import { ExecutorChooser } from "../../src/pipelines/executor.ts";
import type { PipelinePlan } from "../../src/pipelines/plan.ts";
import { type Planned, planPipeline } from "../../src/pipelines/plan-pipeline.ts";
import { pipelineVariables } from "../../src/pipelines/predefined.ts";
import type { JobResult, PipelineResult } from "../../src/pipelines/result.ts";
import { LocalPipeline } from "../../src/pipelines/run-pipeline.ts";
import type { CiVariable } from "../../src/pipelines/variables.ts";
import type { ServerProject } from "./project.ts";
import { publishRelease } from "./publish-release.ts";
import { identityOf, reachable, runnableProject } from "./run-project.ts";

/** What starts a pipeline of the stand-in. */
export interface Start {
  readonly project: ServerProject;
  readonly ref: string;
  readonly tag: boolean;
  readonly source: string;
  readonly variables: readonly CiVariable[];
  readonly inputs: Readonly<Record<string, unknown>>;
  /** The configuration, where it is not that of the commit: child pipelines have their own. */
  readonly configuration?: string;
  /** The pipeline whose trigger job starts this one. */
  readonly parent?: number;
  /** The number of the merge request that it is for. */
  readonly mergeRequest?: number;
}

/** What pipelines need of the server around them. */
export interface RunnerSetting {
  /** Host and port: `CI_SERVER_FQDN`. */
  readonly host: string;
  readonly root: string;
  /** Tags of the runners; a job whose tags no runner has stays pending. */
  readonly runnerTags: readonly string[];
  readonly projects: () => readonly ServerProject[];
  readonly nextJobId: () => number;
  /** Starts another pipeline: a child, or one of another project. */
  readonly start: (start: Start) => ServerPipeline | { errors: readonly string[] };
}

/** One job as the server knows it. */
export interface ServerJob {
  readonly id: number;
  readonly name: string;
  readonly createdAt: string;
  readonly tags: readonly string[];
  readonly stuck: boolean;
  /** As the runner wrote it, without times. */
  trace: string;
  attempts: number;
  startedAt: string | undefined;
  finishedAt: string | undefined;
  /** How often its trace was asked for since it ended. */
  readsAfterEnd: number;
  /** A job that starts another pipeline, which is there once it has. */
  readonly bridge: boolean;
  downstream: ServerPipeline | undefined;
}

const never = "sleep 100000";

/** A pipeline whose jobs are really run, by the same runner as `berth smoke` uses locally, out of the bare repository. */
export class ServerPipeline {
  readonly id: number;
  readonly start: Start;
  readonly sha: string;
  readonly createdAt = new Date().toISOString();
  readonly jobs: ServerJob[];
  readonly plan: PipelinePlan;
  private readonly local: LocalPipeline;
  private readonly controller = new AbortController();
  private over = false;
  private started: Promise<unknown> = Promise.resolve();

  private constructor(
    id: number,
    start: Start,
    sha: string,
    plan: PipelinePlan,
    setting: RunnerSetting,
    release: Releases,
  ) {
    this.id = id;
    this.start = start;
    this.sha = sha;
    const stuck = (tags: readonly string[]) => tags.some((each) => !setting.runnerTags.includes(each));
    this.plan = {
      ...plan,
      jobs: plan.jobs.map((job) => (stuck(job.tags) ? { ...job, beforeScript: [], script: [never] } : job)),
    };
    this.jobs = plan.jobs.map((job) => ({
      id: setting.nextJobId(),
      name: job.name,
      createdAt: this.createdAt,
      tags: job.tags,
      stuck: stuck(job.tags),
      trace: "",
      attempts: 0,
      startedAt: undefined,
      finishedAt: undefined,
      readsAfterEnd: 0,
      bridge: job.trigger !== undefined,
      downstream: undefined,
    }));
    const identity = identityOf(id, start, sha, setting.host);
    this.local = new LocalPipeline({
      plan: this.plan,
      project: runnableProject(start.project, setting.host),
      identity,
      variables: start.variables,
      folder: join(setting.root, "pipelines", String(id)),
      traceFolder: join(setting.root, "traces", String(id)),
      env: { PATH: process.env.PATH, HOME: setting.root, TMPDIR: setting.root },
      executors: new ExecutorChooser("shell"),
      concurrency: 4,
      signal: this.controller.signal,
      onTrace: (name, text) => {
        const job = this.jobs.find((each) => each.name === name);
        if (job && !job.stuck) job.trace += text;
      },
      onEvent: (event) => {
        if (!("job" in event)) return;
        const job = this.jobs.find((each) => each.name === event.job);
        // What happens in downstream pipelines is theirs.
        if (!job) return;
        if (event.kind === "job-started" && !job.stuck) job.startedAt = new Date().toISOString();
        if (event.kind === "job-finished") {
          job.finishedAt = new Date().toISOString();
          job.attempts = event.result.attempts;
          if (event.result.state === "success") release(job, pipelineVariables(identity));
        }
      },
      startDownstream: async (trigger, { job: name, variables, readArtifact }) => {
        const { include, project: path, branch } = trigger;
        const project =
          path === undefined ? start.project : setting.projects().find((each) => each.path === path);
        const job = this.jobs.find((each) => each.name === name);
        if (!project || !job) return { errors: ["Downstream project could not be found"] };
        const made = setting.start({
          project,
          ref: path === undefined ? start.ref : (branch ?? project.defaultBranch),
          tag: false,
          source: path === undefined ? "parent_pipeline" : "pipeline",
          variables,
          inputs: {},
          ...(path === undefined && {
            configuration: await childConfiguration(include, readArtifact),
            parent: id,
          }),
        });
        if (!(made instanceof ServerPipeline)) return made;
        job.downstream = made;
        return { done: made.rest(), result: () => made.local.result() };
      },
    });
  }

  /** Creates a pipeline and lets it run, or gives GitLab's reasons why there is none. */
  static create(
    id: () => number,
    start: Start,
    setting: RunnerSetting,
  ): ServerPipeline | { errors: readonly string[] } {
    const head = start.project.resolve(start.ref);
    if (head === undefined) return { errors: ["Reference not found"] };
    const merged = start.source === "merge_request_event" && start.project.mergedResults;
    const sha = merged ? start.project.mergedWith(head) : head;
    const number = id();
    const planned = ServerPipeline.plan(number, start, sha, setting);
    if ("errors" in planned) return { errors: planned.errors };
    const release: Releases = (job, variables) => {
      const keyword = planned.expansion.jobs[job.name]?.release as Record<string, string> | undefined;
      if (!keyword) return;
      const described = pipeline.textOfArtifact(keyword.description);
      publishRelease(
        start.project,
        { ...keyword, description: described ?? keyword.description ?? "" },
        variables,
        sha,
      );
    };
    const pipeline = new ServerPipeline(number, start, sha, planned.plan, setting, release);
    pipeline.watch(pipeline.local.run());
    return pipeline;
  }

  /** What the engine makes of a pipeline for a commit; nothing is started. */
  static plan(number: number, start: Start, sha: string, { host, projects }: RunnerSetting): Planned {
    const files = start.project.files(sha);
    const configuration = start.configuration ?? files[".gitlab-ci.yml"];
    if (configuration === undefined) return { errors: ["Missing CI config file"], warnings: [] };
    return planPipeline({
      identity: identityOf(number, start, sha, host),
      files: { ...files, ".gitlab-ci.yml": configuration },
      variables: start.variables,
      inputs: start.inputs,
      projects: reachable(projects()),
    });
  }

  resultOf(job: ServerJob): JobResult {
    return this.local.result().jobs.find((each) => each.name === job.name)!;
  }

  /** The text of a file that a job has left: what `release:description` may name instead of a text (docs, ci/yaml). */
  textOfArtifact(path = ""): string | undefined {
    const folders = this.local.result().jobs.map((job) => job.artifactsFolder ?? "");
    const file = folders
      .filter(Boolean)
      .map((folder) => join(folder, path))
      .find(isFile);
    return file && readFileSync(file, "utf8");
  }

  statusOf(job: ServerJob): string {
    const { state } = this.resultOf(job);
    return job.stuck && state === "running" ? "pending" : state;
  }

  get status(): string {
    const states = this.jobs.map((job) => this.statusOf(job));
    if (this.controller.signal.aborted) return this.over ? "canceled" : "canceling";
    if (this.over) return this.local.result().state;
    if (states.includes("running") || states.includes("success")) return "running";
    return states.includes("pending") ? "pending" : "created";
  }

  /** Plays a manual job; false where it cannot be played. */
  play(job: ServerJob, variables: readonly CiVariable[]): boolean {
    if (this.resultOf(job).state !== "manual" || this.controller.signal.aborted) return false;
    this.watch(this.local.play(job.name, variables));
    return true;
  }

  cancel(): void {
    if (!this.over) this.controller.abort();
    for (const { downstream } of this.jobs) downstream?.cancel();
  }

  /** Waits until nothing runs any more. */
  async rest(): Promise<PipelineResult> {
    while (!this.over) await this.started.catch(() => undefined);
    return this.local.result();
  }

  /** Cancels what still runs and waits for its end. */
  async end(): Promise<void> {
    this.controller.abort();
    await this.started.catch(() => undefined);
  }

  private watch(run: Promise<unknown>): void {
    this.over = false;
    const all: Promise<unknown> = Promise.all([this.started, run]).finally(() => {
      if (this.started === all) this.over = true;
    });
    this.started = all;
    all.catch(() => undefined);
  }
}

type Releases = (job: ServerJob, variables: Readonly<Record<string, string>>) => void;

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
