import { deployments, mayHave } from "../deployments.ts";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "deploy-interruption-decided",
  group: "pipeline",
  severity: "info",
  confidence: "high",
  summary: "A component's jobs that deploy say themselves that they are not interruptible.",
  why: "A job without `interruptible` takes the consumer's `default: interruptible: true`, and is then cancelled half way when a newer pipeline starts.",
  reference: "https://docs.gitlab.com/ci/yaml/#default",
  check(file, { report }) {
    if (file.kind !== "component") return;
    for (const { job } of deployments(file)) {
      if (["interruptible", "trigger", "inherit"].some((key) => mayHave(job, key, file))) continue;
      report({
        at: job.place,
        message: `job "${job.name}" counts as a deployment, and the consumer's default decides whether it may be cancelled`,
        hint: "write interruptible: false",
      });
    }
  },
};
