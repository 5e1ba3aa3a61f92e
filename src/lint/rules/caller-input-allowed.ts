import { reportClaimed } from "../claimed.ts";
import { inputHint } from "../input-hints.ts";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "caller-input-allowed",
  group: "caller",
  severity: "error",
  confidence: "certain",
  summary: "An include gives values that the component allows.",
  why: "GitLab refuses values outside an input's options and values that do not match its regex.",
  reference: "https://docs.gitlab.com/ci/yaml/#specinputsoptions",
  codes: ["input-value-not-option", "input-value-unmatched"],
  check: (_file, context) => reportClaimed(context, ({ problem }) => inputHint(problem)),
};
