import { reportClaimed } from "../claimed.ts";
import type { EngineError } from "../engine.ts";

import { meant } from "../nearest.ts";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "job-keys-known",
  group: "pipeline",
  severity: "error",
  confidence: "certain",
  summary: "Jobs and their keywords hold only keys that GitLab knows.",
  why: "A misspelt keyword makes GitLab refuse the whole pipeline.",
  reference: "https://docs.gitlab.com/ci/yaml/#job-keywords",
  codes: ["keys-unknown"],
  check: (_file, context) => reportClaimed(context, hintOf),
};

function hintOf({ problem }: EngineError): string | undefined {
  return problem.code === "keys-unknown"
    ? meant(problem.facts.keys[0] ?? "", problem.facts.allowed)
    : undefined;
}
