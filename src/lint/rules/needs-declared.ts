import { reportClaimed } from "../claimed.ts";
import { meant } from "../nearest.ts";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "needs-declared",
  group: "pipeline",
  severity: "error",
  confidence: "certain",
  summary: "Every job that another one needs exists.",
  why: "A need or dependency on a job that is not there is refused.",
  reference: "https://docs.gitlab.com/ci/yaml/#needs",
  codes: ["need-undefined", "dependency-undefined"],
  check: (file, context) =>
    reportClaimed(context, ({ problem: { code, facts } }) =>
      code === "need-undefined" || code === "dependency-undefined"
        ? meant(
            facts.need,
            file.jobs.map(({ name }) => name),
          )
        : undefined,
    ),
};
