import { creations, jobsByName, usesOnlyPredefined } from "../creations.ts";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "needs-together",
  group: "pipeline",
  severity: "warning",
  confidence: "high",
  summary: "A job and the jobs that it needs are in the same pipelines.",
  why: "If a rule leaves out a job that another one needs, GitLab makes no pipeline at all.",
  reference: "https://docs.gitlab.com/ci/yaml/#needsoptional",
  codes: ["need-absent"],
  check(file, { report, project }) {
    const byName = jobsByName(file, project);
    const told = new Set<string>();
    for (const { name: event, creation } of creations(file, project)) {
      for (const { code, facts } of creation.problems ?? []) {
        if (code !== "need-absent") continue;
        const job = byName.get(facts.job);
        const other = byName.get(facts.need);
        if (!job || !other || told.has(job.name) || !usesOnlyPredefined(job) || !usesOnlyPredefined(other))
          continue;
        told.add(job.name);
        report({
          at: job.entry("needs")?.keyPlace ?? job.place,
          code,
          message: `no pipeline for ${event}: "${job.name}" needs "${other.name}", which is not in it`,
          hint: "give both the same rules, or write needs: [{job: …, optional: true}]",
          related: [{ message: "the needed job", at: other.place }],
        });
      }
    }
  },
};
