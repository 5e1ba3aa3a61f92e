import { reportClaimed } from "../claimed.ts";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "input-options-valid",
  group: "contract",
  severity: "error",
  confidence: "certain",
  summary: "Options are a list of at most 50 values that fit the input's type.",
  why: "GitLab refuses options of other types, more than 50 of them, nulls, and options beside a boolean input.",
  reference: "https://docs.gitlab.com/ci/yaml/#specinputsoptions",
  stage: "header",
  claims: /Options can only be used|options should be|options array|more than 50 options/i,
  check: (_file, context) => reportClaimed(context),
};
