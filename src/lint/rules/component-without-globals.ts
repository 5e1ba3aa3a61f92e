import type { Rule } from "../rule.ts";

const inJobs = "set it in the jobs that need it, by extends from a hidden job if there are several";

/** The global keywords, and what a component can do instead. */
const keywords: Readonly<Record<string, string>> = {
  default: inJobs,
  workflow: "leave it to the consumer, and give the jobs rules",
  variables: inJobs,
  stages: "leave them to the consumer: a usual stage, or an input for the jobs' stage",
  image: inJobs,
  services: inJobs,
  cache: inJobs,
  before_script: inJobs,
  after_script: inJobs,
};

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
    for (const [keyword, hint] of Object.entries(keywords)) {
      const entry = file.body?.entry(keyword);
      if (entry === undefined) continue;
      report({
        at: entry.keyPlace,
        message: `"${keyword}" changes the consumer's whole pipeline`,
        hint,
      });
    }
  },
};
