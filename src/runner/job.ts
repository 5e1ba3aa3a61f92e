/** A variable as GitLab sends it. `raw`: `$` in the value is just a character. `file`: the job gets the path of a file with the value. */
export interface RunnerVariable {
  readonly key: string;
  readonly value: string;
  readonly public?: boolean | undefined;
  readonly masked?: boolean | undefined;
  readonly file?: boolean | undefined;
  readonly raw?: boolean | undefined;
}

/** A list of commands: `script` (before_script and script in one), `release`, or `after_script`. Times are in seconds. */
export interface RunnerStep {
  readonly name: string;
  readonly script: readonly string[];
  readonly timeout?: number | undefined;
  readonly when?: string | undefined;
  readonly allow_failure?: boolean | undefined;
}

/** When something is kept: by how the job ended. */
export type KeptWhen = "on_success" | "on_failure" | "always";

/** One upload that the job asks for: its archive, or a report. */
export interface RunnerArtifact {
  readonly name?: string | undefined;
  readonly untracked?: boolean | undefined;
  readonly paths?: readonly string[] | undefined;
  readonly exclude?: readonly string[] | undefined;
  readonly when?: KeptWhen | undefined;
  readonly artifact_type?: string | undefined;
  readonly artifact_format?: "zip" | "gzip" | "raw" | undefined;
  readonly expire_in?: string | undefined;
}

/** Files that are kept between jobs under a key. */
export interface RunnerCache {
  readonly key?: string | undefined;
  readonly untracked?: boolean | undefined;
  readonly policy?: string | undefined;
  readonly paths?: readonly string[] | undefined;
  readonly when?: KeptWhen | undefined;
  readonly fallback_keys?: readonly string[] | undefined;
}

/** The job's image, or a service. */
export interface RunnerImage {
  readonly name: string;
  readonly alias?: string | undefined;
  readonly entrypoint?: readonly string[] | undefined;
  readonly command?: readonly string[] | undefined;
  readonly variables?: readonly RunnerVariable[] | undefined;
}

/** An earlier job whose artifacts the job gets. */
export interface RunnerDependency {
  readonly id: number;
  readonly name: string;
  readonly token?: string | undefined;
  readonly artifacts_file?: { readonly filename: string; readonly size?: number } | undefined;
}

/** Where the job's files come from. `depth` 0: the whole history. */
export interface RunnerGitInfo {
  readonly repo_url: string;
  readonly ref: string;
  readonly sha: string;
  readonly before_sha?: string | undefined;
  readonly ref_type?: string | undefined;
  readonly refspecs: readonly string[];
  readonly depth?: number | undefined;
}

/** What a runner gets from GitLab for one job, in the protocol's own names (`POST /api/v4/jobs/request`, runner 17.5 to 19.4). */
export interface RunnerJob {
  readonly id: number;
  readonly token?: string | undefined;
  readonly allow_git_fetch?: boolean | undefined;
  readonly job_info: {
    readonly name: string;
    readonly stage: string;
    readonly project_id: number;
    readonly project_name: string;
  };
  readonly git_info: RunnerGitInfo;
  /** The job's timeout in seconds. */
  readonly runner_info?: { readonly timeout?: number | undefined } | undefined;
  readonly variables: readonly RunnerVariable[];
  readonly steps: readonly RunnerStep[];
  readonly image?: RunnerImage | undefined;
  readonly services?: readonly RunnerImage[] | undefined;
  readonly artifacts?: readonly RunnerArtifact[] | undefined;
  readonly cache?: readonly RunnerCache[] | undefined;
  readonly dependencies?: readonly RunnerDependency[] | undefined;
  readonly hooks?: readonly { readonly name: string; readonly script: readonly string[] }[] | undefined;
  readonly features?:
    | {
        readonly trace_sections?: boolean | undefined;
        /** Beginnings of tokens that GitLab wants masked, such as `glpat-`. */
        readonly token_mask_prefixes?: readonly string[] | undefined;
      }
    | undefined;
}
