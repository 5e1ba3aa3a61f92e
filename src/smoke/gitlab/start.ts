import { setTimeout as sleep } from "node:timers/promises";
import { type GitlabClient, GitlabError, type LintResult, type Pipeline } from "../../gitlab/index.ts";
import type { CiVariable } from "../../pipelines/variables.ts";
import type { PipelineRequest } from "../session.ts";
import { plainVariable } from "../target.ts";
import type { CheckedProject } from "./check.ts";
import { whenThere } from "./when-there.ts";

/** The event by which a pipeline begins on GitLab. */
export type Beginning = "api" | "push" | "merge_request_event";

/** How one pipeline is begun, and what it is given on which way. */
export interface Plan {
  readonly beginning: Beginning;
  /** With the request that starts it. */
  readonly given: readonly CiVariable[];
  /** In the file of the pipeline itself. */
  readonly carried: readonly CiVariable[];
  /** Whether the pipeline's inputs go that way, too. */
  readonly carriesInputs: boolean;
  /** Secrets for which there is no way. */
  readonly lost: readonly CiVariable[];
}

/**
 * Merge requests and, where the scenario says so, pushes begin as such: GitLab takes no variables with them, so these go into
 * the pipeline's file, which secrets must not. Everything else begins through the API, and is told what it stands for; where no
 * variables may be given, what stands for a push begins as one, so that it need not be told.
 *
 * `hidden`: names that must not be in the file, where trigger jobs would hand them on to pipelines for which they are wrong.
 */
export function planOf(
  { source, variables: given = [] }: Pick<PipelineRequest, "source" | "variables">,
  defaultBranch: string,
  { takesVariables }: Pick<CheckedProject, "takesVariables">,
  hidden: readonly string[] = [],
): Plan {
  const variables = lastOfEach(given);
  const secret = variables.filter(isSecret);
  const plain = variables.filter((each) => !isSecret(each));
  if (source === "merge_request_event") {
    return { beginning: source, given: [], carried: plain, carriesInputs: true, lost: secret };
  }
  const branch = plainVariable("CI_DEFAULT_BRANCH", defaultBranch);
  const isPush = source === "push" || (source === undefined && takesVariables === false);
  if (isPush && secret.length === 0) {
    const carried = lastOfEach([branch, ...plain]);
    return { beginning: "push", given: [], carried, carriesInputs: true, lost: [] };
  }
  const standsFor = source === "api" ? [] : [plainVariable("CI_PIPELINE_SOURCE", source ?? "push")];
  const own = [branch, ...standsFor].filter(({ key }) => secret.every((each) => each.key !== key));
  const open = lastOfEach([...own, ...plain]);
  // The API knows no `expand: false`; a file does.
  const literal = (each: CiVariable) => each.raw && each.value.includes("$");
  const sent = takesVariables === false ? [] : open.filter((each) => !literal(each));
  const carried = open.filter((each) => !sent.includes(each) && !hidden.includes(each.key));
  return {
    beginning: "api",
    given: [...sent, ...secret],
    carried,
    carriesInputs: carried.length > 0,
    lost: [],
  };
}

/** GitLab refuses a name that is given twice: the last one counts, as everywhere else. */
function lastOfEach(variables: readonly CiVariable[]): CiVariable[] {
  return [...new Map(variables.map((each) => [each.key, each])).values()];
}

/** Whether a value must not be written into a file. */
export function isSecret({ masked, type }: CiVariable): boolean {
  return masked || type === "file";
}

export interface Starting {
  readonly client: GitlabClient;
  readonly checked: CheckedProject;
  readonly branch: string;
  readonly sha: string;
  readonly plan: Plan;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly signal: AbortSignal;
  /** Between two looks for a pipeline that GitLab starts by itself, in milliseconds. */
  readonly interval: number;
  /** The branch's open merge request, of an earlier step. */
  readonly mergeRequest: number | undefined;
  /** The highest number of the merge request's pipelines before the push. */
  readonly newest: number;
  /** Told of a merge request as soon as it is there. */
  readonly onMergeRequest: (iid: number) => void;
}

/** Starts a pipeline for a commit that is on GitLab, just one. @throws GitlabError, `invalid` where it is refused */
export async function startPipeline(starting: Starting): Promise<Pipeline> {
  const { plan, client, checked, branch, inputs } = starting;
  if (plan.beginning === "push") return awaitPush(starting);
  if (plan.beginning === "merge_request_event") return startForMergeRequest(starting);
  const variables = plan.given.map(apiVariable);
  return client.pipelines.create(checked.path, {
    ref: branch,
    variables,
    inputs: plan.carriesInputs ? {} : inputs,
  });
}

/** The push has been made: GitLab starts its pipeline by itself, a moment later. Linting has said that there will be one. */
async function awaitPush(starting: Starting): Promise<Pipeline> {
  const { client, checked, branch, sha } = starting;
  return waitFor(starting, "start the pipeline for the push", async () => {
    const found = await client.pipelines.list(checked.path, { ref: branch, sha, source: "push" });
    return found[0];
  });
}

/**
 * GitLab starts a pipeline by itself when a merge request is opened, and it is done with that when it calls the merge request
 * prepared: only where there is none by then, one is asked for, which gives the reasons why there was none.
 */
async function startForMergeRequest(starting: Starting): Promise<Pipeline> {
  const { client, checked } = starting;
  const iid = starting.mergeRequest ?? (await openMergeRequest(starting));
  let unprepared = starting.mergeRequest === undefined ? 5 : 30;
  const first = await waitFor(starting, "prepare the merge request", async () => {
    // Before 15.x nothing tells; nor does it for a later push to the same merge request.
    const { prepared_at: prepared } = await client.projects.mergeRequest(checked.path, iid);
    const pipelines = await client.projects.mergeRequestPipelines(checked.path, iid);
    const found = pipelines.find((each) => isOfPush(each, starting));
    if (found || prepared === null) return found;
    if (prepared === undefined || starting.mergeRequest !== undefined) unprepared -= 1;
    else unprepared = 0;
    return unprepared <= 0 ? "none" : undefined;
  });
  return first === "none" ? client.projects.createMergeRequestPipeline(checked.path, iid) : first;
}

/**
 * Whether a merge request's pipeline is for what was pushed. That of merged results runs for a commit that GitLab made of both
 * branches, so that only its number tells (docs, ci/pipelines/merged_results_pipelines).
 */
function isOfPush({ id, sha, ref, source }: Pipeline, push: Pick<Starting, "sha" | "newest">): boolean {
  if (source !== "merge_request_event") return false;
  return sha === push.sha || (/^refs\/merge-requests\/\d+\/(?:merge|train)$/.test(ref) && id > push.newest);
}

async function openMergeRequest({ client, checked, branch, onMergeRequest }: Starting): Promise<number> {
  const { iid } = await client.projects.createMergeRequest(checked.path, {
    source: branch,
    target: checked.defaultBranch,
    title: "Draft: smoke run",
  });
  onMergeRequest(iid);
  return iid;
}

/** Milliseconds: GitLab's background jobs take their time on a busy server. */
const patience = 120_000;

async function waitFor<T>(
  { interval, signal }: Pick<Starting, "interval" | "signal">,
  what: string,
  look: () => Promise<T | undefined>,
): Promise<T> {
  for (const end = Date.now() + patience; Date.now() < end && !signal.aborted; ) {
    const found = await look();
    if (found !== undefined) return found;
    await sleep(interval, undefined, { signal }).catch(() => undefined);
  }
  if (signal.aborted)
    throw new GitlabError("aborted", `the scenario's time was over before GitLab could ${what}`);
  throw new GitlabError("timeout", `GitLab did not ${what} in time`);
}

/**
 * What GitLab's linter says of the commit's pipeline before anything is started. It knows no variables and no inputs: for
 * inputs, the file is included with them; `final` is false where given variables may still make good what it finds wrong.
 */
export async function lint(
  {
    client,
    checked,
    branch,
    sha,
    plan,
    inputs,
  }: Omit<Starting, "signal" | "interval" | "mergeRequest" | "newest" | "onMergeRequest">,
  pipeline: string,
): Promise<LintResult & { readonly final: boolean }> {
  const { beginning, given, carriesInputs } = plan;
  const open = given.some(({ key }) => !["CI_DEFAULT_BRANCH", "CI_PIPELINE_SOURCE"].includes(key));
  if (!carriesInputs && Object.keys(inputs).length > 0) {
    // Only the linter of a commit knows what the commit is; included from elsewhere, the file would mean another one.
    if (pipeline.includes("CI_COMMIT_"))
      return { valid: true, errors: [], warnings: [], merged_yaml: null, final: false };
    const include = [{ project: checked.path, ref: sha, file: "/.gitlab-ci.yml", inputs }];
    return { ...(await client.pipelines.lint(checked.path, JSON.stringify({ include }))), final: !open };
  }
  const verdict = await whenThere(() =>
    client.pipelines.lintCommit(checked.path, sha, beginning === "push" ? branch : undefined),
  );
  return { ...verdict, final: !open };
}

/** A variable as the API takes it. `$$` is how a value that is expanded says `$` (docs, ci/variables "Use the $ character"). */
export function apiVariable({ key, value, type, raw }: CiVariable) {
  if (type === "file") return { key, value, variable_type: "file" as const };
  return { key, value: raw ? value.replaceAll("$", "$$$$") : value, variable_type: "env_var" as const };
}
