import type { Rule } from "../rule.ts";

/** Reported while suppressions are applied: see suppressions.ts. */
export const rule: Rule = {
  id: "suppression-reasoned",
  group: "suppression",
  severity: "warning",
  confidence: "certain",
  summary: "A suppression names a rule and says why.",
  why: "The next reader must know why the rule does not count here. A comment without a reason suppresses nothing.",
  reference: "https://docs.gitlab.com/ci/yaml/",
};
