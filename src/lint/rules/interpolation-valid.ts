import { reportClaimed } from "../claimed.ts";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "interpolation-valid",
  group: "contract",
  severity: "error",
  confidence: "certain",
  summary: "Every block is one that GitLab can evaluate.",
  why: "Everything that GitLab refuses in a block and that no other rule explains: unknown contexts, wrong indices, limits.",
  reference: "https://docs.gitlab.com/ci/yaml/expressions/",
  codes: [
    "block-malformed",
    "block-too-long",
    "block-name-unknown",
    "block-index-invalid",
    "blocks-too-large",
  ],
  check: (_file, context) => reportClaimed(context),
};
