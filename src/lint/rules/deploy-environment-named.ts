import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "deploy-environment-named",
  group: "pipeline",
  severity: "info",
  confidence: "medium",
  summary: "Jobs that deploy name their environment.",
  why: "With `environment` GitLab records what runs where, protects it, and offers its Rollback button.",
  reference: "https://docs.gitlab.com/ci/yaml/#environment",
  check(file, { report }) {
    for (const job of file.jobs) {
      if (job.isHidden || job.entry("environment") || job.entry("extends")) continue;
      // A job without commands adds to one that an include defines.
      if (!job.entry("script") && !job.entry("run")) continue;
      if (!/(?:^|[-_: ])deploy(?:$|[-_: ])/i.test(job.name.replace(/\$\[\[.*?\]\]/g, " "))) continue;
      if (/check|verif|test|plan|build|pre|post|notify|stop|undeploy|docs?/i.test(job.name)) continue;
      report({
        at: job.place,
        message: `job "${job.name}" deploys without an environment`,
        hint: "add environment: with a name",
      });
    }
  },
};
