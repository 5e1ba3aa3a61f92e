import { reportClaimed } from "../claimed.ts";
import type { EngineError } from "../engine.ts";

import { listed } from "../nearest.ts";
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
  check: (_file, context) => reportClaimed(context, hintOf),
};

function hintOf({ problem }: EngineError): string | undefined {
  if (problem.code === "input-value-not-option") return `the options are ${listed(problem.facts.options)}`;
  if (problem.code !== "input-value-unmatched") return undefined;
  return `the value must match ${problem.facts.pattern}`;
}
