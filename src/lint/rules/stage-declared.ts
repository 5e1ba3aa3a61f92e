import { reportClaimed } from "../claimed.ts";
import { listed, meant } from "../nearest.ts";
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
    reportClaimed(context, ({ problem }) => {
      if (problem.code !== "stage-undeclared") return undefined;
      const { stage, stages } = problem.facts;
      const own = stages.filter((each) => !each.startsWith("."));
      return meant(stage, own) ?? `the stages are ${listed(own)}; add "${stage}" to stages:`;
    }),
};
