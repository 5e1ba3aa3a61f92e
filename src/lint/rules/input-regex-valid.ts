import { reportClaimed } from "../claimed.ts";
import { faultOfPattern } from "../pattern-faults.ts";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "input-regex-valid",
  group: "contract",
  severity: "error",
  confidence: "certain",
  summary: "A regex is valid RE2 and stands beside a string input.",
  why: "GitLab matches with RE2, which has no lookaround, back references or possessive quantifiers. Only strings can have a regex.",
  reference: "https://docs.gitlab.com/ci/yaml/#specinputsregex",
  codes: ["input-regex-kind", "input-regex-unfit", "input-regex-invalid"],
  check: (_file, context) =>
    reportClaimed(context, ({ problem }) => {
      if (problem.code === "input-regex-unfit") return "remove the regex, or declare the input as a string";
      if (problem.code === "input-regex-kind") return "write the regex as a text in single quotes";
      if (problem.code !== "input-regex-invalid") return undefined;
      return (
        faultOfPattern(problem.facts.pattern) ?? "write it in RE2's syntax: no (?=…), (?<=…), \\1 or a++"
      );
    }),
};
