import { DEFAULT_STAGES } from "../../engine/pipeline/index.ts";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "stage-adjustable",
  group: "pipeline",
  severity: "warning",
  confidence: "high",
  summary: "A component's jobs run in a usual stage, or take their stage as an input.",
  why: "A consumer whose pipeline does not list the stage gets an error that can only be fixed by adding the stage. As an input, the stage fits any pipeline.",
  reference: "https://docs.gitlab.com/ci/components/#replace-hardcoded-values-with-inputs",
  check(file, { report }) {
    if (file.kind !== "component" || file.body?.has("stages")) return;
    for (const job of file.jobs) {
      const entry = job.entry("stage");
      if (
        typeof entry?.value !== "string" ||
        entry.value.includes("$[[") ||
        DEFAULT_STAGES.includes(entry.value)
      )
        continue;
      report({
        at: entry.valuePlace,
        message: `stage "${entry.value}" must be declared by every consumer`,
        hint: `take it as an input: stage: $[[ inputs.stage ]], with the default "${entry.value}"`,
      });
    }
  },
};
