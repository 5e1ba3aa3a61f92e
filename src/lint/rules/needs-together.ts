import { creations, usesOnlyPredefined } from "../creations.ts";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "needs-together",
  group: "pipeline",
  severity: "warning",
  confidence: "high",
  summary: "A job and the jobs that it needs are in the same pipelines.",
  why: "If a rule leaves out a job that another one needs, GitLab makes no pipeline at all.",
  reference: "https://docs.gitlab.com/ci/yaml/#needsoptional",
  check(file, { report, project }) {
    const byName = new Map(file.jobs.map((job) => [job.name, job]));
    const told = new Set<string>();
    for (const { name: event, creation } of creations(file, project)) {
      for (const message of creation.errors ?? []) {
        const [, needing, needed] = /^'(.+)' job needs '(.+)' job, but/.exec(message) ?? [];
        const job = byName.get(needing ?? "");
        const other = byName.get(needed ?? "");
        if (!job || !other || told.has(job.name) || !usesOnlyPredefined(job) || !usesOnlyPredefined(other))
          continue;
        told.add(job.name);
        report({
          at: job.entry("needs")?.keyPlace ?? job.place,
          message: `no pipeline for ${event}: "${job.name}" needs "${other.name}", which is not in it`,
          hint: "give both the same rules, or write needs: [{job: …, optional: true}]",
          related: [{ message: "the needed job", at: other.place }],
        });
      }
    }
  },
};
