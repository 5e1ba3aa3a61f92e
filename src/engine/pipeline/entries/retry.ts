import { knownBelow } from "../../version/index.ts";
import { toJson, type YamlMap } from "../../yaml/index.ts";
import { check, isInteger, isList, isMap, isText, optional, type Rule } from "./checks.ts";
import type { Definition, Entry } from "./entry.ts";
import {
  allowedKeys,
  arrayOfIntegersOrInteger,
  arrayOfStringsOrString,
  integerBetween,
  knownItems,
  oneOf,
  versionOf,
} from "./rules.ts";

/* `retry` (https://docs.gitlab.com/ci/yaml/#retry). Its messages do not name the job. */

/** GitLab accepts every reason for which a job can fail, also those that only other parts of it set. */
const REASONS = [
  "unknown_failure",
  "script_failure",
  "api_failure",
  "stuck_or_timeout_failure",
  "runner_system_failure",
  "missing_dependency_failure",
  "runner_unsupported",
  "stale_schedule",
  "job_execution_timeout",
  "archived_failure",
  "unmet_prerequisites",
  "scheduler_failure",
  "data_integrity_failure",
  "forward_deployment_failure",
  "user_blocked",
  "project_deleted",
  "ci_quota_exceeded",
  "pipeline_loop_detected",
  "no_matching_runner",
  "trace_size_exceeded",
  "builds_disabled",
  "environment_creation_failure",
  "deployment_rejected",
  "failed_outdated_deployment_job",
  "runner_provisioning_timeout",
  "duo_workflow_not_allowed",
  "job_router_failure",
  "job_token_expired",
  "insufficient_bridge_permissions",
  "downstream_bridge_project_not_found",
  "invalid_bridge_trigger",
  "bridge_pipeline_is_child_pipeline",
  "downstream_pipeline_creation_failed",
  "secrets_provider_not_found",
  "reached_max_descendant_pipelines_depth",
  "ip_restriction_failure",
  "reached_max_pipeline_hierarchy_size",
  "reached_downstream_pipeline_trigger_rate_limit",
  "protected_environment_failure",
  "upstream_bridge_project_not_found",
  "insufficient_upstream_permissions",
  "stuck_pending_with_matching_runners",
  "stuck_pending_no_matching_runners",
  "no_updates_running",
  "no_updates_canceling",
  "runner_configuration_error",
  "runner_external_dependency_failure",
  "runner_interrupted",
  "server_timeout_running",
  "server_timeout_canceling",
  "always",
];

/** Those that the judging GitLab knows. */
const reasons = (rule: (values: readonly string[]) => Rule): Rule => {
  return (value, entry) => rule(knownBelow("retry:when", REASONS, versionOf(entry)))(value, entry);
};

const whenIs = (test: (value: Parameters<typeof isText>[0]) => boolean) => ({
  optional: true,
  when: (entry: Entry) => test(entry.get("when") ?? null),
});

const simple: Definition = {
  title: "simple retry",
  location: "retry",
  checks: [check("config", integerBetween(0, 2))],
  value: ({ config }) => ({ max: config }),
};

const full: Definition = {
  title: "full retry",
  location: "retry",
  checks: [
    check("config", allowedKeys("max", "when", "exit_codes")),
    optional("max", integerBetween(0, 2)),
    optional("when", arrayOfStringsOrString),
    check("when", reasons(knownItems), whenIs(isList)),
    check(
      "when",
      reasons((values) => oneOf(values)),
      whenIs(isText),
    ),
    optional("exit_codes", arrayOfIntegersOrInteger),
  ],
  value: ({ config }) => {
    const { when, exit_codes, ...rest } = toJson(config as YamlMap) as Record<string, unknown>;
    return {
      ...rest,
      ...(when !== undefined && { when: when === null ? null : [when].flat() }),
      ...(exit_codes !== undefined && exit_codes !== null && { exit_codes: [exit_codes].flat() }),
    };
  },
};

const unknown: Definition = {
  title: "retry",
  location: "retry config",
  checks: [(entry) => entry.report("", "has to be either an integer or a hash")],
};

export const retry: Definition = {
  title: "retry",
  choose: (config) => (isInteger(config) ? simple : isMap(config) ? full : unknown),
};
