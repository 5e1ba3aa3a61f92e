/**
 * What a runner needs to know of one job of a created pipeline: the merged keywords, normalised. The names are GitLab's;
 * times are in seconds.
 */
export interface PlannedJob {
  readonly name: string;
  readonly stage: string;
  readonly when: "on_success" | "on_failure" | "always" | "manual" | "delayed";
  readonly allowFailure: boolean;
  /** `allow_failure:exit_codes`: the job may fail with these codes only. */
  readonly allowFailureExitCodes?: readonly number[] | undefined;
  /** Undefined: the job waits for all earlier stages. Empty: it starts at once. */
  readonly needs?: readonly Need[] | undefined;
  /** Undefined: artifacts of all jobs that the job waits for. */
  readonly dependencies?: readonly string[] | undefined;
  /** `hooks:pre_get_sources_script`: runs before the project's files are there. */
  readonly preGetSources?: readonly string[] | undefined;
  readonly beforeScript: readonly string[];
  readonly script: readonly string[];
  readonly afterScript: readonly string[];
  readonly image?: Image | undefined;
  readonly services: readonly Service[];
  /** The job's own and the inherited global variables, in order of precedence (later wins), not yet expanded. */
  readonly variables: readonly PlannedVariable[];
  readonly artifacts?: Artifacts | undefined;
  readonly cache: readonly Cache[];
  readonly retry: {
    readonly max: number;
    readonly when: readonly string[];
    readonly exitCodes: readonly number[];
  };
  readonly timeoutSeconds?: number | undefined;
  readonly environment?: Environment | undefined;
  readonly tags: readonly string[];
  /** Number and total of a `parallel` job, from 1. */
  readonly node?: { readonly index: number; readonly total: number } | undefined;
  /** The job starts a downstream pipeline instead of running a script. */
  readonly trigger?: Trigger | undefined;
}

/** What a trigger job starts: a child pipeline (`include`, as it stands in the file), or the pipeline of another project. */
export interface Trigger {
  readonly include?: unknown;
  readonly project?: string | undefined;
  readonly branch?: string | undefined;
  readonly strategy?: string | undefined;
  readonly forward?: { readonly yaml_variables?: boolean; readonly pipeline_variables?: boolean } | undefined;
}

export interface Need {
  readonly name: string;
  readonly artifacts: boolean;
}

export interface Image {
  readonly name: string;
  readonly entrypoint?: readonly string[] | undefined;
}

/** What runs beside a job in a container of its own. */
export interface Service extends Image {
  readonly alias?: string | undefined;
  readonly command?: readonly string[] | undefined;
  readonly variables?: Readonly<Record<string, string>> | undefined;
}

export interface PlannedVariable {
  readonly key: string;
  readonly value: string;
  /** `expand: false`: `$` in the value is just a character. */
  readonly raw?: boolean | undefined;
}

export interface Artifacts {
  readonly paths: readonly string[];
  readonly exclude: readonly string[];
  readonly untracked?: boolean | undefined;
  readonly name?: string | undefined;
  readonly when: "on_success" | "on_failure" | "always";
  /** Paths of report files by report type, such as `junit`. */
  readonly reports: Readonly<Record<string, readonly string[]>>;
}

export interface Cache {
  readonly key?: string | { readonly files: readonly string[]; readonly prefix?: string | undefined };
  readonly paths: readonly string[];
  readonly policy: string;
  readonly when: "on_success" | "on_failure" | "always";
  readonly untracked?: boolean | undefined;
  readonly fallback_keys?: readonly string[] | undefined;
  /** Branches that are protected share it with those that are not. */
  readonly unprotect?: boolean | undefined;
}

export interface Environment {
  readonly name: string;
  readonly url?: string | undefined;
  readonly action?: string | undefined;
  readonly tier?: string | undefined;
}

/** A created pipeline: its stages in order (with `.pre` and `.post`) and its jobs. */
export interface PipelinePlan {
  readonly stages: readonly string[];
  readonly jobs: readonly PlannedJob[];
}
