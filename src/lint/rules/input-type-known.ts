import { INPUT_TYPES } from "../../engine/contract/index.ts";
import { reportClaimed } from "../claimed.ts";
import { meant } from "../nearest.ts";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "input-type-known",
  group: "contract",
  severity: "error",
  confidence: "certain",
  summary: "An input's type is string, number, boolean or array.",
  why: "GitLab knows four types of inputs. Any other name is refused.",
  reference: "https://docs.gitlab.com/ci/yaml/#specinputstype",
  codes: ["input-type-unknown", "input-type-null"],
  check: (_file, context) =>
    reportClaimed(
      context,
      ({ problem }) =>
        (problem.code === "input-type-unknown" ? meant(problem.facts.type, INPUT_TYPES) : undefined) ??
        `the types are ${INPUT_TYPES.map((type) => `"${type}"`).join(", ")}`,
    ),
};
