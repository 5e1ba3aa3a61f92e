import { reportClaimed } from "../claimed.ts";
import { headerHint } from "../header-hints.ts";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "input-rules-valid",
  group: "contract",
  severity: "error",
  confidence: "certain",
  summary: "Rules of an input are complete, name declared inputs, and form no circle.",
  why: "Rules exclude `options` and `default` beside them; a rule with options needs a default that is one of them; inputs whose rules read each other in a circle are refused.",
  since: "18.7",
  reference: "https://docs.gitlab.com/ci/inputs/#define-conditional-input-options-with-specinputsrules",
  codes: [
    "input-rules-kind",
    "input-rules-beside",
    "input-rule-kind",
    "input-rule-keys-unknown",
    "input-rule-condition-invalid",
    "input-rule-incomplete",
  ],
  check: (_file, context) => reportClaimed(context, ({ problem }) => headerHint(problem)),
};
