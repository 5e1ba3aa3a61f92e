import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { UsageError } from "../base/usage-error.ts";
import { EXAMPLE_PROJECT, type SlowSources, withSlowSources } from "../engine/pipeline/index.ts";
import { nextPipelineId } from "../pipelines/child.ts";
import { type Planned, planPipeline } from "../pipelines/plan-pipeline.ts";
import type { PipelineIdentity, ProjectIdentity } from "../pipelines/predefined.ts";
import type { CiVariable } from "../pipelines/variables.ts";
import { changesIn } from "../sources/changes.ts";
import { firstOf } from "../sources/first-of.ts";
import { localSources } from "../sources/local.ts";
import { type EventRequest, eventOf, type RunEvent } from "./event.ts";
import { readSecrets } from "./secrets.ts";
import { Snapshot } from "./snapshot.ts";
import { openWorkTree, type WorkTree } from "./work-tree.ts";

/** What somebody wants to run. */
export interface RunRequest extends EventRequest {
  readonly cwd: string;
  /** The project's full path and its server, where `origin` does not tell them. */
  readonly project?: string | undefined;
  readonly host?: string | undefined;
  readonly inputs: Readonly<Record<string, unknown>> | undefined;
  readonly variables: readonly CiVariable[];
  readonly secretsFile: string | undefined;
  /** Other projects: a full path, and the folder of its work tree. */
  readonly workTrees: readonly (readonly [project: string, folder: string])[];
  readonly mirrors: readonly string[];
  /** What is asked after these: a server. */
  readonly online?: SlowSources | undefined;
}

/** A pipeline that can be run: its commit, its jobs, and what they get. */
export interface Prepared {
  readonly workTree: WorkTree;
  readonly snapshot: Snapshot;
  readonly event: RunEvent;
  readonly identity: PipelineIdentity;
  /** Of the project and of the pipeline. */
  readonly variables: readonly CiVariable[];
  /** Those of the project alone: child pipelines get them too. */
  readonly secrets: readonly CiVariable[];
  readonly planned: Planned;
  /** Plans another configuration on the same commit: a child pipeline. */
  readonly plan: (
    text: string,
    identity: PipelineIdentity,
    variables: readonly CiVariable[],
  ) => Promise<Planned>;
}

/**
 * Makes a commit of the work tree as it is, and expands its pipeline for an event. `folder` is a private one for what is thrown away.
 * @throws UsageError where there is no pipeline file, or where a file or name cannot be used
 */
export async function prepareRun(request: RunRequest, folder: string): Promise<Prepared> {
  const workTree = await openWorkTree(request.cwd);
  const secrets = await readSecrets(request.secretsFile, request.cwd, workTree);
  const event = await eventOf(request, workTree);
  const project = identityOf(request, workTree);
  const snapshot = await snapshotOf(workTree, folder, project, event);
  const text = snapshot.tree.read(".gitlab-ci.yml");
  if (text === undefined)
    throw new UsageError(`${workTree.folder} has no .gitlab-ci.yml, or git ignores it: nothing can be run`);
  // Those of the pipeline count more than those of the project.
  const variables = [...secrets, ...request.variables];
  const identity: PipelineIdentity = {
    user: workTree.user,
    project,
    trigger: event.trigger,
    commit: await commitOf(workTree, snapshot, event),
    pipelineId: nextPipelineId(),
  };
  const sources = sourcesOf(request, workTree, event, project);
  const local = { project: project.path, sha: snapshot.sha, tree: snapshot.tree };
  const plan: Prepared["plan"] = (configuration, of, given) =>
    withSlowSources(local, sources, (fast) =>
      planPipeline({
        identity: of,
        files: { ".gitlab-ci.yml": configuration },
        variables: given,
        inputs: of === identity ? request.inputs : undefined,
        sources: fast,
        changedFiles: event.changedFiles,
      }),
    );
  const planned = await plan(text, identity, variables);
  return { workTree, snapshot, event, identity, variables, secrets, planned, plan };
}

async function snapshotOf(
  workTree: WorkTree,
  folder: string,
  project: ProjectIdentity,
  { trigger }: RunEvent,
): Promise<Snapshot> {
  await mkdir(join(folder, "tmp"), { mode: 0o700 });
  const snapshot = await Snapshot.take(workTree, folder, project).catch((error: Error) => {
    throw new UsageError(`${workTree.folder}: ${error.message}`);
  });
  const reference = `refs/${trigger.tag ? "tags" : "heads"}/${trigger.ref}`;
  await snapshot.name(reference).catch(() => {
    throw new UsageError(`--ref ${trigger.ref}: git takes no such name for a branch or tag`);
  });
  return snapshot;
}

function identityOf({ project, host }: RunRequest, { origin, folder }: WorkTree): ProjectIdentity {
  const name = folder.slice(folder.lastIndexOf("/") + 1).replace(/[^A-Za-z0-9._-]+/g, "-") || "project";
  return {
    path: project ?? origin?.path ?? `local/${name}`,
    server: host ?? origin?.server ?? EXAMPLE_PROJECT.host,
  };
}

async function commitOf(
  { repository, head, user }: WorkTree,
  snapshot: Snapshot,
  { beforeSha, diffBaseSha }: RunEvent,
): Promise<PipelineIdentity["commit"]> {
  const message = head === undefined ? undefined : await repository?.message(head);
  return {
    sha: snapshot.sha,
    beforeSha: beforeSha ?? "0".repeat(40),
    diffBaseSha,
    timestamp: new Date().toISOString(),
    message: message ?? "The work tree",
    author: `${user.name} <${user.email}>`,
  };
}

function sourcesOf(
  { workTrees, mirrors, online }: RunRequest,
  { folder }: WorkTree,
  { changedFiles }: RunEvent,
  project: ProjectIdentity,
): SlowSources {
  const trees = new Map([[project.path.toLowerCase(), folder]]);
  for (const [name, tree] of workTrees) trees.set(name.toLowerCase(), tree);
  const local = {
    ...localSources({ workTrees: trees, mirrors }),
    changesSince: changesIn(folder, changedFiles),
  };
  return firstOf(local, ...(online ? [online] : []));
}
