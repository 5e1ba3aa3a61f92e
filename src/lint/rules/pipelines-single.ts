import { jobsRunTwice } from "../double-pipelines.ts";
import type { LintFile } from "../file.ts";
import { includedPipeline } from "../graph.ts";
import type { Job } from "../jobs.ts";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "pipelines-single",
  group: "pipeline",
  severity: "warning",
  confidence: "high",
  summary: "One push starts one pipeline.",
  why: "Where the rules of a job hold for a branch and for its merge request, a push starts both pipelines, and the job runs twice. `workflow:rules` choose one of them. GitLab itself warns only where a rule has no condition.",
  reference: "https://docs.gitlab.com/ci/jobs/job_rules/#avoid-duplicate-pipelines",
  check(file, { report, project }) {
    const { pipeline, isPartial } = includedPipeline(file, project) ?? {};
    if (file.kind !== "pipeline" || pipeline === undefined || isPartial || pipeline.errors.length > 0) return;
    const told = pipeline.warnings.flatMap(({ place }) => (place === undefined ? [] : [place.start]));
    const twice = jobsRunTwice(pipeline);
    const jobs = file.jobs.filter((job) => {
      const rules = job.entry("rules");
      return twice.includes(job.name) || (rules !== undefined && isToldAt(rules, told));
    });
    const [first, ...others] = jobs;
    if (first === undefined) return;
    report({
      at: decidedAt(first),
      message: `a push to a branch with an open merge request starts two pipelines with ${jobs.length === 1 ? `"${first.name}"` : `${jobs.length} jobs`}`,
      hint: 'add workflow: rules: [{if: $CI_PIPELINE_SOURCE == "merge_request_event"}, {if: $CI_COMMIT_BRANCH && $CI_OPEN_MERGE_REQUESTS, when: never}, {when: always}]',
      related: others.map((job) => ({ message: `"${job.name}" runs twice too`, at: decidedAt(job) })),
    });
  },
};

function isToldAt(
  entry: { keyPlace: LintFile["jobs"][number]["place"]; valuePlace: LintFile["jobs"][number]["place"] },
  told: readonly number[],
) {
  return told.some((start) => start === entry.valuePlace?.start || start === entry.keyPlace?.start);
}

function decidedAt(job: Job) {
  return (job.entry("rules") ?? job.entry("only") ?? job.entry("except"))?.keyPlace ?? job.place;
}
