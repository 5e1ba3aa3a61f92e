import { existsSync } from "node:fs";
import { mkdir, mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UsageError } from "../../base/usage-error.ts";
import { type GitlabClient, isGitlabError, type Pipeline } from "../../gitlab/index.ts";
import type { PipelineResult } from "../../pipelines/result.ts";
import { type ProjectFile, SmokeProject } from "../local/project.ts";
import type { PipelineRequest, SmokePipeline, SmokeSession } from "../session.ts";
import { cancelAll, cancelOfMergeRequest } from "./branches.ts";
import type { CheckedProject } from "./check.ts";
import { pipelineFile } from "./commit.ts";
import { configOf, linted, refused } from "./linted.ts";
import { Pace } from "./pace.ts";
import { GitlabPipeline } from "./pipeline.ts";
import { PushedBranches } from "./pushed-branches.ts";
import { lint, type Plan, planOf, startPipeline } from "./start.ts";
import { handsOn, isOfVariables, refuseSecrets, tell } from "./ways.ts";

export interface GitlabSessionOptions {
  readonly client: GitlabClient;
  readonly checked: CheckedProject;
  /** Folder with the project's files. */
  readonly project?: string | undefined;
  /** Folder of the component project: its `templates/` are pushed as they stand, committed or not. */
  readonly components: string;
  /** Leave the branch behind on close. */
  readonly keep?: boolean | undefined;
  /** Between two looks at a pipeline, in milliseconds; 2,000 when absent. */
  readonly interval?: number | undefined;
  /** Shared by all sessions of a run: the requests of following take turns. One a second when absent. */
  readonly pace?: Pace | undefined;
  /** Milliseconds after which a job that no runner can take ends the run; 15,000 when absent. */
  readonly stuckAfter?: number | undefined;
  /** Milliseconds that a trace's end is waited for after its job's; 20,000 when absent. */
  readonly traceWithin?: number | undefined;
  /** Logs show the time of each line, where the runner wrote one. */
  readonly timestamps?: boolean | undefined;
  /** Read the traces of running jobs, for somebody who watches. */
  readonly stream?: boolean | undefined;
}

/** Opens a session on a GitLab server. Nothing is pushed before the first pipeline. */
export async function openGitlabSession(options: GitlabSessionOptions): Promise<GitlabSession> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "berth-smoke-")));
  try {
    const identity = { path: options.checked.path, server: new URL(options.client.address).host };
    const tree = await SmokeProject.create(join(folder, "project"), identity);
    if (options.project !== undefined) await tree.copyFrom(options.project);
    const templates = join(options.components, "templates");
    if (existsSync(templates)) await tree.addFolder(templates, "templates");
    return new GitlabSession(folder, tree, options);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

/**
 * A project on a GitLab server: an ephemeral branch that holds the scenario's project and the working tree's templates and
 * nothing else. It plays the default branch: `CI_DEFAULT_BRANCH` names it in its pipelines, save those of merge requests.
 */
export class GitlabSession implements SmokeSession {
  private readonly folder: string;
  private readonly tree: SmokeProject;
  private readonly options: GitlabSessionOptions;
  private readonly branches: PushedBranches;
  private readonly pipelines: GitlabPipeline[] = [];
  /** Numbers of merge requests by their branches. */
  private readonly mergeRequests = new Map<string, number>();

  constructor(folder: string, tree: SmokeProject, options: GitlabSessionOptions) {
    this.folder = folder;
    this.tree = tree;
    this.options = options;
    this.branches = new PushedBranches(options.client, options.checked);
  }

  async run(request: PipelineRequest): Promise<SmokePipeline> {
    if (request.tag)
      throw new Error("pipelines for tags run on the local runner only: a tag cannot be ephemeral");
    await this.tree.change(request.changes ?? {});
    const files = await this.tree.contents();
    const hidden: string[] = [];
    // Twice more at most: without a source that trigger jobs would hand on, and without variables that GitLab refuses.
    for (;;) {
      const done = await this.attempt(request, files, hidden);
      if (done) return done;
    }
  }

  /** One push and one pipeline; undefined where it must be tried another way, which is written down. */
  private async attempt(
    request: PipelineRequest,
    files: readonly ProjectFile[],
    hidden: string[],
  ): Promise<SmokePipeline | undefined> {
    const { client, checked } = this.options;
    const { inputs = {}, ref = request.source === "merge_request_event" ? "change" : "" } = request;
    const branch = this.branches.named(ref);
    const plan = planOf(request, this.branches.named(""), checked, hidden);
    const mergeRequest = this.mergeRequests.get(branch);
    const newest = mergeRequest === undefined ? 0 : await this.newestOf(mergeRequest);
    const sha = await this.branches.push(branch, request.message, plan, inputs, files);
    const context = { client, checked, branch, sha, plan, inputs };
    const verdict = await lint(context, textOf(files, pipelineFile));
    if (request.expandOnly || (!verdict.valid && verdict.final)) return linted(verdict, sha);
    const config = await configOf(verdict.merged_yaml);
    if (handsOn(plan, config)) {
      hidden.push("CI_PIPELINE_SOURCE");
      return undefined;
    }
    tell(plan, request, checked.takesVariables === false, hidden);
    const warnings = [...verdict.warnings, ...verdict.errors.map((error) => `ci/lint: ${error}`)];
    try {
      const started = await startPipeline({
        ...context,
        signal: request.signal ?? new AbortController().signal,
        interval: this.interval,
        mergeRequest,
        newest,
        onMergeRequest: (iid) => this.mergeRequests.set(branch, iid),
      });
      await this.cancelOthers(branch, sha, started.id);
      return await this.follow(started, plan, { warnings, config }, request);
    } catch (error) {
      if (isOfVariables(error) && plan.given.length > 0) {
        refuseSecrets(plan, checked.path);
        checked.takesVariables = false;
        return undefined;
      }
      if (!isGitlabError(error, "invalid")) throw error;
      return refused(error.reasons.length > 0 ? error.reasons : [error.message], sha, warnings);
    }
  }

  refName(ref: string | undefined): string {
    return this.branches.named(ref ?? "");
  }

  /** Pushes the project as it stands, without a pipeline. Returns the commit's SHA. */
  async publish(): Promise<string> {
    const plan: Plan = { beginning: "api", given: [], carried: [], carriesInputs: false, lost: [] };
    const files = await this.tree.contents();
    return this.branches.push(this.branches.named(""), "Templates for smoke runs", plan, {}, files);
  }

  /** Cancels what runs, closes merge requests, removes branches; tries all of it, and throws what failed in one error. */
  async close(): Promise<void> {
    const { checked, keep } = this.options;
    // Ctrl-C must not stop the cleaning up.
    const client = this.options.client.withSignal(AbortSignal.timeout(120_000));
    const work: (() => Promise<unknown>)[] = this.pipelines.map((pipeline) => () => pipeline.cancel(client));
    const cancelRest = [...this.branches.commits].map(
      (sha) => () => cancelAll(client, checked.path, { sha }),
    );
    work.push(...cancelRest);
    for (const iid of this.mergeRequests.values())
      work.push(() => cancelOfMergeRequest(client, checked.path, iid));
    if (!keep) {
      for (const iid of this.mergeRequests.values())
        work.push(() => client.projects.closeMergeRequest(checked.path, iid));
      for (const branch of this.branches.pushed)
        work.push(() => client.repository.removeBranch(checked.path, branch));
      // A pipeline that GitLab was about to start is there by now; later ones find no branch.
      if (this.mergeRequests.size > 0) work.push(...cancelRest);
    }
    work.push(() => rm(this.folder, { recursive: true, force: true }));
    const failures: unknown[] = [];
    for (const each of work) await each().catch((error: unknown) => failures.push(error));
    this.pipelines.length = 0;
    if (failures.length > 0) throw new UsageError([...new Set(failures.map(messageOf))].join("; "));
    this.branches.forget();
    this.mergeRequests.clear();
  }

  private get interval(): number {
    return this.options.interval ?? 2_000;
  }

  private async newestOf(mergeRequest: number): Promise<number> {
    const { client, checked } = this.options;
    const pipelines = await client.projects.mergeRequestPipelines(checked.path, mergeRequest);
    return Math.max(0, ...pipelines.map(({ id }) => id));
  }

  /** The push to a merge request's branch may have started a pipeline of its own, which nobody wants. */
  private async cancelOthers(branch: string, sha: string, id: number): Promise<void> {
    const iid = this.mergeRequests.get(branch);
    if (this.mergeRequests.size === 0) return;
    const { client, checked } = this.options;
    await cancelAll(client, checked.path, { sha }, id);
    if (iid !== undefined) await cancelOfMergeRequest(client, checked.path, iid, id);
  }

  private async follow(
    started: Pipeline,
    { beginning }: Plan,
    linted: Pick<PipelineResult, "warnings" | "config">,
    request: PipelineRequest,
  ): Promise<SmokePipeline> {
    const { client, checked, pace, stuckAfter, traceWithin, stream = false, timestamps } = this.options;
    const pipeline = new GitlabPipeline({
      client,
      project: checked,
      pipeline: started,
      beginning,
      linted,
      folder: await this.newFolder(),
      traceFolder: request.traceFolder,
      secrets: (request.variables ?? []).filter((each) => each.masked).map((each) => each.value),
      signal: request.signal ?? new AbortController().signal,
      onEvent: request.onEvent,
      stream,
      timestamps,
      interval: this.interval,
      pace: pace ?? new Pace(this.interval / 2),
      stuckAfter: stuckAfter ?? 15_000,
      traceWithin: traceWithin ?? 20_000,
    });
    this.pipelines.push(pipeline);
    let result = await pipeline.follow();
    return {
      get result() {
        return result;
      },
      sha: started.sha,
      play: async (job, variables = []) => {
        result = await pipeline.play(job, variables);
        return result;
      },
    };
  }

  private async newFolder(): Promise<string> {
    const folder = join(this.folder, String(this.pipelines.length + 1));
    await mkdir(folder);
    return folder;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function textOf(files: readonly ProjectFile[], path: string): string {
  const content = files.find((file) => file.path === path)?.content ?? "";
  return Buffer.from(content, "base64").toString("utf8");
}
