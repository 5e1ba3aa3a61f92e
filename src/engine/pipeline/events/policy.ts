import { compileLiteral, conditionHolds } from "../../expression/index.ts";
import type { PipelineEvent, PipelineProject } from "../predefined.ts";
import { globMatches } from "./glob.ts";

/* When `only` and `except` hold (Gitlab::Ci::Build::Policy, 18.11). */

/** What `only` or `except` says. */
export interface Policy {
  readonly refs?: readonly string[];
  readonly variables?: readonly string[];
  readonly changes?: readonly string[];
  readonly kubernetes?: string;
}

export interface PolicySurroundings {
  readonly event: PipelineEvent;
  readonly project: PipelineProject;
  readonly values: ReadonlyMap<string, string>;
}

type Key = keyof Policy;

/** The keyword of `only` that keeps a job out, if any does: all of them must hold. */
export function onlyFailure(only: Policy | undefined, surroundings: PolicySurroundings): Key | undefined {
  return keysOf(only).find((key) => !holds(key, only!, surroundings));
}

/** The keyword of `except` that keeps a job out, if any does: one is enough. */
export function exceptMatch(except: Policy | undefined, surroundings: PolicySurroundings): Key | undefined {
  return keysOf(except).find((key) => holds(key, except!, surroundings));
}

function keysOf(policy: Policy | undefined): Key[] {
  const keys = Object.keys(policy ?? {}) as Key[];
  return keys.filter((key) => policy![key] !== null && policy![key] !== undefined);
}

function holds(key: Key, policy: Policy, { event, project, values }: PolicySurroundings): boolean {
  switch (key) {
    case "refs":
      return policy.refs!.some((pattern) => refMatches(pattern, event, project));
    case "variables":
      return policy.variables!.some((condition) => conditionHolds(condition, { variables: values }));
    case "changes":
      return changesHold(policy.changes!, event.changedFiles);
    case "kubernetes":
      return false;
  }
}

function changesHold(globs: readonly string[], changed: PipelineEvent["changedFiles"]): boolean {
  if (changed === undefined || changed === null) return true;
  return changed.some((path) => globs.some((glob) => globMatches(glob, path)));
}

function refMatches(entry: string, event: PipelineEvent, project: PipelineProject): boolean {
  const at = entry.indexOf("@");
  const pattern = at < 0 ? entry : entry.slice(0, at);
  if (at >= 0 && entry.slice(at + 1) !== project.path) return false;
  const source = event.source ?? "push";
  const isMergeRequest = source === "merge_request_event";
  const isTag = event.tag === true;
  const isBranch = !isTag && !isMergeRequest;
  if (isTag && pattern === "tags") return true;
  if (isBranch && pattern === "branches") return true;
  const name = source.replace(/_event$/, "");
  if (pattern === name || pattern === plural(name)) return true;
  if (!isBranch && !isTag) return false;
  const ref = event.ref ?? project.defaultBranch;
  const regular = compileLiteral(pattern);
  return regular ? regular.matches(ref) : pattern === ref;
}

/** Rails' plural of a source's name. */
function plural(word: string): string {
  if (/[^aeiou]y$/.test(word)) return `${word.slice(0, -1)}ies`;
  return /(?:s|sh|ch|x)$/.test(word) ? `${word}es` : `${word}s`;
}
