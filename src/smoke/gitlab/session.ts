import { existsSync } from "node:fs";
import { mkdir, mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type CommitAction, type GitlabClient, isGitlabError, type Pipeline } from "../../gitlab/index.ts";
import { type ProjectFile, SmokeProject } from "../local/project.ts";
import type { CiVariable } from "../local/variables.ts";
import type { PipelineResult } from "../result.ts";
import type { PipelineRequest, SmokePipeline, SmokeSession } from "../session.ts";
import { plainVariable } from "../target.ts";
import { newBranchName } from "./branches.ts";
import type { CheckedProject } from "./check.ts";
import { GitlabPipeline } from "./pipeline.ts";

export interface GitlabSessionOptions {
  readonly client: GitlabClient;
  readonly checked: CheckedProject;
  /** Folder with the project's files. */
  readonly project?: string | undefined;
  /** Folder of the component project: its `templates/` are pushed as they stand, committed or not. */
  readonly components: string;
  /** Leave the branch behind on close. */
  readonly keep?: boolean | undefined;
  /** Between two looks at a pipeline, in milliseconds; 2,000 when absent: half a request a second. */
  readonly interval?: number | undefined;
  /** Milliseconds after which a job that no runner can take ends the run; 15,000 when absent. */
  readonly stuckAfter?: number | undefined;
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
 * nothing else. It plays the default branch: `CI_DEFAULT_BRANCH` names it in pipelines that take variables.
 */
export class GitlabSession implements SmokeSession {
  private readonly folder: string;
  private readonly tree: SmokeProject;
  private readonly options: GitlabSessionOptions;
  /** Branches by the role that the scenario gives them: `""` is the default branch. */
  private readonly branches = new Map<string, string>();
  private readonly pipelines: GitlabPipeline[] = [];
  private readonly mergeRequests: number[] = [];
  /** What stands on the server, by branch. */
  private readonly pushed = new Map<string, readonly ProjectFile[]>();

  constructor(folder: string, tree: SmokeProject, options: GitlabSessionOptions) {
    this.folder = folder;
    this.tree = tree;
    this.options = options;
  }

  async run(request: PipelineRequest): Promise<SmokePipeline> {
    if (request.tag)
      throw new Error("pipelines for tags run on the local runner only: a tag cannot be ephemeral");
    const { source = "push", ref = source === "merge_request_event" ? "change" : "" } = request;
    await this.tree.change(request.changes ?? {});
    const branch = this.branchFor(ref);
    const sha = await this.push(branch, commitMessage(request));
    let started: Pipeline;
    try {
      started = await this.start(branch, sha, request);
    } catch (error) {
      if (!isGitlabError(error, "invalid")) throw error;
      return refused(error.reasons.length > 0 ? error.reasons : [error.message], sha);
    }
    const pipeline = new GitlabPipeline({
      client: this.options.client,
      project: this.options.checked,
      pipeline: started,
      folder: await this.newFolder(),
      traceFolder: request.traceFolder,
      secrets: (request.variables ?? []).filter((each) => each.masked).map((each) => each.value),
      signal: request.signal ?? new AbortController().signal,
      onEvent: request.onEvent,
      interval: this.options.interval ?? defaultInterval,
      stuckAfter: this.options.stuckAfter ?? 15_000,
    });
    this.pipelines.push(pipeline);
    let result = await pipeline.follow();
    return {
      get result() {
        return result;
      },
      sha,
      play: async (job, variables = []) => {
        result = await pipeline.play(job, variables);
        return result;
      },
    };
  }

  refName(ref: string | undefined): string {
    return this.branchFor(ref ?? "");
  }

  /** Cancels what runs, closes merge requests, removes branches; tries all of it, and throws the first failure. */
  async close(): Promise<void> {
    const { checked, keep } = this.options;
    // Ctrl-C must not stop the cleaning up.
    const client = this.options.client.withSignal(AbortSignal.timeout(120_000));
    const work: (() => Promise<unknown>)[] = this.pipelines.map((pipeline) => () => pipeline.cancel(client));
    work.push(...[...this.branches.values()].map((name) => () => cancelAll(client, checked.path, name)));
    if (!keep) {
      work.push(
        ...this.mergeRequests.map((iid) => () => client.projects.closeMergeRequest(checked.path, iid)),
      );
      work.push(
        ...[...this.branches.values()].map(
          (name) => () => client.repository.removeBranch(checked.path, name),
        ),
      );
    }
    work.push(() => rm(this.folder, { recursive: true, force: true }));
    const failures: unknown[] = [];
    for (const each of work) await each().catch((error: unknown) => failures.push(error));
    this.pipelines.length = 0;
    this.branches.clear();
    if (failures.length > 0) throw failures[0];
  }

  private branchFor(role: string): string {
    const known = this.branches.get(role) ?? newBranchName(new Date(), role);
    this.branches.set(role, known);
    return known;
  }

  /** One commit that makes the branch's files exactly those of the project. Returns its SHA. */
  private async push(branch: string, message: string): Promise<string> {
    const { client, checked } = this.options;
    const files = await this.tree.contents();
    const before = this.pushed.get(branch);
    const there = before ?? (await this.filesAtStart());
    const commit = await client.repository.commit(checked.path, {
      branch,
      ...(before === undefined && { start: { branch: checked.defaultBranch } }),
      message,
      actions: actionsFor(there, files),
    });
    this.pushed.set(branch, files);
    return commit.id;
  }

  private async filesAtStart(): Promise<ProjectFile[]> {
    const { client, checked } = this.options;
    const entries = await client.repository.tree(checked.path, {
      ref: checked.defaultBranch,
      recursive: true,
    });
    return entries
      .filter((entry) => entry.type === "blob")
      .map(({ path, mode }) => ({ path, executable: mode === "100755", content: undefined }));
  }

  private async start(branch: string, sha: string, request: PipelineRequest): Promise<Pipeline> {
    if (request.source === "merge_request_event") return this.startForMergeRequest(branch, sha, request);
    const { client, checked } = this.options;
    const { variables = [], inputs = {} } = request;
    const all = [
      plainVariable("CI_DEFAULT_BRANCH", this.branches.get("") ?? checked.defaultBranch),
      ...variables,
    ];
    return client.pipelines.create(checked.path, { ref: branch, variables: all.map(apiVariable), inputs });
  }

  /** GitLab starts a pipeline by itself when a merge request is opened: only where none comes, one is asked for. */
  private async startForMergeRequest(
    branch: string,
    sha: string,
    { signal, variables = [], onEvent }: PipelineRequest,
  ): Promise<Pipeline> {
    if (variables.length > 0) {
      const names = variables.map((each) => each.key).join(", ");
      const text = `GitLab takes no variables for merge request pipelines; set these in the project: ${names}`;
      onEvent?.({ kind: "note", text });
    }
    const { client, checked, interval = defaultInterval } = this.options;
    const { iid } = await client.projects.createMergeRequest(checked.path, {
      source: branch,
      target: checked.defaultBranch,
      title: "Draft: smoke run",
    });
    if (!this.mergeRequests.includes(iid)) this.mergeRequests.push(iid);
    for (let tries = 0; tries < 5 && !signal?.aborted; tries++) {
      const found = (await client.projects.mergeRequestPipelines(checked.path, iid)).find(
        (each) => each.sha === sha,
      );
      if (found) return found;
      await sleep(interval, undefined, signal && { signal }).catch(() => undefined);
    }
    return client.projects.createMergeRequestPipeline(checked.path, iid);
  }

  private async newFolder(): Promise<string> {
    const folder = join(this.folder, String(this.pipelines.length + 1));
    await mkdir(folder);
    return folder;
  }
}

/** Pipelines that GitLab started by itself, for the push to a merge request's branch. */
async function cancelAll(client: GitlabClient, project: string, branch: string): Promise<void> {
  for (const { id, status } of await client.pipelines.list(project, { ref: branch })) {
    if (["success", "failed", "canceled", "skipped"].includes(status)) continue;
    await client.pipelines.cancel(project, id);
  }
}

/** Half a request a second. */
const defaultInterval = 2_000;

/**
 * Without its mark GitLab would start a pipeline for the push, beside the one that we ask for through the API. It would
 * keep pipelines of merge requests away, too, so they go without.
 */
function commitMessage({ message = "Smoke run", source }: PipelineRequest): string {
  return source === "merge_request_event" ? message : `${message} [skip ci]`;
}

function apiVariable({ key, value, type }: CiVariable) {
  return { key, value, variable_type: type === "file" ? ("file" as const) : ("env_var" as const) };
}

/** What turns one set of files into another. A commit needs at least one action: an unchanged file is written again. */
function actionsFor(before: readonly ProjectFile[], after: readonly ProjectFile[]): CommitAction[] {
  const old = new Map(before.map((file) => [file.path, file]));
  const kept = new Set(after.map((file) => file.path));
  const actions = after.flatMap((file): CommitAction[] => {
    const was = old.get(file.path);
    if (was?.content !== undefined && was.content === file.content && was.executable === file.executable)
      return [];
    const content = { file_path: file.path, content: file.content ?? "", encoding: "base64" as const };
    if (!was) return [{ action: "create", ...content, execute_filemode: file.executable }];
    const mode: CommitAction = { action: "chmod", file_path: file.path, execute_filemode: file.executable };
    return [{ action: "update", ...content }, ...(was.executable === file.executable ? [] : [mode])];
  });
  const removed = before.filter((file) => !kept.has(file.path));
  const all = [
    ...actions,
    ...removed.map(({ path }): CommitAction => ({ action: "delete", file_path: path })),
  ];
  const [first] = after;
  if (all.length > 0 || first === undefined) return all;
  return [{ action: "update", file_path: first.path, content: first.content ?? "", encoding: "base64" }];
}

function refused(errors: readonly string[], sha: string): SmokePipeline {
  const result: PipelineResult = {
    created: false,
    errors,
    warnings: [],
    state: "refused",
    jobs: [],
    seconds: 0,
  };
  const play = () => Promise.reject(new Error("the pipeline was refused: there is nothing to play"));
  return { result, sha, play };
}
