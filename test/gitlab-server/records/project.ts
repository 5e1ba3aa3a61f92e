import type { ServerProject } from "../project.ts";
import type { ServerState } from "../state.ts";
import { roles } from "../tokens.ts";

const created = "2026-01-01T00:00:00.000Z";

/** What a token's user with that role is told of a project (GitLab docs, api/projects). */
export function projectRecord(state: ServerState, project: ServerProject, role: number = roles.maintainer) {
  return {
    ...basics(state, project),
    _links: links(`${state.url}/api/v4/projects/${project.id}`),
    ...access,
    ...repositorySettings,
    ...mergeSettings,
    ...licensed,
    ...ciSettings(project),
    // Only Maintainers are told.
    ...(role >= roles.maintainer && settingsForMaintainers(project)),
    archived: project.archived,
    empty_repo: project.empty,
    description_html: project.description,
    can_create_merge_request_in: role >= roles.developer,
  };
}

/** The same with what the token's user may: one project, and the list of all. */
export function projectWithAccess(
  state: ServerState,
  project: ServerProject,
  role: number = roles.maintainer,
) {
  const level = project.readOnly ? roles.reporter : role;
  const project_access = project.roleUntold ? null : { access_level: level, notification_level: 3 };
  return { ...projectRecord(state, project, role), permissions: { project_access, group_access: null } };
}

function basics({ url, host }: ServerState, project: ServerProject) {
  const name = project.path.split("/").at(-1) ?? "";
  const group = project.path.split("/").slice(0, -1);
  return {
    id: project.id,
    description: project.description,
    name,
    name_with_namespace: project.path.replaceAll("/", " / "),
    path: name,
    path_with_namespace: project.path,
    created_at: created,
    updated_at: created,
    last_activity_at: created,
    default_branch: project.empty ? null : project.defaultBranch,
    tag_list: [],
    topics: [],
    ssh_url_to_repo: `git@127.0.0.1:${project.path}.git`,
    http_url_to_repo: `${url}/${project.path}.git`,
    web_url: `${url}/${project.path}`,
    readme_url: `${url}/${project.path}/-/blob/${project.defaultBranch}/README.md`,
    container_registry_image_prefix: `${host}/${project.path}`,
    avatar_url: null,
    star_count: 0,
    forks_count: 0,
    visibility: "private",
    creator_id: 1,
    namespace: {
      id: 1,
      name: group.at(-1) ?? "",
      path: group.at(-1) ?? "",
      kind: "group",
      full_path: group.join("/"),
      parent_id: null,
      avatar_url: null,
      web_url: `${url}/groups/${group.join("/")}`,
    },
  };
}

function links(self: string) {
  return {
    self,
    issues: `${self}/issues`,
    merge_requests: `${self}/merge_requests`,
    repo_branches: `${self}/repository/branches`,
    labels: `${self}/labels`,
    events: `${self}/events`,
    members: `${self}/members`,
    cluster_agents: `${self}/cluster_agents`,
  };
}

/** Who may use which part of a project. */
const access = {
  issues_enabled: true,
  merge_requests_enabled: true,
  wiki_enabled: true,
  jobs_enabled: true,
  snippets_enabled: true,
  packages_enabled: true,
  container_registry_enabled: true,
  service_desk_enabled: false,
  service_desk_address: null,
  issues_access_level: "enabled",
  repository_access_level: "enabled",
  merge_requests_access_level: "enabled",
  forking_access_level: "enabled",
  wiki_access_level: "enabled",
  builds_access_level: "enabled",
  snippets_access_level: "enabled",
  pages_access_level: "private",
  analytics_access_level: "enabled",
  container_registry_access_level: "enabled",
  security_and_compliance_access_level: "private",
  releases_access_level: "enabled",
  environments_access_level: "enabled",
  feature_flags_access_level: "enabled",
  infrastructure_access_level: "enabled",
  monitor_access_level: "enabled",
  model_experiments_access_level: "enabled",
  model_registry_access_level: "enabled",
  package_registry_access_level: "enabled",
};

const repositorySettings = {
  repository_object_format: "sha1",
  emails_disabled: false,
  emails_enabled: true,
  show_diff_preview_in_email: true,
  lfs_enabled: true,
  import_url: null,
  import_type: null,
  import_status: "none",
  open_issues_count: 0,
  marked_for_deletion_at: null,
  marked_for_deletion_on: null,
  shared_with_groups: [],
  request_access_enabled: true,
  enforce_auth_checks_on_uploads: true,
  warn_about_potentially_unwanted_characters: true,
  autoclose_referenced_issues: true,
  issue_branch_template: null,
};

const mergeSettings = {
  resolve_outdated_diff_discussions: false,
  mr_default_target_self: false,
  only_allow_merge_if_pipeline_succeeds: false,
  allow_merge_on_skipped_pipeline: null,
  only_allow_merge_if_all_discussions_are_resolved: false,
  remove_source_branch_after_merge: true,
  printing_merge_request_link_enabled: true,
  merge_method: "merge",
  merge_request_title_regex: null,
  merge_request_title_regex_description: null,
  squash_option: "default_off",
  suggestion_commit_message: null,
  merge_commit_template: null,
  squash_commit_template: null,
};

/** What only GitLab Premium and Ultimate tell. */
const licensed = {
  approvals_before_merge: 0,
  mirror: false,
  external_authorization_classification_label: "",
  requirements_enabled: true,
  requirements_access_level: "enabled",
  security_and_compliance_enabled: true,
  secret_push_protection_enabled: false,
  pre_receive_secret_detection_enabled: false,
  compliance_frameworks: [],
  issues_template: null,
  merge_requests_template: null,
  ci_restrict_pipeline_cancellation_role: "developer",
  merge_trains_enabled: false,
  merge_trains_skip_train_allowed: false,
  only_allow_merge_if_all_status_checks_passed: false,
  allow_pipeline_trigger_approve_deployment: false,
  prevent_merge_without_jira_issue: false,
  auto_duo_code_review_enabled: false,
  duo_remote_flows_enabled: false,
  web_based_commit_signing_enabled: false,
  spp_repository_pipeline_access: false,
};

function ciSettings({ mergedResults }: ServerProject) {
  return {
    shared_runners_enabled: true,
    group_runners_enabled: true,
    ci_config_path: null,
    ci_default_git_depth: 20,
    ci_delete_pipelines_in_seconds: null,
    ci_forward_deployment_enabled: true,
    ci_forward_deployment_rollback_allowed: true,
    ci_job_token_scope_enabled: false,
    ci_separated_caches: true,
    ci_allow_fork_pipelines_to_run_in_parent_project: true,
    ci_id_token_sub_claim_components: ["project_path", "ref_type", "ref"],
    ci_push_repository_for_job_token_allowed: false,
    build_git_strategy: "fetch",
    build_timeout: 3600,
    keep_latest_artifact: true,
    max_artifacts_size: null,
    auto_cancel_pending_pipelines: "enabled",
    auto_devops_enabled: false,
    auto_devops_deploy_strategy: "continuous",
    resource_group_default_process_mode: "unordered",
    public_jobs: true,
    merge_pipelines_enabled: mergedResults,
  };
}

function settingsForMaintainers({ variablesRole }: ServerProject) {
  return {
    ci_pipeline_variables_minimum_override_role: variablesRole,
    restrict_user_defined_variables: variablesRole !== "developer",
    runners_token: null,
    runner_token_expiration_interval: null,
    import_error: null,
  };
}
