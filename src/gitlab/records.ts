/**
 * What Berth reads of GitLab's answers, with GitLab's own field names (GitLab docs, api/*; checked against 18.11).
 * Answers hold more; nothing here is renamed, so that the documentation can be laid beside it.
 */

/** A job's or pipeline's state (GitLab docs, ci/jobs "Available job statuses"). */
export type Status =
  | "created"
  | "waiting_for_resource"
  | "preparing"
  | "waiting_for_callback"
  | "pending"
  | "running"
  | "success"
  | "failed"
  | "canceling"
  | "canceled"
  | "skipped"
  | "manual"
  | "scheduled";

/** The owner and rights of the token in use: `GET /personal_access_tokens/self`. */
export interface Token {
  readonly id: number;
  readonly name: string;
  readonly scopes: readonly string[];
  /** True for a fine-grained token (19.2): its one scope is `granular`, and what it may is told by no request. */
  readonly granular?: boolean;
  readonly active: boolean;
  readonly revoked: boolean;
  /** `2026-12-31`, or null for a token without an end. */
  readonly expires_at: string | null;
  readonly user_id: number;
}

export interface Project {
  readonly id: number;
  readonly path_with_namespace: string;
  readonly web_url: string;
  readonly http_url_to_repo: string;
  readonly description: string | null;
  /** Null in a project without a commit. */
  readonly default_branch: string | null;
  readonly archived: boolean;
  readonly visibility: "public" | "internal" | "private";
  readonly ci_config_path: string | null;
  readonly jobs_enabled?: boolean;
  readonly merge_requests_enabled?: boolean;
  readonly shared_runners_enabled?: boolean;
  /** Who may give variables to a new pipeline: `no_one_allowed`, `developer`, `maintainer` or `owner`; for maintainers' eyes only. */
  readonly ci_pipeline_variables_minimum_override_role?: string;
  readonly permissions?: {
    readonly project_access: { readonly access_level: number } | null;
    readonly group_access: { readonly access_level: number } | null;
  };
}

/** A runner of a project; tags come with `GET /runners/:id` only. */
export interface Runner {
  readonly id: number;
  readonly description: string | null;
  readonly paused: boolean;
  readonly is_shared: boolean;
  readonly runner_type: "instance_type" | "group_type" | "project_type";
  readonly online: boolean | null;
  readonly status: "online" | "offline" | "stale" | "never_contacted";
  readonly tag_list?: readonly string[];
  readonly run_untagged?: boolean;
  /** `ref_protected`: takes jobs of protected branches and tags only. */
  readonly access_level?: "not_protected" | "ref_protected";
}

/** The verdict of `/projects/:id/ci/lint`. */
export interface LintResult {
  readonly valid: boolean;
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
  readonly merged_yaml: string | null;
  readonly jobs?: readonly { readonly name: string; readonly stage: string; readonly when: string }[];
}

export interface Commit {
  readonly id: string;
  readonly short_id: string;
  readonly title: string;
  readonly message: string;
  readonly created_at: string;
  readonly web_url: string;
}

export interface Branch {
  readonly name: string;
  readonly protected: boolean;
  readonly default: boolean;
  readonly web_url: string;
  readonly commit: Commit;
}

/** One change of a commit: `POST /projects/:id/repository/commits`, `actions[]`. */
export interface CommitAction {
  readonly action: "create" | "delete" | "move" | "update" | "chmod";
  readonly file_path: string;
  readonly previous_path?: string;
  readonly content?: string;
  readonly encoding?: "text" | "base64";
  readonly execute_filemode?: boolean;
}

export interface Pipeline {
  readonly id: number;
  readonly iid: number;
  readonly project_id: number;
  readonly sha: string;
  readonly ref: string;
  readonly status: Status;
  readonly source: string;
  readonly web_url: string;
  readonly created_at: string;
  readonly updated_at: string;
  /** In the answer for one pipeline only. */
  readonly yaml_errors?: string | null;
}

export interface PipelineVariable {
  readonly key: string;
  readonly value: string;
  readonly variable_type?: "env_var" | "file";
}

export interface Job {
  readonly id: number;
  readonly name: string;
  readonly stage: string;
  readonly status: Status;
  readonly ref: string;
  readonly allow_failure: boolean;
  readonly web_url: string;
  readonly created_at: string;
  readonly started_at: string | null;
  readonly finished_at: string | null;
  /** Seconds. */
  readonly duration: number | null;
  readonly queued_duration: number | null;
  readonly failure_reason?: string;
  readonly tag_list: readonly string[];
  readonly runner: { readonly id: number; readonly description: string | null } | null;
  readonly artifacts: readonly {
    readonly file_type: string;
    readonly filename: string;
    readonly size: number;
  }[];
  readonly artifacts_file?: { readonly filename: string; readonly size: number };
}

/** A job that starts another pipeline. */
export interface Bridge {
  readonly id: number;
  readonly name: string;
  readonly stage: string;
  readonly status: Status;
  readonly allow_failure: boolean;
  readonly web_url: string;
  readonly failure_reason?: string;
  /** Seconds. */
  readonly duration: number | null;
  /** The pipeline that it started; null before it did. */
  readonly downstream_pipeline: Omit<Pipeline, "yaml_errors"> | null;
}

export interface TestReport {
  readonly total_time: number;
  readonly total_count: number;
  readonly success_count: number;
  readonly failed_count: number;
  readonly skipped_count: number;
  readonly error_count: number;
  readonly test_suites: readonly {
    readonly name: string;
    readonly total_count: number;
    readonly success_count: number;
    readonly failed_count: number;
    readonly skipped_count: number;
    readonly error_count: number;
    readonly test_cases: readonly {
      readonly status: "success" | "failed" | "skipped" | "error";
      readonly name: string;
      readonly classname: string;
      /** Seconds. */
      readonly execution_time: number;
      readonly system_output: unknown;
    }[];
  }[];
}

export interface MergeRequest {
  readonly id: number;
  readonly iid: number;
  readonly title: string;
  readonly state: "opened" | "closed" | "merged" | "locked";
  readonly source_branch: string;
  readonly target_branch: string;
  readonly sha: string;
  readonly web_url: string;
  /** When GitLab had done all that follows from opening it, its pipeline included; null until then. */
  readonly prepared_at?: string | null;
}

export interface Note {
  readonly id: number;
  readonly body: string;
  readonly system: boolean;
}

export interface Tag {
  readonly name: string;
  readonly message: string | null;
  readonly target: string;
  readonly commit: Commit;
}

export interface Release {
  readonly tag_name: string;
  readonly name: string;
  readonly description: string | null;
  readonly released_at: string;
}

/** An entry of `GET /projects/:id/repository/tree`. */
export interface TreeEntry {
  readonly id: string;
  readonly name: string;
  readonly type: "blob" | "tree" | "commit";
  readonly path: string;
  readonly mode: string;
}

/** A project in the CI/CD catalog (GraphQL `CiCatalogResource`). */
export interface CatalogResource {
  readonly fullPath: string;
  readonly name: string;
  readonly description: string | null;
  readonly webPath: string;
  readonly starCount: number;
  readonly latestReleasedAt: string | null;
}

/** A published version with its components (GraphQL `CiCatalogResourceVersion`). */
export interface CatalogVersion {
  readonly name: string;
  readonly releasedAt: string | null;
  readonly components: readonly {
    readonly name: string;
    readonly includePath: string;
    readonly inputs: readonly {
      readonly name: string;
      readonly type: string;
      readonly required: boolean;
      readonly default: unknown;
      readonly description: string | null;
    }[];
  }[];
}
