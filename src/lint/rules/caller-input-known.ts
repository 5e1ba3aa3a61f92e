import { reportClaimed } from "../claimed.ts";
import type { EngineError } from "../engine.ts";

import { listed, meant } from "../nearest.ts";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "caller-input-known",
  group: "caller",
  severity: "error",
  confidence: "certain",
  summary: "An include gives only inputs that the component declares.",
  why: "GitLab refuses an input that the component does not declare, so a misspelt or removed input stops the pipeline.",
  reference: "https://docs.gitlab.com/ci/inputs/#for-configuration-added-with-include",
  codes: ["inputs-unknown", "inputs-without-header"],
  check: (_file, context) => reportClaimed(context, hintOf),
};

function hintOf({ problem }: EngineError): string | undefined {
  if (problem.code !== "inputs-unknown") return "the included file declares no inputs";
  const { inputs, declared } = problem.facts;
  return (
    meant(inputs[0] ?? "", declared) ??
    (declared.length > 0 ? `the inputs are ${listed(declared)}` : undefined)
  );
}
