import type { JobResult, PipelineResult } from "../pipelines/result.ts";
import type { VariationReport } from "./run-variation.ts";

/** Where the local runner and GitLab disagree over the same run, a line each; empty when they agree everywhere. */
export function differencesOf(reports: readonly VariationReport[]): string[] {
  const names = [...new Set(reports.map((report) => report.name))];
  return names.flatMap((name) => {
    const local = reports.find((report) => report.name === name && report.runner === "local");
    const gitlab = reports.find((report) => report.name === name && report.runner === "gitlab");
    return local && gitlab ? differences(local, gitlab) : [];
  });
}

function differences(local: VariationReport, gitlab: VariationReport): string[] {
  const found: string[] = [];
  const compare = (what: string, here: unknown, there: unknown) => {
    if (here !== there) found.push(`${what}: local ${here ?? "nothing"}, gitlab ${there ?? "nothing"}`);
  };
  compare(local.name, local.state, gitlab.state);
  for (const [index, step] of local.steps.entries()) {
    const other = gitlab.steps[index];
    if (!other) continue;
    compare(`${step.name}, pipeline`, step.result.state, other.result.state);
    const suites = new Set([step, other].flatMap(({ result }) => Object.keys(result.tests ?? {})));
    for (const suite of suites)
      compare(`${step.name}, tests of ${suite}`, counts(step.result, suite), counts(other.result, suite));
    const jobs = new Map(other.result.jobs.map((job) => [job.name, job]));
    for (const job of step.result.jobs)
      compare(`${step.name}, ${job.name}`, verdict(job), verdict(jobs.get(job.name)));
    const own = new Set(step.result.jobs.map((job) => job.name));
    for (const job of other.result.jobs)
      if (!own.has(job.name)) compare(`${step.name}, ${job.name}`, undefined, job.state);
  }
  return found;
}

function verdict(job: JobResult | undefined): string | undefined {
  return job && `${job.state}${job.state === "failed" && job.allowFailure ? " (allowed)" : ""}`;
}

function counts({ tests }: PipelineResult, suite: string): string | undefined {
  const found = tests?.[suite];
  return (
    found &&
    Object.entries(found)
      .map(([name, count]) => `${count} ${name}`)
      .join(", ")
  );
}
