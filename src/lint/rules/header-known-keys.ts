import { reportClaimed } from "../claimed.ts";
import { meant } from "../nearest.ts";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "header-known-keys",
  group: "contract",
  severity: "error",
  confidence: "certain",
  summary: "The header holds only keys that GitLab knows.",
  why: "An unknown key in the header (often a misspelt `default` or `option`) makes GitLab refuse the whole component.",
  reference: "https://docs.gitlab.com/ci/yaml/#header-keywords",
  codes: ["header-keys-unknown"],
  check: (_file, context) =>
    reportClaimed(
      context,
      ({ problem }) =>
        (problem.code === "header-keys-unknown"
          ? (meant(problem.facts.keys[0] ?? "", problem.facts.allowed) ??
            (problem.facts.keys[0] === "required"
              ? "remove it: an input without a default is required, one with a default is not"
              : undefined))
          : undefined) ??
        "spec takes inputs, include, component and description; an input takes default, description, options, regex, rules and type",
    ),
};
