/**
 * Field names and types of GitLab's answers, from the attribute tables and examples of its documentation (docs, api/projects,
 * api/pipelines, api/jobs, api/merge_requests, api/notes, api/branches, api/commits, api/personal_access_tokens, api/runners, api/lint, api/repositories;
 * 18.11). `?` marks a field that may be missing, `|null` one that may be null. A `[]` holds the shape of a list's items.
 */
export type Shape = { readonly [field: string]: string | Shape | readonly [Shape] };

const commit: Shape = {
  id: "string",
  short_id: "string",
  title: "string",
  message: "string",
  author_name: "string",
  author_email: "string",
  authored_date: "string",
  committer_name: "string",
  committer_email: "string",
  committed_date: "string",
  created_at: "string",
  parent_ids: "array",
  web_url: "string",
};

/** What the answers of jobs and of trigger jobs ("bridges") have in common. */
const processable: Shape = {
  id: "number",
  name: "string",
  stage: "string",
  status: "string",
  ref: "string",
  tag: "boolean",
  coverage: "number|null",
  allow_failure: "boolean",
  created_at: "string",
  started_at: "string|null",
  finished_at: "string|null",
  duration: "number|null",
  queued_duration: "number|null",
  web_url: "string",
  pipeline: { id: "number", project_id: "number", ref: "string", sha: "string", status: "string" },
  commit: { id: "string", short_id: "string", title: "string", message: "string" },
  project: { ci_job_token_scope_enabled: "boolean" },
  user: { id: "number", username: "string", name: "string", state: "string" },
};

export const shapes: Readonly<Record<string, Shape>> = {
  project: {
    id: "number",
    description: "string|null",
    name: "string",
    name_with_namespace: "string",
    path: "string",
    path_with_namespace: "string",
    created_at: "string",
    default_branch: "string|null",
    http_url_to_repo: "string",
    ssh_url_to_repo: "string",
    web_url: "string",
    archived: "boolean",
    visibility: "string",
    star_count: "number",
    forks_count: "number",
    last_activity_at: "string",
    ci_config_path: "string|null",
    jobs_enabled: "boolean",
    shared_runners_enabled: "boolean",
    permissions: { project_access: "object|null", group_access: "object|null" },
  },
  pipeline: {
    id: "number",
    iid: "number",
    project_id: "number",
    name: "string|null",
    sha: "string",
    ref: "string",
    status: "string",
    source: "string",
    created_at: "string",
    updated_at: "string",
    web_url: "string",
    before_sha: "string",
    tag: "boolean",
    yaml_errors: "string|null",
    user: {
      id: "number",
      username: "string",
      name: "string",
      state: "string",
      avatar_url: "string|null",
      web_url: "string",
    },
    started_at: "string|null",
    finished_at: "string|null",
    committed_at: "string|null",
    duration: "number|null",
    queued_duration: "number|null",
    coverage: "string|null",
  },
  job: {
    ...processable,
    "failure_reason?": "string",
    tag_list: "array",
    artifacts: "array",
    "artifacts_file?": { filename: "string", size: "number" },
    artifacts_expire_at: "string|null",
    runner: "object|null",
  },
  bridge: {
    ...processable,
    downstream_pipeline: {
      id: "number",
      sha: "string",
      ref: "string",
      status: "string",
      created_at: "string",
      updated_at: "string",
      web_url: "string",
    },
  },
  mergeRequest: {
    id: "number",
    iid: "number",
    project_id: "number",
    title: "string",
    description: "string|null",
    state: "string",
    created_at: "string",
    updated_at: "string",
    source_branch: "string",
    target_branch: "string",
    author: { id: "number", username: "string", name: "string", state: "string" },
    draft: "boolean",
    sha: "string",
    web_url: "string",
    prepared_at: "string|null",
    labels: "array",
    detailed_merge_status: "string",
    references: { short: "string", relative: "string", full: "string" },
  },
  note: {
    id: "number",
    body: "string",
    author: { id: "number", username: "string", name: "string", state: "string" },
    created_at: "string",
    system: "boolean",
    noteable_type: "string",
    resolvable: "boolean",
  },
  branch: {
    name: "string",
    merged: "boolean",
    protected: "boolean",
    default: "boolean",
    developers_can_push: "boolean",
    developers_can_merge: "boolean",
    can_push: "boolean",
    web_url: "string",
    commit,
  },
  commit,
  token: {
    id: "number",
    name: "string",
    revoked: "boolean",
    created_at: "string",
    scopes: "array",
    user_id: "number",
    last_used_at: "string|null",
    active: "boolean",
    expires_at: "string|null",
  },
  runner: {
    id: "number",
    description: "string|null",
    active: "boolean",
    paused: "boolean",
    is_shared: "boolean",
    runner_type: "string",
    name: "string|null",
    online: "boolean|null",
    status: "string",
    tag_list: "array",
    run_untagged: "boolean",
    maximum_timeout: "number|null",
    access_level: "string",
  },
  testReport: {
    total_time: "number",
    total_count: "number",
    success_count: "number",
    failed_count: "number",
    skipped_count: "number",
    error_count: "number",
    test_suites: [
      {
        name: "string",
        total_time: "number",
        total_count: "number",
        success_count: "number",
        failed_count: "number",
        skipped_count: "number",
        error_count: "number",
        test_cases: [
          {
            status: "string",
            name: "string",
            classname: "string",
            execution_time: "number",
            system_output: "string|null",
            stack_trace: "string|null",
          },
        ],
      },
    ],
  },
  lint: {
    valid: "boolean",
    errors: "array",
    warnings: "array",
    merged_yaml: "string|null",
    includes: "array",
    "jobs?": "array",
  },
  treeEntry: { id: "string", name: "string", type: "string", path: "string", mode: "string" },
};

/** Where a value departs from a shape, in words; empty where it does not. */
export function differencesFrom(shape: Shape, value: unknown, path: string): string[] {
  if (typeof value !== "object" || value === null) return [`${path} is not an object`];
  return Object.entries(shape).flatMap(([key, wanted]) => {
    const name = key.replace(/\?$/, "");
    const found = (value as Record<string, unknown>)[name];
    const at = `${path}.${name}`;
    if (found === undefined) return key.endsWith("?") ? [] : [`${at} is missing`];
    if (typeof wanted === "string") {
      const type = found === null ? "null" : Array.isArray(found) ? "array" : typeof found;
      return wanted.split("|").includes(type) ? [] : [`${at} is ${type}, not ${wanted}`];
    }
    if (!isList(wanted)) return differencesFrom(wanted, found, at);
    if (!Array.isArray(found)) return [`${at} is not a list`];
    return found.flatMap((each, index) => differencesFrom(wanted[0], each, `${at}[${index}]`));
  });
}

function isList(shape: Shape | readonly [Shape]): shape is readonly [Shape] {
  return Array.isArray(shape);
}
