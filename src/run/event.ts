import { UsageError } from "../base/usage-error.ts";
import type { Repository } from "../git/repository.ts";
import type { PipelineTrigger } from "../pipelines/predefined.ts";
import type { WorkTree } from "./work-tree.ts";

/** What can start a pipeline here, in the words of the command line. */
export const eventNames = ["push", "merge_request", "tag", "schedule", "web"] as const;
export type EventName = (typeof eventNames)[number];

/** What somebody says of an event. */
export interface EventRequest {
  readonly event: EventName;
  /** Branch or tag; the branch that is checked out when absent, or the newest tag. */
  readonly ref?: string | undefined;
  /** The branch that a merge request goes to. */
  readonly target?: string | undefined;
  readonly defaultBranch?: string | undefined;
  /** A commit or branch; what differs from it is what has changed, whatever the event. */
  readonly changedSince?: string | undefined;
}

/** An event with what it is measured by. */
export interface RunEvent {
  readonly trigger: PipelineTrigger;
  /** What the branch was before the push. */
  readonly beforeSha: string | undefined;
  /** Where a merge request's branch has left its target. */
  readonly diffBaseSha: string | undefined;
  /** What the event changes, for `rules:changes`; undefined: not known, so every such rule holds, as GitLab decides for new branches, tags and schedules. */
  readonly changedFiles: readonly string[] | undefined;
}

/** What an event means for a work tree. @throws UsageError where `changedSince` leads nowhere */
export async function eventOf(request: EventRequest, workTree: WorkTree): Promise<RunEvent> {
  const event = await measuredEvent(request, workTree);
  const { changedSince } = request;
  if (changedSince === undefined) return event;
  const changedFiles = await workTree.repository?.changedSince(changedSince).catch(() => undefined);
  if (changedFiles) return { ...event, changedFiles };
  throw new UsageError(`--changed ${changedSince}: there is no such commit or branch here`);
}

async function measuredEvent(request: EventRequest, workTree: WorkTree): Promise<RunEvent> {
  const { event } = request;
  const defaultBranch = request.defaultBranch ?? workTree.defaultBranch;
  const { repository } = workTree;
  if (event === "tag") {
    const ref = request.ref ?? (await repository?.tags().catch(() => []))?.[0]?.name ?? "v1.0.0";
    return unmeasured({ source: "push", ref, tag: true, defaultBranch });
  }
  const ref = request.ref ?? workTree.branch ?? defaultBranch;
  if (event === "merge_request") {
    const target = request.target ?? defaultBranch;
    const trigger = { source: "merge_request_event", ref, tag: false, defaultBranch, target };
    return measured(trigger, repository, await baseOf(repository, target), "diffBaseSha");
  }
  const trigger = { source: event, ref, tag: false, defaultBranch };
  if (event !== "push") return unmeasured(trigger);
  return measured(trigger, repository, await beforePush(workTree, ref), "beforeSha");
}

function unmeasured(trigger: PipelineTrigger): RunEvent {
  return { trigger, beforeSha: undefined, diffBaseSha: undefined, changedFiles: undefined };
}

async function measured(
  trigger: PipelineTrigger,
  repository: Repository | undefined,
  base: string | undefined,
  name: "beforeSha" | "diffBaseSha",
): Promise<RunEvent> {
  if (base === undefined) return unmeasured(trigger);
  return { ...unmeasured(trigger), [name]: base, changedFiles: await repository?.changedFiles(base) };
}

/** Where HEAD has left a branch, here or at `origin`. */
async function baseOf(repository: Repository | undefined, branch: string): Promise<string | undefined> {
  const atOrigin = await repository?.mergeBase(`refs/remotes/origin/${branch}`, "HEAD");
  return atOrigin ?? (await repository?.mergeBase(`refs/heads/${branch}`, "HEAD"));
}

/**
 * What `origin` has of the branch: the next push brings the rest. Where nothing is left to push, the last commit counts as what was pushed.
 * A branch that `origin` does not have is new: undefined.
 */
async function beforePush({ repository, head }: WorkTree, ref: string): Promise<string | undefined> {
  if (repository === undefined || head === undefined) return undefined;
  const pushed = await repository.commit(`refs/remotes/origin/${ref}`).catch(() => undefined);
  if (pushed === undefined) return undefined;
  if ((await repository.changedFiles(pushed)).length > 0) return pushed;
  return repository.commit(`${head}~1`).catch(() => undefined);
}
