import { reportClaimed } from "../claimed.ts";
import type { EngineError } from "../engine.ts";

import { listed } from "../nearest.ts";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "pipeline-valid",
  group: "pipeline",
  severity: "error",
  confidence: "certain",
  summary: "The pipeline is one that GitLab accepts.",
  why: "Everything that GitLab refuses in jobs and global keywords and that no other rule explains. The file is judged as a consumer would include it, with plausible values for the required inputs.",
  reference: "https://docs.gitlab.com/ci/yaml/",
  codes: [
    "pipeline-empty",
    "merged-too-deep",
    "merged-too-large",
    "keys-missing",
    "keys-disallowed",
    "keys-beside-rules",
    "keys-exclusive",
    "keys-alternative",
    "keyword-twice",
    "value-kind",
    "commands-kind",
    "value-missing",
    "value-superfluous",
    "value-not-allowed",
    "value-out-of-bounds",
    "value-malformed",
    "value-wrong",
    "condition-invalid",
    "pattern-invalid",
    "duration-invalid",
    "duration-too-long",
    "variable-kind",
    "job-input-default-wrong",
    "jobs-missing",
    "need-name-long",
    "need-in-later-stage",
    "needs-duplicate",
    "stop-job-undefined",
    "stop-job-wrong",
    "publish-twice",
    "matrix-variable-unknown",
    "needs-many",
    "variables-circular",
    "rule-project-missing",
    "rule-compare-to-missing",
    "rule-ref-missing",
  ],
  check: (_file, context) => reportClaimed(context, hintOf),
};

function hintOf({ problem }: EngineError): string | undefined {
  switch (problem.code) {
    case "commands-kind":
      return "quote the command: a colon and a blank in it make it a mapping";
    case "keys-beside-rules":
      return "write the condition as one of the rules";
    case "value-not-allowed":
      return `the values are ${listed(problem.facts.allowed)}`;
    default:
      return undefined;
  }
}
