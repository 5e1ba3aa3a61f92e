import { cp, mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import type { Artifacts, PlannedJob } from "../plan.ts";
import type { Executor } from "./executor.ts";
import { runProcess } from "./process.ts";
import type { SmokeProject } from "./project.ts";
import type { Trace } from "./trace.ts";

/** One attempt to run a job. All folders are the caller's and are private. */
export interface JobAttempt {
  readonly job: PlannedJob;
  readonly executor: Executor;
  readonly project: SmokeProject;
  readonly sha: string;
  /** A new folder of this attempt's own: the checkout, gitlab-ci-local's state, the files of File variables. */
  readonly folder: string;
  /** Variables as the job will see them: every reference resolved. */
  readonly variables: ReadonlyMap<string, string>;
  /** Folders whose contents are laid into the checkout: artifacts of earlier jobs. */
  readonly incoming: readonly string[];
  /** Where the job's own artifacts go; made only when there are some, and then told to `onArtifacts`. */
  readonly outgoing: string;
  readonly onArtifacts: (folder: string) => void;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly trace: Trace;
  readonly timeoutSeconds: number;
  readonly signal: AbortSignal;
}

/** How an attempt ended. `reason` is GitLab's name for the cause of a failure. */
export interface AttemptOutcome {
  readonly state: "success" | "failed" | "canceled";
  readonly exitCode?: number | undefined;
  readonly reason?: "script_failure" | "job_execution_timeout" | "runner_system_failure" | undefined;
}

/** Runs a job's commands in its checkout, and leaves its artifacts in {@link collectedFolder}. */
export type JobRun = (attempt: JobAttempt, checkout: string) => Promise<AttemptOutcome>;

/** The one job in the file that gitlab-ci-local gets, so that its output and folders have names that we know. */
const jobKey = "job";
/** A job that never runs: its artifacts folder is how gitlab-ci-local brings files into a container. */
const incomingKey = "incoming";

/**
 * Runs a job by gitlab-ci-local, which is trusted with running jobs only: it gets one job, already expanded, in a checkout of
 * its own, with its state beside the checkout, so that the job sees exactly the commit. It knows no timeouts: they are
 * enforced here, by ending its whole process group.
 */
export async function runAttempt(attempt: JobAttempt, run: JobRun = runLocal): Promise<AttemptOutcome> {
  const checkout = checkoutFolder(attempt.folder, attempt.project);
  await attempt.project.checkOut(attempt.sha, checkout);
  await layIn(attempt, checkout);
  await writeJobFile(attempt);
  await writeVariables(attempt);
  const outcome = await run(attempt, checkout);
  await takeArtifacts(attempt, outcome);
  return outcome;
}

/** Where the job finds its project: `CI_PROJECT_DIR` with the shell executor. */
export function checkoutFolder(folder: string, project: SmokeProject): string {
  return join(folder, basename(project.identity.path));
}

/** Where GitLab Runner puts the files of File variables: beside the checkout, under the checkout's name with `.tmp`. */
export function fileVariablesFolder(folder: string, project: SmokeProject): string {
  return `${checkoutFolder(folder, project)}.tmp`;
}

/** `CI_PROJECT_DIR` as the job sees it. In a container it stands under /builds, as with GitLab's docker executor. */
export function projectFolderInJob(executor: Executor, folder: string, project: SmokeProject): string {
  return executor.kind === "container" ? `/builds/${project.identity.path}` : checkoutFolder(folder, project);
}

/** Where what a job left behind is collected, whether it is wanted or not. */
export function collectedFolder(folder: string): string {
  return join(folder, "state", "artifacts", jobKey);
}

async function layIn(attempt: JobAttempt, checkout: string): Promise<void> {
  const target =
    attempt.executor.kind === "shell" ? checkout : join(attempt.folder, "state", "artifacts", incomingKey);
  await mkdir(target, { recursive: true });
  for (const folder of attempt.incoming) {
    await cp(folder, target, {
      recursive: true,
      force: true,
      verbatimSymlinks: true,
      preserveTimestamps: true,
    });
  }
}

async function writeJobFile({ job, executor, folder }: JobAttempt): Promise<void> {
  const expanded = (text: string) => text.replaceAll("$", "$$$$");
  const definition: Record<string, unknown> = {
    stage: "run",
    before_script: job.beforeScript,
    script: job.script,
    after_script: job.afterScript,
    artifacts: wantedArtifacts(job.artifacts),
    dependencies: [incomingKey],
    image:
      executor.kind === "container"
        ? { ...job.image, name: expanded(job.image?.name ?? executor.image) }
        : undefined,
    services: executor.kind === "container" && job.services.length > 0 ? job.services : undefined,
  };
  const file = {
    stages: ["before", "run"],
    [incomingKey]: { stage: "before", script: ["true"], artifacts: { paths: ["."] } },
    [jobKey]: definition,
  };
  // JSON is YAML: no quoting rules to get wrong.
  await writeFile(join(folder, "job.yml"), JSON.stringify(file, null, 2));
}

/**
 * gitlab-ci-local collects artifacts of failed jobs only with `when: always`, and report files only as paths. So it gets
 * both that way, and what the job really asked for is decided afterwards ({@link takeArtifacts}).
 */
function wantedArtifacts(artifacts: Artifacts | undefined): Record<string, unknown> | undefined {
  const paths = [...(artifacts?.paths ?? []), ...Object.values(artifacts?.reports ?? {}).flat()];
  return paths.length === 0 ? undefined : { when: "always", paths, exclude: artifacts?.exclude ?? [] };
}

/** Secrets go by a file that only this user can read: in arguments `ps` would show them. */
async function writeVariables({ folder, variables }: JobAttempt): Promise<void> {
  const entries = [...variables].map(([key, value]) => [
    key,
    { type: "variable", values: { "*": value.replaceAll("$", "$$$$") } },
  ]);
  await writeFile(join(folder, "variables.yml"), JSON.stringify(Object.fromEntries(entries)), {
    mode: 0o600,
  });
}

async function runLocal(attempt: JobAttempt, checkout: string): Promise<AttemptOutcome> {
  const { signal, timeoutSeconds, trace } = attempt;
  const timeout = AbortSignal.timeout(Math.max(1, Math.round(timeoutSeconds * 1000)));
  const reader = new OutputReader(trace);
  const { code } = await runProcess(commandLine(attempt), {
    cwd: checkout,
    env:
      attempt.executor.kind === "shell"
        ? attempt.env
        : { ...attempt.env, ...attempt.executor.engine.environment },
    signal: AbortSignal.any([signal, timeout]),
    onLine: (line) => reader.read(line),
  });
  if (signal.aborted) {
    trace.write("Canceled.");
    return { state: "canceled" };
  }
  if (timeout.aborted) {
    trace.write(`The job ran longer than its timeout of ${timeoutSeconds} seconds and was ended.`);
    return { state: "failed", reason: "job_execution_timeout" };
  }
  if (code === 0) return { state: "success", exitCode: 0 };
  if (reader.exitCode !== undefined) {
    return { state: "failed", exitCode: reader.exitCode, reason: "script_failure" };
  }
  for (const line of reader.talk) trace.write(line);
  return { state: "failed", reason: "runner_system_failure" };
}

/** Predefined variables that gitlab-ci-local sets on its own and that do not exist in this pipeline. */
const unwanted = [
  "CI_COMMIT_BRANCH",
  "CI_COMMIT_TAG",
  "CI_REGISTRY",
  "CI_REGISTRY_IMAGE",
  "CI_TEMPLATE_REGISTRY_HOST",
];
const environmentNames = ["NAME", "SLUG", "URL", "TIER", "ACTION"].map((name) => `CI_ENVIRONMENT_${name}`);

function commandLine({ executor, folder, project, variables }: JobAttempt): string[] {
  const options = [
    ["--file", "../job.yml"],
    ["--state-dir", "../state"],
    ["--variables-file", "../variables.yml"],
    // Nothing of the user's own gitlab-ci-local settings may reach the job.
    ["--home", join(folder, "home")],
    ["--max-job-name-padding", "0"],
    ["--ignore-predefined-vars", [...variables.keys()].join(",")],
    ...[...unwanted, ...environmentNames]
      .filter((name) => !variables.has(name))
      .map((name) => ["--unset-variable", name]),
  ].flat();
  const flags = ["--no-color", "--no-json-schema-validation", "--no-artifacts-to-source"];
  const local = [process.execPath, "--import", blockingOutput, program(), jobKey, ...options, ...flags];
  if (executor.kind === "shell") return [...local, "--force-shell-executor"];
  const files = fileVariablesFolder(folder, project);
  return [
    ...local,
    "--container-executable",
    executor.engine.program,
    "--helper-image",
    executor.image,
    "--pull-policy",
    "if-not-present",
    "--volume",
    `${files}:/builds/${project.identity.path}.tmp:ro`,
  ];
}

/**
 * Loaded into gitlab-ci-local's process: writes to its pipes wait until they are taken. Otherwise it queues what a busy reader has not
 * taken yet, some 90 short lines, and loses the queue when it exits (Node docs, process.exit).
 */
const blockingOutput = `data:text/javascript,${encodeURIComponent(
  "for (const { _handle } of [process.stdout, process.stderr]) _handle?.setBlocking?.(true);",
)}`;

function program(): string {
  return createRequire(import.meta.url).resolve("gitlab-ci-local/dist/index.js");
}

/**
 * Reads what gitlab-ci-local 4.73 prints: `job > text` and `job $ command` are the job's own; `job finished in … FAIL n` is
 * the exit code; the rest is its own talk, kept for the case that it fails before the job begins.
 */
class OutputReader {
  exitCode: number | undefined;
  readonly talk: string[] = [];
  private readonly trace: Trace;

  constructor(trace: Trace) {
    this.trace = trace;
  }

  read(line: string): void {
    const own = /^job (?:> |(?=\$ ))(?<text>.*)$/s.exec(line);
    const failed = /^job +finished in .+ FAIL (?<code>\d+) *$/.exec(line);
    // What a job writes to stderr may come before the line on stdout that says that it starts.
    if (own?.groups) this.trace.write(withoutPromptMark(own.groups.text ?? ""));
    else if (failed?.groups) this.exitCode = Number(failed.groups.code);
    else if (line === "job Running after script...") this.trace.write("Running after_script");
    else this.talk.push(line);
  }
}

/** A command's output without a final newline leaves gitlab-ci-local's own prompt mark in the middle of the line. */
function withoutPromptMark(text: string): string {
  return text.replaceAll("<gclShellPromptPlaceholder>", "\n$");
}

async function takeArtifacts(
  { job, folder, outgoing, onArtifacts }: JobAttempt,
  outcome: AttemptOutcome,
): Promise<void> {
  const collected = collectedFolder(folder);
  const names = await readdir(collected).catch(() => []);
  if (!job.artifacts || names.length === 0 || !isWanted(job.artifacts.when, outcome)) return;
  await rm(outgoing, { recursive: true, force: true });
  await mkdir(dirname(outgoing), { recursive: true });
  await rename(collected, outgoing);
  onArtifacts(outgoing);
}

function isWanted(when: Artifacts["when"], { state }: AttemptOutcome): boolean {
  if (state === "canceled") return false;
  return when === "always" || (when === "on_success") === (state === "success");
}
