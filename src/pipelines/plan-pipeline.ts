import type { Files, PipelineExpansion } from "../engine/expand-pipeline.ts";
import { createdJobs } from "../engine/expand-pipeline.ts";
import type { CreatedJob, Creation, MergedJob, Sources } from "../engine/pipeline/index.ts";
import type { Artifacts, Environment, Need, PipelinePlan, PlannedJob } from "./plan.ts";
import { type PipelineIdentity, pipelineVariables } from "./predefined.ts";
import type { CiVariable } from "./variables.ts";

/** What the engine makes of a pipeline: what to run, or why GitLab would refuse it. */
export type Planned =
  | {
      readonly plan: PipelinePlan;
      readonly warnings: readonly string[];
      readonly expansion: PipelineExpansion;
      /** Why each job is in the pipeline, and why the others are not. */
      readonly creation: Creation;
    }
  | {
      readonly errors: readonly string[];
      readonly warnings: readonly string[];
      readonly expansion?: PipelineExpansion;
      readonly creation?: Creation;
    };

export interface PlanOptions {
  readonly identity: PipelineIdentity;
  /** All files of the project at the commit, by path; components of this project come from here too. */
  readonly files: Readonly<Record<string, string>>;
  readonly variables: readonly CiVariable[];
  readonly inputs?: Readonly<Record<string, unknown>> | undefined;
  /** Other projects that the configuration may include from: full path -> version -> files. */
  readonly projects?: Readonly<Record<string, Readonly<Record<string, Files>>>> | undefined;
  /** Instead of `projects` and of all files but `.gitlab-ci.yml`: anything that can answer. */
  readonly sources?: Sources | undefined;
  /** What `rules:changes` sees; undefined: every one of them holds. */
  readonly changedFiles?: readonly string[] | undefined;
}

/** Expands `.gitlab-ci.yml` by our own engine and keeps the jobs that GitLab would create for this trigger. */
export function planPipeline(options: PlanOptions): Planned {
  const { identity, files, variables, inputs, projects, sources, changedFiles } = options;
  const text = files[".gitlab-ci.yml"];
  if (text === undefined) return { errors: ["the project has no .gitlab-ci.yml"], warnings: [] };
  const { project, trigger, commit } = identity;
  const creation = createdJobs(text, {
    ...(sources ? { sources } : { files }),
    edition: "enterprise",
    projects: {
      ...projects,
      [project.path]: { [commit.sha]: files, [trigger.ref]: files, ...projects?.[project.path] },
    },
    project: { path: project.path, host: project.server, defaultBranch: trigger.defaultBranch },
    event: {
      source: trigger.source,
      ref: trigger.ref,
      tag: trigger.tag,
      ...(changedFiles && { changedFiles }),
    },
    predefined: pipelineVariables(identity),
    variables: variables.map(({ key, value, masked, raw, type }) => ({
      key,
      value,
      masked,
      raw,
      file: type === "file",
    })),
    ...(inputs && Object.keys(inputs).length > 0 && { inputs }),
  });
  const { expansion } = creation;
  if (!creation.created) {
    return {
      errors: creation.errors ?? [reasons[creation.reason ?? "no_jobs"]],
      warnings: expansion.warnings,
      expansion,
      creation,
    };
  }
  const jobs = [...creation.jobs].map(([name, created]) => {
    return plannedJob(name, created, expansion.jobs[name]!, creation.jobs);
  });
  const plan = { stages: expansion.stages, jobs };
  return { plan, warnings: expansion.warnings, expansion, creation };
}

/** GitLab's words (18.11) where the engine gives only the kind of refusal. */
const reasons = {
  config: "the configuration is not valid",
  workflow: "Pipeline filtered out by workflow rules.",
  jobs: "the jobs cannot be created",
  no_jobs:
    "Pipeline will not run for the selected trigger. The rules configuration prevented any jobs from being added to the pipeline.",
};

function plannedJob(
  name: string,
  created: CreatedJob,
  merged: MergedJob,
  all: ReadonlyMap<string, CreatedJob>,
): PlannedJob {
  return {
    name,
    stage: created.stage,
    when: created.when as PlannedJob["when"],
    allowFailure: created.allow_failure,
    allowFailureExitCodes: merged.allow_failure_criteria?.exit_codes ?? undefined,
    needs: created.scheduling === "dag" ? needsOf(created, all) : undefined,
    dependencies: merged.dependencies,
    preGetSources: merged.hooks?.pre_get_sources_script,
    beforeScript: merged.before_script ?? [],
    script: merged.script ?? [],
    afterScript: merged.after_script ?? [],
    image: merged.image,
    services: merged.services ?? [],
    variables: variablesOf(created, merged),
    artifacts: merged.artifacts && artifactsOf(merged.artifacts),
    cache: merged.cache ?? [],
    retry: {
      max: merged.retry?.max ?? 0,
      when: [merged.retry?.when ?? []].flat(),
      exitCodes: [merged.retry?.exit_codes ?? []].flat(),
    },
    timeoutSeconds: merged.timeout,
    environment: merged.environment && environmentOf(merged.environment),
    tags: created.tags ?? [],
    node:
      merged.instance === undefined
        ? undefined
        : { index: merged.instance, total: merged.parallel?.total ?? merged.instance },
    trigger: merged.trigger,
  };
}

/** Optional needs of jobs that this pipeline does not have fall away. */
function needsOf({ needs = [] }: CreatedJob, all: ReadonlyMap<string, CreatedJob>): Need[] {
  return (needs as { name: string; artifacts?: boolean }[])
    .filter((need) => all.has(need.name))
    .map(({ name, artifacts = true }) => ({ name, artifacts }));
}

/** The YAML variables with what the matching rule sets; a value from a rule may hold references, so it is not raw. */
function variablesOf(created: CreatedJob, merged: MergedJob): PlannedJob["variables"] {
  const raw = new Map((merged.yaml_variables ?? []).map((each) => [each.key, each]));
  return Object.entries(created.variables).map(([key, value]) => {
    const known = raw.get(key);
    return known?.value === value ? { key, value, raw: known.raw } : { key, value };
  });
}

function artifactsOf(artifacts: NonNullable<MergedJob["artifacts"]>): Artifacts {
  const { paths = [], exclude = [], when = "on_success", reports = {}, untracked, name } = artifacts;
  return {
    paths,
    exclude,
    untracked,
    name,
    when,
    reports: Object.fromEntries(Object.entries(reports).map(([type, value]) => [type, reportPaths(value)])),
  };
}

/** A report is a path, a list of paths, or (coverage_report) a mapping with a path. */
function reportPaths(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) return value.map(String);
  const { path } = (value ?? {}) as { path?: unknown };
  return typeof path === "string" ? [path] : [];
}

function environmentOf({
  name,
  url,
  action,
  deployment_tier,
}: NonNullable<MergedJob["environment"]>): Environment {
  return { name, url, action, tier: deployment_tier };
}
