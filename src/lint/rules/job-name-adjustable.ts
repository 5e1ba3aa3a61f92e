import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "job-name-adjustable",
  group: "pipeline",
  severity: "info",
  confidence: "high",
  summary: "The names of a component's jobs hold an input.",
  why: "Included a second time (staging and production), jobs of the same name are merged into one, and the first include is silently lost. A prefix or a name as an input keeps them apart.",
  reference: "https://docs.gitlab.com/ci/components/#define-job-names-with-inputs",
  check(file, { report }) {
    if (file.kind !== "component" || !file.hasHeader) return;
    const fixed = file.jobs.find((job) => !job.isHidden && !job.name.includes("$[["));
    if (fixed === undefined) return;
    report({
      at: fixed.place,
      message: `a second include of this component overwrites "${fixed.name}"`,
      hint: 'name it "$[[ inputs.job_prefix ]]…", with an input job_prefix that is empty by default',
    });
  },
};
