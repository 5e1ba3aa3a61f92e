import { deployments, mayHave } from "../deployments.ts";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "deploy-serialized",
  group: "pipeline",
  severity: "info",
  confidence: "medium",
  summary: "Jobs that deploy have a resource group.",
  why: "Two pipelines may deploy to one environment at the same time; the older one may finish last. A resource group lets one run at a time.",
  reference: "https://docs.gitlab.com/ci/resource_groups/",
  check(file, { report }) {
    for (const { job, environment } of deployments(file)) {
      if (job.entry("trigger") !== undefined || mayHave(job, "resource_group", file)) continue;
      report({
        at: environment.keyPlace,
        message: `job "${job.name}" counts as a deployment and has no resource group`,
        hint: "add resource_group: with the environment's name, or environment:action: access if the job only reads its variables",
      });
    }
  },
};
