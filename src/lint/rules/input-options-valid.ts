import { reportClaimed } from "../claimed.ts";
import { headerHint } from "../header-hints.ts";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "input-options-valid",
  group: "contract",
  severity: "error",
  confidence: "certain",
  summary: "Options are a list of at most 50 values that fit the input's type.",
  why: "GitLab refuses options of other types, more than 50 of them, nulls, and options beside a boolean input.",
  reference: "https://docs.gitlab.com/ci/yaml/#specinputsoptions",
  codes: [
    "input-options-kind",
    "input-options-many",
    "input-options-null",
    "input-options-unfit",
    "input-rule-options-many",
  ],
  check: (_file, context) => reportClaimed(context, ({ problem }) => headerHint(problem)),
};
