import { reportClaimed } from "../claimed.ts";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "stage-declared",
  group: "pipeline",
  severity: "error",
  confidence: "certain",
  summary: "Every job's stage exists.",
  why: "A job in a stage that the pipeline does not list is refused. A component should take its stage as an input, with a default that every pipeline has.",
  reference: "https://docs.gitlab.com/ci/yaml/#stages",
  codes: ["stage-undeclared"],
  check: (_file, context) =>
    reportClaimed(context, () => "add the stage to stages:, or take it as an input with the default test"),
};
