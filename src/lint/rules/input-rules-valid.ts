import { reportClaimed } from "../claimed.ts";
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
  stage: "header",
  claims:
    /rule must define|cannot be used together: rules|invalid expression|circular|config should be an array/i,
  check: (_file, context) => reportClaimed(context),
};
