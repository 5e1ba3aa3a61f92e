import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "rules-not-only",
  group: "pipeline",
  severity: "info",
  confidence: "certain",
  summary: "Jobs use `rules`, not `only` and `except`.",
  why: "`only` and `except` are deprecated, cannot be mixed with `rules`, and cannot be overridden by consumers who use `rules`.",
  reference: "https://docs.gitlab.com/ci/yaml/deprecated_keywords/#only--except",
  check(file, { report }) {
    for (const job of file.jobs) {
      const entry = job.entry("only") ?? job.entry("except");
      if (entry === undefined) continue;
      report({
        at: entry.keyPlace,
        message: `job "${job.name}" uses "${String(entry.key)}"`,
        hint: "write the condition as rules: - if: …",
      });
    }
  },
};
