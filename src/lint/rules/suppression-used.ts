import type { Rule } from "../rule.ts";

/** Reported while suppressions are applied: see suppressions.ts. */
export const rule: Rule = {
  id: "suppression-used",
  group: "suppression",
  severity: "warning",
  confidence: "certain",
  summary: "A suppression silences a finding.",
  why: "A comment that silences nothing hides the next fault on its line.",
  reference: "https://docs.gitlab.com/ci/yaml/",
};
