import { inputHint } from "../input-hints.ts";
import { withoutSlashes } from "../pattern-faults.ts";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "input-default-valid",
  group: "contract",
  severity: "error",
  confidence: "certain",
  summary: "A default is of the input's type, one of its options, and matches its regex.",
  why: "GitLab checks the default even when a value is given, so a wrong default breaks every consumer.",
  reference: "https://docs.gitlab.com/ci/yaml/#specinputsdefault",
  codes: [
    "input-default-kind",
    "input-default-not-option",
    "input-default-unmatched",
    "input-rule-default-not-option",
  ],
  check(file, { claimed, report }) {
    for (const { problem, place, message, related } of claimed) {
      const { code } = problem;
      const pattern = code === "input-default-unmatched" ? problem.facts.pattern : "";
      const bare = withoutSlashes(pattern);
      const regex = file.inputs
        .map((input) => input.entry("regex"))
        .find((entry) => entry?.value === pattern);
      // what is wrong is the regex: RE2 takes the slashes for a part of the value
      if (bare !== undefined && regex !== undefined)
        report({
          code,
          at: regex.valuePlace,
          message,
          hint: `write the regex without the slashes: ${bare}`,
          related,
        });
      else report({ code, at: place, message, hint: inputHint(problem), related });
    }
  },
};
