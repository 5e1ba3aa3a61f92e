import { mkdir, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import {
  type CollectedFile,
  ContainerExecutor,
  copyFiles,
  type Executor as JobExecutor,
  type JobOutcome,
  newestRunner,
  type RunnerJob,
  runJob,
  ShellExecutor,
  type Upload,
} from "../runner/index.ts";
import type { Executor } from "./executor.ts";
import type { PipelineSources } from "./sources.ts";
import type { Trace } from "./trace.ts";
import { LineReader } from "./trace-reader.ts";

/** What a job has left. */
export interface Leftovers {
  /** With the files of its archive and of its reports. */
  readonly folder: string;
  /** Those of the archive: what later jobs get. */
  readonly archive: readonly CollectedFile[];
}

/** One attempt to run a job. All folders are the caller's and are private. */
export interface JobAttempt {
  readonly job: RunnerJob;
  readonly executor: Executor;
  readonly sources: PipelineSources;
  /** A new folder of this attempt's own: checkout, files of File variables. */
  readonly folder: string;
  /** The caches of the project. */
  readonly cache: string;
  /** What earlier jobs have left for this one. */
  readonly incoming: readonly Leftovers[];
  /** Where what the job leaves goes; made only when there is something, and then told to `onArtifacts`. */
  readonly outgoing: string;
  readonly onArtifacts: (leftovers: Leftovers) => void;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly trace: Trace;
  /** Gets the trace as the runner writes it. */
  readonly onTrace: (text: string) => void;
  readonly signal: AbortSignal;
}

/** How an attempt ended. `reason` is GitLab's name for the cause of a failure. */
export type AttemptOutcome = JobOutcome;

/** A script of a job in a throw-away checkout that does not end when it is told to is ended by force. */
const graceSeconds = 5;

/** Runs a job as GitLab Runner would, in a checkout of its own, so that it sees exactly the commit. */
export async function runAttempt(attempt: JobAttempt): Promise<AttemptOutcome> {
  const { job, sources, folder, incoming, trace, signal } = attempt;
  await mkdir(folder, { recursive: true });
  await rm(attempt.outgoing, { recursive: true, force: true });
  const lines = new LineReader((line, section) => trace.write(line, section));
  const container = attempt.executor.kind === "container";
  const outcome = await runJob(
    { ...job, dependencies: incoming.map((_, id) => dependency(id)) },
    {
      identity: {
        version: newestRunner,
        revision: "berth",
        name: "berth",
        shortToken: "local",
        systemId: "s_local",
      },
      executor: jobExecutor(attempt),
      folders: { builds: folder, project: checkoutFolder(folder, sources), cache: attempt.cache },
      // The objects of the project are not to be seen in the container.
      repository: { path: sources.folder, objects: sources.objects, use: container ? "copy" : "share" },
      featureFlags: { FF_TIMESTAMPS: false },
      write: (text) => {
        attempt.onTrace(text);
        lines.write(text);
      },
      bringArtifacts: async ({ id }, project) => {
        const { archive, folder: from } = incoming[id] as Leftovers;
        await copyFiles(archive, from, project);
      },
      upload: (upload) => keep(upload, attempt),
      signal,
      graceSeconds,
    },
  );
  lines.end();
  return outcome.state === "success" ? { ...outcome, exitCode: 0 } : outcome;
}

/** Where the job finds its project: `CI_PROJECT_DIR` with the shell executor. */
function checkoutFolder(folder: string, sources: PipelineSources): string {
  return join(folder, basename(sources.identity.path));
}

/** `CI_PROJECT_DIR` as the job sees it. In a container it is under /builds, as with GitLab's docker executor. */
export function projectFolderInJob(executor: Executor, folder: string, sources: PipelineSources): string {
  return executor.kind === "container" ? `/builds/${sources.identity.path}` : checkoutFolder(folder, sources);
}

function jobExecutor({ executor, env, folder, sources }: JobAttempt): JobExecutor {
  if (executor.kind === "shell") return new ShellExecutor({ env, folder });
  const { engine } = executor;
  return new ContainerExecutor({
    program: engine.program,
    env: { ...env, ...engine.environment },
    folder,
    project: `/builds/${sources.identity.path}`,
  });
}

function dependency(id: number) {
  return { id, name: `earlier job ${id + 1}`, artifacts_file: { filename: "artifacts.zip" } };
}

async function keep({ type, files, folder }: Upload, { outgoing, onArtifacts }: JobAttempt): Promise<void> {
  await copyFiles(files, folder, outgoing);
  onArtifacts({ folder: outgoing, archive: type === "archive" ? files : [] });
}
