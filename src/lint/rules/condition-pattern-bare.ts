import { comparisonsOf, conditionsIn } from "../conditions.ts";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "condition-pattern-bare",
  group: "pipeline",
  severity: "info",
  confidence: "high",
  summary: "A pattern in a condition stands between slashes, without quotes.",
  why: "GitLab documents patterns without quotes. It takes a quoted text with slashes for a pattern all the same, but checks it only when a pipeline starts: a mistake in it is no error, the rule just never holds.",
  reference: "https://docs.gitlab.com/ci/jobs/job_rules/#compare-a-variable-to-a-regular-expression",
  check(file, { report }) {
    for (const condition of conditionsIn(file)) {
      for (const { operator, right, at } of comparisonsOf(condition)) {
        if (right.type !== "string" || !operator.endsWith("~") || !/^\/.*\/[ismU]*$/.test(right.text))
          continue;
        report({
          at,
          message: `the pattern ${right.text} stands in quotes, so GitLab checks it only when a pipeline starts`,
          hint: `write ${operator} ${right.text}, without the quotes`,
        });
      }
    }
  },
};
