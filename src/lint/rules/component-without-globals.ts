import type { Rule } from "../rule.ts";

const keywords = [
  "default",
  "workflow",
  "variables",
  "stages",
  "image",
  "services",
  "cache",
  "before_script",
  "after_script",
];

export const rule: Rule = {
  id: "component-without-globals",
  group: "pipeline",
  severity: "warning",
  confidence: "high",
  summary: "A component sets no global keywords.",
  why: "Global keywords of a component change every job of the consumer's pipeline, and those of the consumer change the component.",
  reference: "https://docs.gitlab.com/ci/components/#avoid-using-global-keywords",
  check(file, { report }) {
    if (file.kind !== "component" || file.jobs.every((job) => job.isHidden)) return;
    for (const keyword of keywords) {
      const entry = file.body?.entry(keyword);
      if (entry === undefined) continue;
      report({
        at: entry.keyPlace,
        message: `"${keyword}" changes the consumer's whole pipeline`,
        hint: "set it in the jobs that need it, by extends from a hidden job if there are several",
      });
    }
  },
};
