import { reportClaimed } from "../claimed.ts";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "extends-declared",
  group: "pipeline",
  severity: "error",
  confidence: "certain",
  summary: "What a job extends or refers to exists.",
  why: "A template or a reference that leads nowhere, or in a circle, is refused.",
  reference: "https://docs.gitlab.com/ci/yaml/#extends",
  stage: "pipeline",
  claims: /extends|!reference/,
  check: (_file, context) => reportClaimed(context),
};
