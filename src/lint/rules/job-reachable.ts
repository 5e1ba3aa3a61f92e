import { YamlMap } from "../../engine/yaml/index.ts";
import { isNeverIn, knownRules } from "../reachability.ts";
import type { Rule } from "../rule.ts";
import { judgedPipeline } from "../surroundings.ts";

export const rule: Rule = {
  id: "job-reachable",
  group: "pipeline",
  severity: "warning",
  confidence: "certain",
  summary: "Every job is in some pipeline.",
  why: "A job whose rules hold for no branch, tag or merge request, and for none of the ways in which GitLab starts pipelines, never runs. Names of branches, tags and projects, and variables that GitLab does not set, are taken for any text.",
  reference: "https://docs.gitlab.com/ci/jobs/job_rules/",
  check(file, { report, project }) {
    const pipeline = judgedPipeline(file, project);
    if (pipeline === undefined) return;
    for (const job of file.jobs) {
      const resolved = pipeline.config.get(job.name);
      if (job.isHidden || !(resolved instanceof YamlMap)) continue;
      const rules = knownRules(resolved.entry("rules"));
      if (rules === undefined || rules.length === 0 || !isNeverIn(rules, pipeline)) continue;
      report({
        at: job.place,
        message: `job "${job.name}" is in no pipeline: its rules hold for no source`,
        related: [{ message: "its rules", at: job.entry("rules")?.keyPlace }],
      });
    }
  },
};
