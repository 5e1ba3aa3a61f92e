import { reportClaimed } from "../claimed.ts";
import { inputHint } from "../input-hints.ts";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "caller-input-valid",
  group: "caller",
  severity: "error",
  confidence: "certain",
  summary: "An include gives each input a value of its type.",
  why: "GitLab refuses a value that is not of the input's type: a number input takes numbers, an array input lists.",
  reference: "https://docs.gitlab.com/ci/yaml/#specinputstype",
  codes: ["input-value-kind", "inputs-not-map"],
  check: (_file, context) =>
    reportClaimed(context, ({ problem }) =>
      problem.code === "inputs-not-map"
        ? "write each input on a line of its own: name: value"
        : inputHint(problem),
    ),
};
