import { reportClaimed } from "../claimed.ts";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "needs-acyclic",
  group: "pipeline",
  severity: "error",
  confidence: "certain",
  summary: "Jobs do not need each other in a circle.",
  why: "Jobs that wait for each other could never start; GitLab refuses them.",
  reference: "https://docs.gitlab.com/ci/yaml/#needs",
  codes: ["needs-circular"],
  check: (_file, context) => reportClaimed(context, () => "remove one of the needs that lead around"),
};
