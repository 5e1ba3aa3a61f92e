import type { Executor, RunnerFolders } from "./executor.ts";
import type { RunnerJob, RunnerVariable } from "./job.ts";
import { JobVariables } from "./variables.ts";

/** A job's timeout where GitLab sends none. */
const defaultTimeoutSeconds = 3600 * 2;

/** What the runner adds to a job's variables, and who it is. */
export interface RunnerIdentity {
  readonly version: string;
  /** How the trace names it. */
  readonly name: string;
  readonly revision: string;
  readonly shortToken: string;
  readonly systemId: string;
}

/** A job's timeout in seconds. */
export function timeoutOf({ runner_info }: RunnerJob): number {
  const given = runner_info?.timeout ?? 0;
  return given > 0 ? given : defaultTimeoutSeconds;
}

/** All variables of a job in the runner's order: its own defaults, GitLab's, what it knows better (`common/build.go`). */
export function environmentOf(
  job: RunnerJob,
  executor: Executor,
  folders: RunnerFolders,
  identity: RunnerIdentity,
): JobVariables {
  const { builds, project, temporary } = executor.placeOf("job", folders);
  const image = job.image?.name ? { CI_JOB_IMAGE: job.image.name } : {};
  return new JobVariables(
    [
      ...plain(image, false),
      ...plain({
        CI_RUNNER_SHORT_TOKEN: identity.shortToken,
        CI_BUILDS_DIR: builds,
        CI_PROJECT_DIR: project,
        CI_CONCURRENT_ID: "0",
        CI_CONCURRENT_PROJECT_ID: "0",
        CI_SERVER: "yes",
        CI_JOB_STATUS: "running",
        CI_JOB_TIMEOUT: String(timeoutOf(job)),
      }),
      ...job.variables,
      ...plain({
        [executor.kind === "shell" ? "CI_SHARED_ENVIRONMENT" : "CI_DISPOSABLE_ENVIRONMENT"]: "true",
        CI_RUNNER_VERSION: identity.version,
        CI_RUNNER_REVISION: identity.revision,
        CI_RUNNER_EXECUTABLE_ARCH: `${process.platform}/${architecture()}`,
        RUNNER_TEMP_PROJECT_DIR: temporary,
      }),
    ],
    temporary,
  );
}

/** In Go's words. */
function architecture(): string {
  return process.arch === "x64" ? "amd64" : process.arch;
}

function plain(values: Readonly<Record<string, string>>, raw = true): RunnerVariable[] {
  return Object.entries(values).map(([key, value]) => ({ key, value, raw, public: true }));
}
