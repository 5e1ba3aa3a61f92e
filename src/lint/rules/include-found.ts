import { reportClaimed } from "../claimed.ts";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "include-found",
  group: "pipeline",
  severity: "error",
  confidence: "certain",
  summary: "Every include leads to a file.",
  why: "GitLab refuses the pipeline if one of its includes cannot be read.",
  reference: "https://docs.gitlab.com/ci/yaml/#include",
  stage: "pipeline",
  claims:
    /^(?:Local file|Component|Project|Included file|Remote file|Each include|.* does not have a valid subkey for include|Maximum of)/,
  check: (_file, context) => reportClaimed(context),
};
