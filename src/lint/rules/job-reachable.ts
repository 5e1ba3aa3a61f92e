import { creations, usesOnlyPredefined } from "../creations.ts";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "job-reachable",
  group: "pipeline",
  severity: "warning",
  confidence: "high",
  summary: "Every job is in some pipeline.",
  why: "A job whose rules hold for no source (branch, tag, merge request, schedule, web, api, trigger, another pipeline) never runs.",
  reference: "https://docs.gitlab.com/ci/jobs/job_rules/",
  check(file, { report, project }) {
    const tried = creations(file, project);
    if (tried.length === 0) return;
    for (const job of file.jobs) {
      if (job.isHidden || job.name.includes("$[[") || !usesOnlyPredefined(job)) continue;
      const isAbsent = tried.every(
        ({ creation }) =>
          creation.absent.has(job.name) || (!creation.created && !creation.jobs.has(job.name)),
      );
      if (!isAbsent || !tried.some(({ creation }) => creation.absent.has(job.name))) continue;
      report({ at: job.place, message: `job "${job.name}" is in no pipeline: its rules hold for no source` });
    }
  },
};
