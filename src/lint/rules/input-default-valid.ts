import { reportClaimed } from "../claimed.ts";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "input-default-valid",
  group: "contract",
  severity: "error",
  confidence: "certain",
  summary: "A default is of the input's type, one of its options, and matches its regex.",
  why: "GitLab checks the default even when a value is given, so a wrong default breaks every consumer.",
  reference: "https://docs.gitlab.com/ci/yaml/#specinputsdefault",
  codes: [
    "input-default-kind",
    "input-default-not-option",
    "input-default-unmatched",
    "input-rule-default-not-option",
  ],
  check: (_file, context) =>
    reportClaimed(context, () => "make the default fit the input's type, options and regex"),
};
