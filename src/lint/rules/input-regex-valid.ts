import { reportClaimed } from "../claimed.ts";
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
    reportClaimed(context, () => "write it in RE2's syntax, without slashes: no (?=…), (?<=…), \\1 or a++"),
};
