import { createHash } from "node:crypto";
import type { RunnerArtifact, RunnerCache, RunnerJob, RunnerVariable } from "../runner/index.ts";
import type { Artifacts, Cache, PlannedJob, Service } from "./plan.ts";
import type { PipelineIdentity } from "./predefined.ts";

/** What a job of a pipeline becomes for a runner. */
export interface RunnerJobRequest {
  readonly job: PlannedJob;
  readonly jobId: number;
  readonly identity: PipelineIdentity;
  /** All that GitLab sends: every reference resolved, File variables with their content. */
  readonly variables: readonly RunnerVariable[];
  readonly timeoutSeconds: number;
  /** The text of a file of the project at the pipeline's commit; undefined where there is none. */
  readonly readFile: (path: string) => Promise<string | undefined>;
}

/** GitLab's default for a new project. */
const usualDepth = 20;

/** The job as GitLab would send it to a runner (18.11, `Ci::BuildRunnerPresenter`). */
export async function runnerJob(request: RunnerJobRequest): Promise<RunnerJob> {
  const { job, jobId, identity, variables, timeoutSeconds } = request;
  const value = (name: string) => variables.find(({ key }) => key === name)?.value;
  const { path, server } = identity.project;
  const depth = Number(value("GIT_DEPTH") || usualDepth);
  return {
    id: jobId,
    job_info: {
      name: job.name,
      stage: job.stage,
      project_id: 1,
      project_name: path.split("/").at(-1) ?? path,
    },
    git_info: {
      repo_url: `https://${server}/${path}.git`,
      ref: identity.trigger.ref,
      sha: identity.commit.sha,
      before_sha: identity.commit.beforeSha,
      ref_type: identity.trigger.tag ? "tag" : "branch",
      refspecs: refspecsOf(identity, depth),
      depth: Number.isInteger(depth) && depth >= 0 ? depth : usualDepth,
    },
    runner_info: { timeout: timeoutSeconds },
    variables,
    steps: stepsOf(job, timeoutSeconds),
    image: job.image && { name: job.image.name, entrypoint: job.image.entrypoint },
    services: job.services.map(runnerService),
    artifacts: job.artifacts && artifactsOf(job.artifacts),
    cache: await Promise.all(job.cache.map((cache) => cacheOf(cache, request))),
    hooks: job.preGetSources && [{ name: "pre_get_sources_script", script: job.preGetSources }],
    features: { trace_sections: true, token_mask_prefixes: ["glpat-"] },
  };
}

function refspecsOf({ pipelineId, trigger }: PipelineIdentity, depth: number): string[] {
  const persistent = `+refs/pipelines/${pipelineId}:refs/pipelines/${pipelineId}`;
  if (depth === 0) return [persistent, "+refs/heads/*:refs/remotes/origin/*", "+refs/tags/*:refs/tags/*"];
  if (trigger.tag) return [persistent, `+refs/tags/${trigger.ref}:refs/tags/${trigger.ref}`];
  if (trigger.source === "merge_request_event") return [persistent];
  return [persistent, `+refs/heads/${trigger.ref}:refs/remotes/origin/${trigger.ref}`];
}

function stepsOf({ beforeScript, script, afterScript }: PlannedJob, timeout: number): RunnerJob["steps"] {
  const main = { name: "script", script: [...beforeScript, ...script], timeout, when: "on_success" };
  if (afterScript.length === 0) return [main];
  const after = { name: "after_script", script: afterScript, timeout, when: "always", allow_failure: true };
  return [main, after];
}

function runnerService({ variables = {}, ...service }: Service) {
  return { ...service, variables: Object.entries(variables).map(([key, value]) => ({ key, value })) };
}

/** A report goes whether the job passes or not; the archive as `when` says. */
function artifactsOf({ paths, exclude, untracked, name, when, reports }: Artifacts): RunnerArtifact[] {
  const archive: RunnerArtifact = {
    name,
    untracked: untracked ?? false,
    paths,
    exclude,
    when,
    artifact_type: "archive",
    artifact_format: "zip",
  };
  const named = Object.entries(reports).map(
    ([type, files]): RunnerArtifact => ({
      name: type,
      paths: files,
      when: "always",
      artifact_type: type,
      artifact_format: "gzip",
    }),
  );
  return [...(paths.length > 0 || untracked ? [archive] : []), ...named];
}

async function cacheOf(cache: Cache, request: RunnerJobRequest): Promise<RunnerCache> {
  const { paths, policy, when, untracked, fallback_keys } = cache;
  const suffix = cache.unprotect || isProtected(request.identity) ? "protected" : "non_protected";
  const key = `${await keyOf(cache.key, request)}-${suffix}`;
  const fallbacks = (fallback_keys ?? []).map((each) => `${each}-${suffix}`);
  return { key, paths, policy, when, untracked: untracked ?? false, fallback_keys: fallbacks };
}

/** Docs, ci/yaml "cache:key:files": as long as the files are the same, so is the key; without any of them it is `default`. */
async function keyOf(key: Cache["key"], { readFile }: RunnerJobRequest): Promise<string> {
  if (key === undefined) return "default";
  if (typeof key === "string") return key;
  const texts = await Promise.all(key.files.map(readFile));
  const known = texts.filter((text) => text !== undefined);
  const sum = createHash("sha1").update(known.join("\0")).digest("hex");
  return [key.prefix, known.length > 0 ? sum : "default"].filter(Boolean).join("-");
}

function isProtected({ trigger }: PipelineIdentity): boolean {
  return trigger.isProtected ?? (!trigger.tag && trigger.ref === trigger.defaultBranch);
}
