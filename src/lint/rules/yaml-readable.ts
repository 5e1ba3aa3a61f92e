import { reportClaimed } from "../claimed.ts";
import type { Rule } from "../rule.ts";
import { yamlHint } from "../yaml-hints.ts";

export const rule: Rule = {
  id: "yaml-readable",
  group: "contract",
  severity: "error",
  confidence: "certain",
  summary: "The file is YAML that GitLab can load.",
  why: "GitLab loads files with a strict YAML reader: only the tag `!reference`, a bounded number of values, no alias that contains itself. A file that cannot be loaded stops every pipeline that includes it.",
  reference: "https://docs.gitlab.com/ci/yaml/yaml_optimization/",
  codes: ["yaml-unreadable", "document-too-large", "document-not-map"],
  check: (_file, context) =>
    reportClaimed(context, ({ problem }) =>
      problem.code === "document-not-map"
        ? "write keys with values: a job's name, and below it script:"
        : problem.code === "yaml-unreadable"
          ? yamlHint(problem.place)
          : undefined,
    ),
};
