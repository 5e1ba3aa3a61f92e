import { reportClaimed } from "../claimed.ts";
import { listed, nearest } from "../nearest.ts";
import type { Rule } from "../rule.ts";

/** What a block can read (https://docs.gitlab.com/ci/yaml/expressions/). */
const CONTEXTS = ["inputs", "component", "matrix"];

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
  check: (_file, context) =>
    reportClaimed(context, ({ problem }) => {
      if (problem.code !== "block-name-unknown") return undefined;
      const { expression } = problem.facts;
      const [, name] = /^\w+\.([\w-]+)/.exec(expression) ?? [];
      const near = nearest(problem.facts.name, CONTEXTS);
      return near === undefined
        ? `a block begins with ${listed(CONTEXTS)}`
        : `did you mean "${near}${name ? `.${name}` : ""}"?`;
    }),
};
