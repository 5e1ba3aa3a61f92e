import { reportClaimed } from "../claimed.ts";
import { headerHint } from "../header-hints.ts";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "header-valid",
  group: "contract",
  severity: "error",
  confidence: "certain",
  summary: "The header is one that GitLab accepts.",
  why: "Everything that GitLab refuses in a header and that no other rule explains: wrong shapes, a description that is too long, limits.",
  reference: "https://docs.gitlab.com/ci/yaml/#header-keywords",
  codes: [
    "header-value-kind",
    "header-description-long",
    "header-component-fields-unknown",
    "header-include-wrong",
    "header-include-keys-unknown",
    "component-header-includes",
    "inputs-duplicate",
    "server-error",
  ],
  check: (_file, context) => reportClaimed(context, ({ problem }) => headerHint(problem)),
};
