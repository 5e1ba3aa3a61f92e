import { reportClaimed } from "../claimed.ts";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "caller-input-given",
  group: "caller",
  severity: "error",
  confidence: "certain",
  summary: "An include gives every required input.",
  why: "GitLab refuses an include that leaves a required input out.",
  reference: "https://docs.gitlab.com/ci/inputs/#for-configuration-added-with-include",
  codes: ["input-missing"],
  check: (_file, context) =>
    reportClaimed(context, ({ problem }) =>
      problem.code === "input-missing" ? `add ${problem.facts.input}: below inputs:` : undefined,
    ),
};
