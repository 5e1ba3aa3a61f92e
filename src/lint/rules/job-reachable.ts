import { Place, YamlMap } from "../../engine/yaml/index.ts";
import type { Job } from "../jobs.ts";
import { isNeverIn, type KnownRule, knownRules } from "../reachability.ts";
import type { Rule } from "../rule.ts";
import { type JudgedPipeline, judgedPipelines } from "../surroundings.ts";

export const rule: Rule = {
  id: "job-reachable",
  group: "pipeline",
  severity: "warning",
  confidence: "certain",
  summary: "Every job is in some pipeline.",
  why: "A job whose rules hold for no branch, tag or merge request, and for none of the ways in which GitLab starts pipelines, never runs. Names of branches, tags and projects, and variables that GitLab does not set, are taken for any text.",
  reference: "https://docs.gitlab.com/ci/jobs/job_rules/",
  check(file, { report, project }) {
    const pipelines = judgedPipelines(file, project);
    for (const job of file.jobs.filter(({ isHidden }) => !isHidden)) {
      const ways = pipelines.flatMap((pipeline) => {
        const resolved = pipeline.config.get(job.name);
        if (!(resolved instanceof YamlMap)) return [];
        return [{ pipeline, rules: knownRules(resolved.entry("rules")) ?? [] }];
      });
      if (ways.length === 0 || !ways.every(({ pipeline, rules }) => isNever(rules, pipeline))) continue;
      report({
        at: rulesOf(job) ?? job.place,
        message: `job "${job.name}" is in no pipeline: its rules hold for no source`,
      });
    }
  },
};

/** The whole of the job's rules: what is wrong with one of them is told there. */
function rulesOf(job: Job): Place | undefined {
  const { keyPlace, valuePlace } = job.entry("rules") ?? {};
  return keyPlace && valuePlace && new Place(keyPlace.source, keyPlace.start, valuePlace.end);
}

function isNever(rules: readonly KnownRule[], pipeline: JudgedPipeline): boolean {
  return rules.length > 0 && isNeverIn(rules, pipeline);
}
