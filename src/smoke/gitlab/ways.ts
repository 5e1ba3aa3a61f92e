import { UsageError } from "../../base/usage-error.ts";
import { isGitlabError } from "../../gitlab/index.ts";
import type { PipelineRequest } from "../session.ts";
import { isSecret, type Plan } from "./start.ts";

/** Says which variables go another way than the scenario means, and what that changes. */
export function tell(
  { beginning, carried, lost }: Plan,
  { onEvent }: PipelineRequest,
  refused: boolean,
  hidden: readonly string[],
): void {
  const names = (variables: readonly { readonly key: string }[]) =>
    variables.map((each) => each.key).join(", ");
  const notes = [
    ...(lost.length > 0
      ? [`GitLab takes no secrets for merge request pipelines; set these in the project: ${names(lost)}`]
      : []),
    ...(refused && beginning !== "merge_request_event" && carried.length > 0
      ? [
          `the project takes no variables from this token: the pipeline's file has ${names(carried)}; trigger jobs hand them on, and include:rules do not see them`,
        ]
      : []),
    ...(hidden.length > 0
      ? [`${hidden.join(", ")} stays GitLab's own: trigger jobs would hand another one on to their pipelines`]
      : []),
  ];
  for (const text of notes) onEvent?.({ kind: "note", text });
}

/** Whether the file says what the pipeline stands for, and a trigger job would hand that on to a pipeline for which it is wrong. */
export function handsOn({ beginning, carried }: Plan, config: unknown): boolean {
  if (beginning !== "api" || !carried.some(({ key }) => key === "CI_PIPELINE_SOURCE")) return false;
  return Object.values((config ?? {}) as object).some(
    (job) => typeof job === "object" && job !== null && "trigger" in job,
  );
}

/** GitLab's refusal of variables from somebody whose role is too low (docs, ci/variables "Restrict pipeline variables"). */
export function isOfVariables(error: unknown): boolean {
  return (
    isGitlabError(error, "invalid", "forbidden") &&
    error.reasons.some((reason) => /insufficient permissions to set pipeline variables/i.test(reason))
  );
}

/** Secrets must not go into a file. @throws UsageError where the plan has some */
export function refuseSecrets({ given }: Plan, path: string): void {
  const secrets = given.filter(isSecret).map(({ key }) => key);
  if (secrets.length === 0) return;
  throw new UsageError(
    `the project ${path} takes no variables from this token, and the scenario's secrets ${secrets.join(", ")} must not go into a file: lower the role in Settings > CI/CD > Variables, or set them in the project`,
  );
}
