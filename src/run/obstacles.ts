import type { PipelineExpansion } from "../engine/expand-pipeline.ts";
import type { MergedJob } from "../engine/pipeline/index.ts";
import type { Executor, ExecutorChoice, ExecutorChooser } from "../pipelines/executor.ts";
import { resolveBeforeStart } from "../pipelines/job-variables.ts";
import type { PlannedJob } from "../pipelines/plan.ts";
import { type PipelineIdentity, pipelineVariables } from "../pipelines/predefined.ts";
import type { CiVariable } from "../pipelines/variables.ts";

/** Why a job cannot run on this machine. */
export type Obstacle =
  | { readonly code: "engine-missing"; readonly image: string }
  | { readonly code: "image-missing"; readonly image: string }
  | { readonly code: "platform"; readonly tag: string }
  | { readonly code: "other-project"; readonly project: string }
  | { readonly code: "vault" }
  | { readonly code: "needs-impossible"; readonly job: string };

/** What differs from a run on GitLab, although the job can run. */
export type Difference =
  | { readonly code: "shell-for-image"; readonly image: string }
  | { readonly code: "services-left-out"; readonly services: readonly string[] }
  | { readonly code: "no-id-tokens"; readonly names: readonly string[] }
  | { readonly code: "deploys"; readonly environment: string };

/** What is known of a job before anything starts. */
export interface Readiness {
  readonly job: PlannedJob;
  readonly obstacle: Obstacle | undefined;
  readonly differences: readonly Difference[];
  /** What will run it; undefined where nothing can. */
  readonly executor: Executor | undefined;
}

export interface ReadinessOptions {
  readonly identity: PipelineIdentity;
  readonly variables: readonly CiVariable[];
  readonly expansion: PipelineExpansion;
  readonly executors: ExecutorChooser;
  readonly choice: ExecutorChoice;
}

/** Tags that name another platform than the ones that Berth runs on. */
const foreignTag = /(?:^|[-_])(?:windows|win(?:10|11|2019|2022)?|macos|osx|darwin|ios|xcode)(?:$|[-_\d])/i;

/** Looks at each job before any of them starts: what keeps it from running here, and what would be otherwise than on GitLab. */
export async function readinessOf(
  jobs: readonly PlannedJob[],
  options: ReadinessOptions,
): Promise<Readiness[]> {
  const predefined = pipelineVariables(options.identity);
  const found: Readiness[] = [];
  for (const job of jobs) {
    const keywords = options.expansion.jobs[job.name] ?? {};
    const name = job.image && resolveBeforeStart(job.image.name, job, predefined, options.variables);
    const executor = await executorOf(name, options);
    const obstacle = obstacleOf(job, keywords) ?? ("code" in executor ? executor : undefined);
    found.push({
      job,
      obstacle,
      differences: differencesOf(job, keywords, executor, name),
      executor: "code" in executor ? undefined : executor,
    });
  }
  return withFollowers(found);
}

/** What a runner of GitLab gets done by others. */
type Keywords = Pick<Partial<MergedJob>, "secrets" | "id_tokens">;

async function executorOf(
  image: string | undefined,
  { executors, choice }: ReadinessOptions,
): Promise<Executor | Obstacle> {
  if (image === undefined || choice !== "container") {
    return executors.choose(image === undefined ? undefined : { name: image });
  }
  const found = await executors.find({ name: image });
  if (found) return found;
  return { code: (await executors.hasEngine()) ? "image-missing" : "engine-missing", image };
}

function obstacleOf({ tags, trigger }: PlannedJob, { secrets }: Keywords): Obstacle | undefined {
  const tag = tags.find((each) => foreignTag.test(each));
  if (tag !== undefined) return { code: "platform", tag };
  if (trigger && trigger.include === undefined)
    return { code: "other-project", project: trigger.project ?? "" };
  return secrets === undefined ? undefined : { code: "vault" };
}

function differencesOf(
  job: PlannedJob,
  { id_tokens }: Keywords,
  executor: Executor | Obstacle,
  image: string | undefined,
): Difference[] {
  const found: Difference[] = [];
  if ("kind" in executor && executor.kind === "shell" && job.trigger === undefined) {
    if (image !== undefined) found.push({ code: "shell-for-image", image });
    const services = job.services.map(({ name }) => name);
    if (services.length > 0) found.push({ code: "services-left-out", services });
  }
  const tokens = Object.keys(id_tokens ?? {});
  if (tokens.length > 0) found.push({ code: "no-id-tokens", names: tokens });
  const { environment } = job;
  if (environment && (environment.action ?? "start") === "start")
    found.push({ code: "deploys", environment: environment.name });
  return found;
}

/** A job that asks by name for one that cannot run cannot run either. */
function withFollowers(all: readonly Readiness[]): Readiness[] {
  const impossible = new Map(all.flatMap(({ job, obstacle }) => (obstacle ? [[job.name, obstacle]] : [])));
  for (let before = -1; before < impossible.size; ) {
    before = impossible.size;
    for (const { job } of all) {
      const asked = [...(job.needs ?? []).map(({ name }) => name), ...(job.dependencies ?? [])];
      const first = asked.find((name) => impossible.has(name));
      if (first !== undefined && !impossible.has(job.name))
        impossible.set(job.name, { code: "needs-impossible", job: first });
    }
  }
  return all.map((each) => ({ ...each, obstacle: impossible.get(each.job.name) }));
}
