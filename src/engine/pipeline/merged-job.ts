import type { RuleClauses } from "./events/rule.ts";

/**
 * A job of a pipeline in GitLab's names, after inputs, includes, `extends`, references and defaults: plain data. Times are in seconds; what is
 * not set is absent (https://docs.gitlab.com/ci/yaml/#job-keywords).
 */
export interface MergedJob {
  readonly stage: string;
  readonly when: string;
  readonly allow_failure: boolean;
  /** The exit codes with which the job may fail. */
  readonly allow_failure_criteria?: { readonly exit_codes?: readonly number[] };
  /** `dag` where the job names what it needs. */
  readonly scheduling_type: "dag" | "stage";
  readonly needs?: MergedNeeds;
  readonly dependencies?: readonly string[];
  readonly script?: readonly string[];
  readonly before_script?: readonly string[];
  readonly after_script?: readonly string[];
  /** Steps instead of a script. */
  readonly run?: readonly unknown[];
  readonly image?: MergedImage;
  readonly services?: readonly MergedImage[];
  readonly cache?: readonly MergedCache[];
  readonly artifacts?: MergedArtifacts;
  readonly environment?: MergedEnvironment;
  readonly environment_name?: string;
  readonly rules?: readonly (RuleClauses | null)[];
  readonly only?: Readonly<Record<string, unknown>>;
  readonly except?: Readonly<Record<string, unknown>>;
  readonly trigger?: MergedTrigger;
  readonly retry?: {
    readonly max?: number;
    readonly when?: string | readonly string[];
    readonly exit_codes?: number | readonly number[];
  };
  readonly parallel?: {
    readonly number?: number;
    readonly total?: number;
    readonly matrix?: readonly unknown[];
  };
  /** The number of an instance of a job with `parallel`. */
  readonly instance?: number;
  readonly timeout?: number;
  readonly start_in?: string;
  readonly tags?: readonly string[];
  readonly interruptible?: boolean;
  readonly resource_group?: string;
  readonly coverage?: string;
  readonly manual_confirmation?: string;
  readonly extends?: string | readonly string[];
  readonly release?: Readonly<Record<string, unknown>>;
  readonly pages?: boolean | Readonly<Record<string, unknown>>;
  readonly publish?: string;
  readonly hooks?: { readonly pre_get_sources_script?: readonly string[] };
  readonly id_tokens?: Readonly<Record<string, unknown>>;
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly secrets?: Readonly<Record<string, unknown>>;
  readonly dast_configuration?: Readonly<Record<string, unknown>>;
  readonly identity?: string;
  /** The job's own variables, by name. */
  readonly job_variables: Readonly<Record<string, unknown>>;
  /** Which of the global variables the job has: all, none, or those named. */
  readonly root_variables_inheritance: boolean | readonly string[];
  /** The job's variables, then the inherited ones. */
  readonly yaml_variables: readonly MergedVariable[];
}

/** What a job needs: jobs of its pipeline, jobs of others, and the pipeline that a trigger job mirrors. */
export interface MergedNeeds {
  readonly job?: readonly MergedNeed[];
  readonly cross_dependency?: readonly unknown[];
  readonly bridge?: readonly unknown[];
}

export interface MergedNeed {
  readonly name: string;
  readonly artifacts: boolean;
  readonly optional: boolean;
}

export interface MergedVariable {
  readonly key: string;
  readonly value: string;
  /** `expand: false`: `$` in the value is just a character. */
  readonly raw?: boolean;
}

/** An image, or a service. */
export interface MergedImage {
  readonly name: string;
  readonly entrypoint?: readonly string[];
  readonly pull_policy?: readonly string[];
  readonly command?: readonly string[];
  readonly alias?: string;
  readonly variables?: Readonly<Record<string, string>>;
}

export interface MergedCache {
  readonly key: string | { readonly files: readonly string[]; readonly prefix?: string };
  readonly paths: readonly string[];
  readonly policy: string;
  readonly when: "on_success" | "on_failure" | "always";
}

export interface MergedArtifacts {
  readonly paths?: readonly string[];
  readonly exclude?: readonly string[];
  readonly untracked?: boolean;
  readonly name?: string;
  readonly when?: "on_success" | "on_failure" | "always";
  readonly expire_in?: string;
  /** By kind: a path, a list of paths, or for `coverage_report` a mapping with a path. */
  readonly reports?: Readonly<Record<string, unknown>>;
}

export interface MergedEnvironment {
  readonly name: string;
  readonly url?: string;
  readonly action?: string;
  readonly deployment_tier?: string;
  readonly on_stop?: string;
}

export interface MergedTrigger {
  readonly include?: unknown;
  readonly project?: string;
  readonly branch?: string;
  readonly strategy?: string;
  readonly forward?: { readonly yaml_variables?: boolean; readonly pipeline_variables?: boolean };
}
