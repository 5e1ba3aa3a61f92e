import { existsSync } from "node:fs";
import { mkdir, mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { nextPipelineId, startChildren } from "../../pipelines/child.ts";
import { jobEnvironment } from "../../pipelines/environment.ts";
import { type ExecutorChoice, ExecutorChooser } from "../../pipelines/executor.ts";
import type { PipelinePlan } from "../../pipelines/plan.ts";
import { planPipeline } from "../../pipelines/plan-pipeline.ts";
import type { PipelineIdentity } from "../../pipelines/predefined.ts";
import type { PipelineResult } from "../../pipelines/result.ts";
import { LocalPipeline } from "../../pipelines/run-pipeline.ts";
import { testsOf } from "../../pipelines/test-report.ts";
import type { PipelineRequest, SmokePipeline, SmokeSession } from "../session.ts";
import { unrun } from "./expansion-session.ts";
import { SmokeProject } from "./project.ts";

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
      startDownstream: startChildren({
        parent: identity,
        plan: async (text, child, variables) => {
          const files = { ...(await this.project.files()), ".gitlab-ci.yml": text };
          return planPipeline({ identity: child, files, variables });
        },
        open: (childPlan, child, { variables, onEvent }) => {
          const traceFolder = join(request.traceFolder, `child-${child.pipelineId}`);
          return this.pipelineOf(childPlan, child, { ...request, variables, traceFolder, onEvent });
        },
      }),
    });
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
    return {
      project: this.project.identity,
      trigger: { source, ref, tag, defaultBranch },
      commit,
      pipelineId: nextPipelineId(),
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
