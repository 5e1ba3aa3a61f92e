import type { Uploader } from "./artifacts.ts";
import type { Executor, RunnerFolders } from "./executor.ts";
import type { RunnerDependency } from "./job.ts";
import type { RunnerIdentity } from "./job-environment.ts";

/** A repository on this machine, in place of a server's. */
export interface LocalRepository {
  readonly path: string;
  /** Its folder of git objects. */
  readonly objects: string;
  /** `share`: the checkout uses them where they are. `copy`: it gets its own, where the job cannot see that folder or must not. */
  readonly use: "share" | "copy";
}

/** A runner: where it works, and where what a job leaves goes. */
export interface Runner {
  readonly identity: RunnerIdentity;
  readonly executor: Executor;
  readonly folders: RunnerFolders;
  /** Where the sources really are, when `git_info.repo_url` only names them. */
  readonly repository?: LocalRepository | undefined;
  /** Feature flags of the runner's own configuration: they count more than the job's variables. */
  readonly featureFlags?: Readonly<Record<string, boolean>> | undefined;
  /** Gets the trace part by part, with its secrets masked. */
  readonly write: (text: string) => void;
  /** Lays an earlier job's artifacts into the project's folder; throws in words where they cannot be had. */
  readonly bringArtifacts: (dependency: RunnerDependency, project: string) => Promise<void>;
  readonly upload: Uploader;
  /** Aborted: the job ends at once, without after_script. */
  readonly signal?: AbortSignal | undefined;
  /** Aborted: the script ends; after_script, cache and artifacts follow, as when a job is canceled in GitLab since 17.0. */
  readonly cancel?: AbortSignal | undefined;
  /** How long a script may go on after it was told to end; the runner's default is ten minutes. */
  readonly graceSeconds?: number | undefined;
}
