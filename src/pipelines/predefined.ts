import { createHash } from "node:crypto";

/** What starts a pipeline, and on what. */
export interface PipelineTrigger {
  /** `CI_PIPELINE_SOURCE`: push, merge_request_event, api, web, schedule, trigger, … */
  readonly source: string;
  /** The branch, the tag when `tag` is set, or the source branch of a merge request. */
  readonly ref: string;
  readonly tag: boolean;
  readonly defaultBranch: string;
  /** Whether the project protects this branch or tag. As in a new project of GitLab, only the default branch is, where this is not told. */
  readonly isProtected?: boolean;
  /** The branch that a merge request goes to; the default branch when absent. */
  readonly target?: string | undefined;
}

/** The commit that a pipeline runs for. */
export interface PipelineCommit {
  readonly sha: string;
  readonly beforeSha: string;
  /** ISO 8601, with a time zone. */
  readonly timestamp: string;
  readonly message: string;
  readonly author: string;
  /** Where a merge request's branch has left its target; `beforeSha` when absent. */
  readonly diffBaseSha?: string | undefined;
}

/** The project as it would stand on a server. */
export interface ProjectIdentity {
  /** Full path, such as `group/name`. */
  readonly path: string;
  /** Host name with port, if any: `CI_SERVER_FQDN`. */
  readonly server: string;
}

/** Who starts a pipeline. */
export interface PipelineUser {
  readonly name: string;
  readonly email: string;
  readonly login: string;
}

export interface PipelineIdentity {
  /** The user of smoke runs when absent. */
  readonly user?: PipelineUser | undefined;
  readonly project: ProjectIdentity;
  readonly trigger: PipelineTrigger;
  readonly commit: PipelineCommit;
  readonly pipelineId: number;
}

/**
 * The variables that GitLab sets for a whole pipeline: those that `include:rules`, `workflow:rules` and `rules` may read.
 * Source: docs.gitlab.com/ci/variables/predefined_variables (18.11). What only exists on a real server is left out.
 */
export function pipelineVariables(identity: PipelineIdentity): Record<string, string> {
  const { project, trigger, commit, pipelineId, user = smokeUser } = identity;
  const [namespace, name] = splitPath(project.path);
  const url = `https://${project.server}`;
  const [host, port] = project.server.split(":") as [string, string | undefined];
  const [title, ...description] = commit.message.split("\n");
  return {
    CI: "true",
    GITLAB_CI: "true",
    CI_API_V4_URL: `${url}/api/v4`,
    CI_API_GRAPHQL_URL: `${url}/api/graphql`,
    CI_COMMIT_AUTHOR: commit.author,
    CI_COMMIT_BEFORE_SHA: commit.beforeSha,
    CI_COMMIT_DESCRIPTION: description.join("\n").trim(),
    CI_COMMIT_MESSAGE: commit.message,
    CI_COMMIT_REF_NAME: trigger.ref,
    CI_COMMIT_REF_PROTECTED: String(
      trigger.isProtected ?? (!trigger.tag && trigger.ref === trigger.defaultBranch),
    ),
    CI_COMMIT_REF_SLUG: slug(trigger.ref),
    CI_COMMIT_SHA: commit.sha,
    CI_COMMIT_SHORT_SHA: commit.sha.slice(0, 8),
    CI_COMMIT_TIMESTAMP: commit.timestamp,
    CI_COMMIT_TITLE: title ?? "",
    CI_CONFIG_PATH: ".gitlab-ci.yml",
    CI_DEFAULT_BRANCH: trigger.defaultBranch,
    CI_DEPLOY_FREEZE: "",
    CI_PIPELINE_ID: String(pipelineId),
    CI_PIPELINE_IID: String(pipelineId),
    CI_PIPELINE_NAME: "",
    CI_PIPELINE_SOURCE: trigger.source,
    CI_PIPELINE_TRIGGERED: "",
    CI_PIPELINE_URL: `${url}/${project.path}/-/pipelines/${pipelineId}`,
    CI_PROJECT_ID: "1",
    CI_PROJECT_NAME: name,
    CI_PROJECT_NAMESPACE: namespace,
    CI_PROJECT_PATH: project.path,
    CI_PROJECT_PATH_SLUG: slug(project.path),
    CI_PROJECT_ROOT_NAMESPACE: namespace.split("/")[0] ?? namespace,
    CI_PROJECT_TITLE: name,
    CI_PROJECT_URL: `${url}/${project.path}`,
    CI_PROJECT_VISIBILITY: "private",
    CI_SERVER: "yes",
    CI_SERVER_FQDN: project.server,
    CI_SERVER_HOST: host,
    CI_SERVER_NAME: "GitLab",
    CI_SERVER_PORT: port ?? "443",
    CI_SERVER_PROTOCOL: "https",
    CI_SERVER_URL: url,
    CI_SERVER_VERSION: "18.11.2",
    CI_SERVER_VERSION_MAJOR: "18",
    CI_SERVER_VERSION_MINOR: "11",
    CI_SERVER_VERSION_PATCH: "2",
    GITLAB_FEATURES: "",
    GITLAB_USER_EMAIL: user.email,
    GITLAB_USER_ID: "1",
    GITLAB_USER_LOGIN: user.login,
    GITLAB_USER_NAME: user.name,
    ...refVariables(identity),
  };
}

const smokeUser: PipelineUser = { name: "Smoke", email: "smoke@example.com", login: "smoke" };

/** Which of these exist depends on what the pipeline runs for: a branch, a tag or a merge request. */
function refVariables({ project, trigger, commit }: PipelineIdentity): Record<string, string> {
  if (trigger.source !== "merge_request_event") {
    return trigger.tag ? { CI_COMMIT_TAG: trigger.ref } : { CI_COMMIT_BRANCH: trigger.ref };
  }
  const url = `https://${project.server}/${project.path}`;
  return {
    CI_MERGE_REQUEST_DIFF_BASE_SHA: commit.diffBaseSha ?? commit.beforeSha,
    CI_MERGE_REQUEST_EVENT_TYPE: "detached",
    CI_MERGE_REQUEST_ID: "1",
    CI_MERGE_REQUEST_IID: "1",
    CI_MERGE_REQUEST_PROJECT_ID: "1",
    CI_MERGE_REQUEST_PROJECT_PATH: project.path,
    CI_MERGE_REQUEST_PROJECT_URL: url,
    CI_MERGE_REQUEST_REF_PATH: "refs/merge-requests/1/head",
    CI_MERGE_REQUEST_SOURCE_BRANCH_NAME: trigger.ref,
    CI_MERGE_REQUEST_SOURCE_BRANCH_SHA: "",
    CI_MERGE_REQUEST_SOURCE_PROJECT_ID: "1",
    CI_MERGE_REQUEST_SOURCE_PROJECT_PATH: project.path,
    CI_MERGE_REQUEST_SOURCE_PROJECT_URL: url,
    CI_MERGE_REQUEST_TARGET_BRANCH_NAME: trigger.target ?? trigger.defaultBranch,
    CI_MERGE_REQUEST_TARGET_BRANCH_SHA: "",
    CI_MERGE_REQUEST_TITLE: commit.message.split("\n")[0] ?? "",
    CI_OPEN_MERGE_REQUESTS: `${project.path}!1`,
  };
}

/** `CI_COMMIT_REF_SLUG`: lower case, at most 63 bytes, everything but a-z and 0-9 as one `-` each, none at the ends. */
export function slug(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9]/g, "-")
    .slice(0, 63)
    .replace(/^-+|-+$/g, "");
}

/** `CI_ENVIRONMENT_SLUG` (GitLab's `lib/gitlab/slug/environment.rb`): at most 24 bytes, with a hash where it was changed. */
export function environmentSlug(name: string): string {
  let result = name
    .toLowerCase()
    .replace(/[^a-z0-9]/g, "-")
    .replace(/-+/g, "-");
  if (!/^[a-z]/.test(result)) result = `env-${result}`;
  if (result.length <= 24 && result === name) return result.replace(/-$/, "");
  const hash = BigInt(`0x${createHash("sha256").update(name).digest("hex")}`)
    .toString(36)
    .slice(-6);
  const head = result.slice(0, 17);
  return `${head}${head.endsWith("-") ? "" : "-"}${hash}`;
}

function splitPath(path: string): [namespace: string, name: string] {
  const cut = path.lastIndexOf("/");
  return [path.slice(0, cut), path.slice(cut + 1)];
}
