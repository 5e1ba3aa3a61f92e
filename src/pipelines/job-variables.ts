import type { RunnerVariable } from "../runner/index.ts";
import type { PlannedJob, PlannedVariable } from "./plan.ts";
import { environmentSlug, slug } from "./predefined.ts";
import { type CiVariable, expandText, expandVariables } from "./variables.ts";

export interface JobIdentity {
  readonly jobId: number;
  readonly projectUrl: string;
  /** `CI_PROJECT_DIR` as the job sees it. */
  readonly projectFolder: string;
  /** Where the files of File variables are, as the job sees it. */
  readonly fileFolder: string;
  readonly container: boolean;
  readonly timeoutSeconds: number;
  /** Started by hand. */
  readonly played: boolean;
}

export interface VariableSources {
  /** What GitLab sets for the whole pipeline. */
  readonly pipeline: Readonly<Record<string, string>>;
  /** From dotenv reports of earlier jobs. */
  readonly dotenv: readonly PlannedVariable[];
  /** CI/CD variables of the project and the pipeline, and those given when a manual job is played. */
  readonly settings: readonly CiVariable[];
}

/**
 * All variables of one job, every reference resolved, in GitLab's order of precedence (later wins): predefined, the pipeline's
 * YAML, dotenv reports, CI/CD variables. Source: docs.gitlab.com/ci/variables/#cicd-variable-precedence (18.11).
 */
export function jobVariables(
  job: PlannedJob,
  identity: JobIdentity,
  { pipeline, dotenv, settings }: VariableSources,
): Map<string, string> {
  const raw = (values: Readonly<Record<string, string>>): PlannedVariable[] =>
    Object.entries(values).map(([key, value]) => ({ key, value, raw: true }));
  const before = [
    ...raw(pipeline),
    ...raw(predefinedForJob(job, identity)),
    ...job.variables,
    ...dotenv,
    ...settings.map((variable) => asPlanned(variable, identity)),
  ];
  if (!job.environment) return expandVariables(before);
  const known = expandVariables(before);
  return expandVariables([...raw(environmentVariables(job, known)), ...before]);
}

/** The name of the environment that a job deploys to, with its variables resolved. */
function environmentVariables(job: PlannedJob, known: ReadonlyMap<string, string>): Record<string, string> {
  const resolve = (text: string) => expandText(text, (name) => known.get(name) ?? "");
  const name = resolve(job.environment?.name ?? "");
  return {
    CI_ENVIRONMENT_NAME: name,
    CI_ENVIRONMENT_SLUG: environmentSlug(name),
    CI_ENVIRONMENT_URL: resolve(job.environment?.url ?? ""),
    CI_ENVIRONMENT_ACTION: job.environment?.action ?? "start",
    CI_ENVIRONMENT_TIER: job.environment?.tier ?? tierOf(name),
  };
}

/** Source: docs.gitlab.com/ci/environments/#deployment-tier-of-environments (18.11). */
function tierOf(name: string): string {
  if (/(dev|review|trunk)/i.test(name)) return "development";
  if (/(test|tst|int|ac(ce|)pt|qa|qc|control|quality)/i.test(name)) return "testing";
  if (/(st(a|)g|mod(e|)l|pre|demo|non)/i.test(name)) return "staging";
  if (/(pr(o|)d|live)/i.test(name)) return "production";
  return "other";
}

function asPlanned(variable: CiVariable, { fileFolder }: JobIdentity): PlannedVariable {
  if (variable.type === "file")
    return { key: variable.key, value: `${fileFolder}/${variable.key}`, raw: true };
  return { key: variable.key, value: variable.value, raw: variable.raw };
}

function predefinedForJob(job: PlannedJob, identity: JobIdentity): Record<string, string> {
  const { jobId, projectUrl, projectFolder, container, timeoutSeconds, played } = identity;
  return {
    CI_BUILDS_DIR: projectFolder.slice(0, projectFolder.lastIndexOf("/")),
    CI_CONCURRENT_ID: "0",
    CI_CONCURRENT_PROJECT_ID: "0",
    CI_JOB_ID: String(jobId),
    ...(job.image ? { CI_JOB_IMAGE: job.image.name } : {}),
    ...(played ? { CI_JOB_MANUAL: "true" } : {}),
    CI_JOB_NAME: job.name,
    // 19.3; the local runner runs a job once
    CI_JOB_RETRY_COUNT: "0",
    CI_JOB_NAME_SLUG: slug(job.name),
    CI_JOB_STAGE: job.stage,
    CI_JOB_STARTED_AT: new Date().toISOString().replace(/\.\d+Z$/, "Z"),
    CI_JOB_TIMEOUT: String(timeoutSeconds),
    CI_JOB_URL: `${projectUrl}/-/jobs/${jobId}`,
    ...(job.node ? { CI_NODE_INDEX: String(job.node.index) } : {}),
    CI_NODE_TOTAL: String(job.node?.total ?? 1),
    CI_PROJECT_DIR: projectFolder,
    CI_RUNNER_DESCRIPTION: "berth, local runner",
    CI_RUNNER_EXECUTABLE_ARCH: `linux/${process.arch === "x64" ? "amd64" : process.arch}`,
    CI_RUNNER_ID: "1",
    CI_RUNNER_TAGS: JSON.stringify(job.tags),
    ...(container ? { CI_DISPOSABLE_ENVIRONMENT: "true" } : { CI_SHARED_ENVIRONMENT: "true" }),
  };
}

/** A text with what is known of a job before it starts, such as an image's name: variables of the pipeline, the YAML and the settings. */
export function resolveBeforeStart(
  text: string,
  job: PlannedJob,
  predefined: Readonly<Record<string, string>>,
  settings: readonly CiVariable[],
): string {
  const values = new Map<string, string>(Object.entries(predefined));
  for (const { key, value } of [...job.variables, ...settings]) values.set(key, value);
  return expandText(text, (name) => expandText(values.get(name) ?? "", (inner) => values.get(inner) ?? ""));
}

/** The same for a runner: nothing is left to resolve in them, File variables go with their content, and secrets are named. */
export function runnerVariables(
  variables: ReadonlyMap<string, string>,
  settings: readonly CiVariable[],
): RunnerVariable[] {
  const given = new Map(settings.map((each) => [each.key, each]));
  return [...variables].map(([key, value]) => {
    const setting = given.get(key);
    const masked = setting?.masked ?? false;
    if (setting?.type !== "file") return { key, value, masked, raw: true };
    return { key, value: setting.value, masked, raw: true, file: true };
  });
}

/**
 * The lines of a dotenv report as variables: `KEY=value`, values taken as they are. Lines that are not so are left out.
 * Source: docs.gitlab.com/ci/yaml/artifacts_reports/#artifactsreportsdotenv (18.11).
 */
export function readDotenv(text: string): PlannedVariable[] {
  return text.split(/\r?\n/).flatMap((line) => {
    const match = /^\s*(?:export\s+)?(?<key>[A-Za-z_]\w*)=(?<value>.*)$/.exec(line);
    if (!match?.groups) return [];
    const quoted = /^(["'])(?<inner>.*)\1$/.exec(match.groups.value ?? "");
    return [
      { key: match.groups.key ?? "", value: quoted?.groups?.inner ?? match.groups.value ?? "", raw: true },
    ];
  });
}
