import { comparisonsOf, conditionsIn, loneTexts, textOf } from "../conditions.ts";
import { incomparable } from "../incomparable.ts";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "condition-comparable",
  group: "pipeline",
  severity: "warning",
  confidence: "certain",
  summary: "What a condition compares can be equal, or match.",
  why: "`==` compares texts, so a pattern or a wildcard beside it is never equal; `=~` takes a pattern between slashes and matches nothing else; a text that nothing is compared with is always true. GitLab accepts all of them, and the rule never holds, or always.",
  reference: "https://docs.gitlab.com/ci/jobs/job_rules/#cicd-variable-expressions",
  check(file, { report }) {
    for (const condition of conditionsIn(file)) {
      for (const comparison of comparisonsOf(condition)) {
        const wrong = incomparable(comparison);
        if (wrong !== undefined) report({ at: comparison.at, ...wrong });
      }
      for (const { token, at } of loneTexts(condition)) {
        const text = textOf(token) ?? "";
        const variable = condition.tokens.find(({ type }) => type === "variable");
        report({
          at,
          message: `"${text}" is compared with nothing, and so is always true`,
          hint: `write the comparison out: $${(variable && textOf(variable)) ?? "NAME"} == "${text}"`,
        });
      }
    }
  },
};
