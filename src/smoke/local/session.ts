import { existsSync } from "node:fs";
import { mkdir, mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import type { PipelinePlan, Trigger } from "../plan.ts";
import { planPipeline } from "../plan-pipeline.ts";
import type { PipelineIdentity } from "../predefined.ts";
import type { PipelineResult } from "../result.ts";
import type { PipelineRequest, SmokePipeline, SmokeSession } from "../session.ts";
import { childConfiguration, type Downstream, type Handover } from "./downstream.ts";
import { jobEnvironment } from "./environment.ts";
import { type ExecutorChoice, ExecutorChooser } from "./executor.ts";
import { unrun } from "./expansion-session.ts";
import { SmokeProject } from "./project.ts";
import { LocalPipeline } from "./run-pipeline.ts";
import { testsOf } from "./test-report.ts";

export interface LocalSessionOptions {
  /** Folder with the project's files; without it the project begins empty. */
  readonly project?: string | undefined;
  /** Folder of the component project: its `templates/` become the project's, so that they are tested as they stand. */
  readonly components?: string | undefined;
  /** The project's name; the folder's name when absent. */
  readonly name?: string | undefined;
  readonly executors?: ExecutorChooser | ExecutorChoice | undefined;
  /** Jobs of a pipeline at the same time; 2 when absent. */
  readonly concurrency?: number | undefined;
  /** The caller's environment; jobs see only what helps to find programs and packages. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Leave the throw-away folder behind on close. */
  readonly keep?: boolean | undefined;
}

/** The imagined server; `example` names never resolve. */
const server = "gitlab.example.com";

/** Numbers of pipelines: they grow from run to run, because releases on a server carry them in their names. */
let lastPipelineId = Math.floor(Date.now() / 1000) - 1_700_000_000;

/** Opens a session on the local runner: a project in a throw-away git repository under a private temporary folder. */
export async function openLocalSession(options: LocalSessionOptions): Promise<LocalSession> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "berth-smoke-")));
  try {
    const name = options.name ?? basename(options.project ?? "project");
    const project = await SmokeProject.create(join(folder, "project"), { path: `smoke/${name}`, server });
    if (options.project !== undefined) await project.copyFrom(options.project);
    const templates = options.components && join(options.components, "templates");
    if (templates && existsSync(templates)) await project.addFolder(templates, "templates");
    await mkdir(join(folder, "tmp"), { mode: 0o700 });
    return new LocalSession(folder, project, options);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

export class LocalSession implements SmokeSession {
  /** The throw-away folder of the session. */
  readonly folder: string;
  private readonly project: SmokeProject;
  private readonly options: LocalSessionOptions;
  private readonly executors: ExecutorChooser;
  private pipelines = 0;

  constructor(folder: string, project: SmokeProject, options: LocalSessionOptions) {
    this.folder = folder;
    this.project = project;
    this.options = options;
    const { executors = "auto" } = options;
    this.executors = typeof executors === "string" ? new ExecutorChooser(executors) : executors;
  }

  async run(request: PipelineRequest): Promise<SmokePipeline> {
    const identity = await this.commit(request);
    const { variables = [], inputs } = request;
    const planned = planPipeline({ identity, files: await this.project.files(), variables, inputs });
    if (request.expandOnly) return unrun(planned, identity.commit.sha);
    if ("errors" in planned) return refused(planned.errors, planned.warnings, identity);
    const pipeline = this.pipelineOf(planned.plan, identity, request);
    const described = async (pipelineResult: PipelineResult) => ({
      ...pipelineResult,
      warnings: planned.warnings,
      config: planned.expansion.config,
      tests: await testsOf(planned.plan, pipelineResult.jobs),
    });
    let result = await described(await pipeline.run());
    return {
      get result() {
        return result;
      },
      sha: identity.commit.sha,
      play: async (job, given) => {
        result = await described(await pipeline.play(job, given));
        return result;
      },
    };
  }

  private pipelineOf(
    plan: PipelinePlan,
    identity: PipelineIdentity,
    request: Pick<PipelineRequest, "variables" | "traceFolder" | "signal" | "onEvent">,
  ): LocalPipeline {
    this.pipelines += 1;
    return new LocalPipeline({
      plan,
      project: this.project,
      identity,
      variables: request.variables ?? [],
      folder: join(this.folder, String(this.pipelines)),
      cacheFolder: join(this.folder, "cache"),
      traceFolder: request.traceFolder,
      env: jobEnvironment(this.options.env, join(this.folder, "tmp")),
      executors: this.executors,
      concurrency: this.options.concurrency ?? 2,
      signal: request.signal ?? new AbortController().signal,
      onEvent: request.onEvent,
      startDownstream: (trigger, handover) => this.startChild(trigger, handover, identity, request),
    });
  }

  /** A child pipeline on the same commit. Pipelines of other projects are not there to be run. */
  private async startChild(
    { include }: Trigger,
    { variables, readArtifact, onEvent }: Handover,
    parent: PipelineIdentity,
    request: PipelineRequest,
  ): Promise<Downstream | { readonly errors: readonly string[] } | undefined> {
    if (include === undefined) return undefined;
    lastPipelineId += 1;
    const trigger = { ...parent.trigger, source: "parent_pipeline" };
    const identity = { ...parent, trigger, pipelineId: lastPipelineId };
    const text = await childConfiguration(include, readArtifact);
    const files = { ...(await this.project.files()), ".gitlab-ci.yml": text };
    const planned = planPipeline({ identity, files, variables });
    if ("errors" in planned) return { errors: planned.errors };
    const traceFolder = join(request.traceFolder, `child-${lastPipelineId}`);
    const child = this.pipelineOf(planned.plan, identity, { ...request, variables, traceFolder, onEvent });
    return { done: child.run(), result: () => child.result() };
  }

  refName(ref: string | undefined): string {
    return ref ?? this.project.defaultBranch;
  }

  async close(): Promise<void> {
    if (!this.options.keep) await rm(this.folder, { recursive: true, force: true, maxRetries: 3 });
  }

  private async commit(request: PipelineRequest): Promise<PipelineIdentity> {
    const { source = "push", tag = false } = request;
    const { defaultBranch } = this.project;
    const ref = request.ref ?? (source === "merge_request_event" ? "smoke-change" : defaultBranch);
    await this.project.change(request.changes ?? {});
    const commit = await this.project.commit(request.message ?? "Smoke run", ref, tag);
    lastPipelineId += 1;
    return {
      project: this.project.identity,
      trigger: { source, ref, tag, defaultBranch },
      commit,
      pipelineId: lastPipelineId,
    };
  }
}

function refused(
  errors: readonly string[],
  warnings: readonly string[],
  identity: PipelineIdentity,
): SmokePipeline {
  const result: PipelineResult = {
    created: false,
    errors,
    warnings,
    state: "refused",
    jobs: [],
    seconds: 0,
  };
  return {
    result,
    sha: identity.commit.sha,
    play: () => Promise.reject(new Error("the pipeline was refused: there is nothing to play")),
  };
}
