import {
  compareGitLabVersions,
  type GitLabVersion,
  NEWEST_VERSION,
  parseGitLabVersion,
} from "./gitlab-version.ts";

/** When something came to GitLab. */
interface Row {
  /** The version that brought it without a flag, or with one that is on by default; the one of the flag where that is still off. Without it: always there. */
  readonly since?: string;
  /** The version that had it behind a flag that was off. The engine judges with all flags on, as the recorded verdicts of 18.11 do. */
  readonly flag?: string;
  /** The version that took it away. */
  readonly until?: string;
}

/**
 * What GitLab has not always known: one row for each keyword, value and function. The engine refuses it before its version; lint says
 * which version it needs. The versions are those of the history notes in GitLab's documentation: doc/ci/yaml/_index.md,
 * doc/ci/inputs/_index.md, doc/ci/components/_index.md, doc/ci/jobs/job_inputs.md, doc/ci/yaml/expressions.md of gitlab-org/gitlab.
 */
const ROWS = {
  // beta until 17.0, but there
  "spec:inputs": { since: "15.11" },
  "spec:component": { since: "18.6" },
  "spec:include": { since: "18.9", flag: "18.6" },
  "spec:description": { since: "18.10" },
  "spec:inputs:description": { since: "16.5" },
  "spec:inputs:regex": { since: "16.5" },
  "spec:inputs:options": { since: "16.6" },
  "spec:inputs:rules": { since: "18.7" },
  "spec:inputs:type:array": { since: "16.11" },
  "spec:inputs:options:array": { since: "19.0" },
  "block:items": { since: "18.11" },
  "block:matrix": { since: "18.6" },
  "function:truncate": { since: "16.3" },
  "function:expand_vars": { since: "16.5" },
  "function:posix_escape": { since: "18.6" },
  // behind a flag that is still off by default
  "function:split": { since: "19.2" },
  "include:component": { since: "16.2" },
  "include:integrity": { since: "17.9" },
  "include:cache": { since: "19.0", flag: "18.9" },
  "job:manual_confirmation": { since: "17.1" },
  "job:run": { since: "17.5", flag: "17.3" },
  "job:inputs": { since: "18.10" },
  "trigger:inputs": { since: "17.11" },
  "trigger:include:inputs": { since: "17.11" },
  "trigger:strategy:mirror": { since: "18.2" },
  "rules:changes:regexp": { since: "19.2" },
  "rules:exists:regexp": { since: "19.2" },
  "artifacts:reports:sarif": { since: "19.2", flag: "18.11" },
  // behind a flag (increase_ci_cache_key_files_limit) that is still off by default
  "cache:key:files:10": { since: "19.5" },
  "secrets:gitlab_secrets_manager": { since: "19.0" },
  "artifacts:access": { since: "16.11" },
  "artifacts:access:maintainer": { since: "18.4" },
  "image:kubernetes": { since: "18.0" },
  "services:kubernetes": { since: "18.0" },
  "pages:path_prefix": { since: "17.4", flag: "16.7" },
  "pages:expire_in": { since: "17.4" },
  "pages:publish": { since: "17.9" },
  "environment:kubernetes:agent": { since: "17.6" },
  "environment:kubernetes:flux_resource_path": { since: "17.7" },
  "environment:kubernetes:dashboard": { since: "18.4" },
  "retry:when:stuck_pending_with_matching_runners": { since: "19.0" },
  "retry:when:stuck_pending_no_matching_runners": { since: "19.0" },
  "retry:when:no_updates_running": { since: "19.0" },
  "retry:when:no_updates_canceling": { since: "19.0" },
  "retry:when:runner_configuration_error": { since: "19.0" },
  "retry:when:runner_external_dependency_failure": { since: "19.0" },
  "retry:when:runner_interrupted": { since: "19.0" },
  "retry:when:server_timeout_running": { since: "19.0" },
  "retry:when:server_timeout_canceling": { since: "19.1" },
  "variable:CI_JOB_RETRY_COUNT": { since: "19.3" },
  // Removed: doc/update/deprecations.md.
  "variable:CI_JOB_JWT": { until: "17.0" },
  "variable:CI_JOB_JWT_V1": { until: "17.0" },
  "variable:CI_JOB_JWT_V2": { until: "17.0" },
  "include:template:Terraform.gitlab-ci.yml": { until: "18.0" },
  "include:template:Terraform.latest.gitlab-ci.yml": { until: "18.0" },
  "include:template:Terraform/Base.gitlab-ci.yml": { until: "18.0" },
  "include:template:Terraform/Base.latest.gitlab-ci.yml": { until: "18.0" },
} as const satisfies Readonly<Record<string, Row>>;

/** The name of a row: the path of keywords, with the value behind them. */
export type FeatureName = keyof typeof ROWS;

const rows: ReadonlyMap<string, Row> = new Map(Object.entries(ROWS));

/** Whether a version of GitLab knows a thing, with all its flags on. What has no row was always there. */
export function isKnownTo(version: GitLabVersion, name: string): boolean {
  const row = rows.get(name);
  if (row === undefined) return true;
  const came = row.flag ?? row.since;
  const since = came === undefined ? undefined : parseGitLabVersion(came)!;
  const until = row.until === undefined ? undefined : parseGitLabVersion(row.until)!;
  return (
    (since === undefined || compareGitLabVersions(version, since) >= 0) &&
    (until === undefined || compareGitLabVersions(version, until) < 0)
  );
}

/** The version that brought a thing, such as `18.10`; undefined for what was always there. */
export function sinceOf(name: string): string | undefined {
  return rows.get(name)?.since;
}

/** The version that took a thing away. */
export function untilOf(name: string): string | undefined {
  return rows.get(name)?.until;
}

/** The names of all rows directly below a path, by their last part: `job` gives `["run", …]`. */
export function namesBelow(path: string): readonly string[] {
  const prefix = `${path}:`;
  const below = [...rows].filter(
    ([name]) => name.startsWith(prefix) && !name.slice(prefix.length).includes(":"),
  );
  return below.map(([name]) => name.slice(prefix.length));
}

/** What of a list a version knows, each entry by its row below a path. */
export function knownBelow<Name extends string>(
  path: string,
  names: readonly Name[],
  version: GitLabVersion = NEWEST_VERSION,
): readonly Name[] {
  return names.every((name) => isKnownTo(version, `${path}:${name}`))
    ? names
    : names.filter((name) => isKnownTo(version, `${path}:${name}`));
}
