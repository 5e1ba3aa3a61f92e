import type { JobResult } from "../../pipelines/result.ts";
import { escapeXml } from "../../report/xml.ts";
import type { StepReport, VariationReport } from "../run-variation.ts";

/**
 * JUnit XML for `artifacts:reports:junit`: one suite a scenario run, one case a pipeline; the jobs' states stand in its output.
 * @see https://docs.gitlab.com/ci/testing/unit_test_reports/
 */
export function renderJunit(reports: readonly VariationReport[]): string {
  const failures = reports.filter((report) => report.state === "failed").length;
  const errors = reports.filter((report) => report.state === "error" || report.state === "canceled").length;
  const tests = reports.reduce((sum, report) => sum + casesOf(report).length, 0);
  const attributes = `name="berth smoke" tests="${tests}" failures="${failures}" errors="${errors}"`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites ${attributes}>\n${reports.map(suite).join("")}</testsuites>\n`;
}

function suite(report: VariationReport): string {
  const cases = casesOf(report);
  const failures = report.state === "failed" ? 1 : 0;
  const errors = report.state === "error" || report.state === "canceled" ? 1 : 0;
  const counts = `tests="${cases.length}" failures="${failures}" errors="${errors}" skipped="0"`;
  const name = escapeXml(`${report.name} (${report.runner})`);
  return `  <testsuite name="${name}" ${counts} time="${report.seconds.toFixed(3)}">\n${cases.join("")}  </testsuite>\n`;
}

/** A case for each pipeline that ran, and one for what kept the rest from running. */
function casesOf(report: VariationReport): string[] {
  const cases = report.steps.map((step) => pipelineCase(step, report));
  if (report.state !== "error" && report.state !== "canceled") return cases;
  const message = escapeXml(report.error ?? "canceled");
  return [
    ...cases,
    `    <testcase name="${escapeXml(report.name)}" classname="berth smoke" time="0">\n      <error message="${message}"/>\n    </testcase>\n`,
  ];
}

function pipelineCase(step: StepReport, report: VariationReport): string {
  const failure = step.problems.length === 0 ? "" : failureOf(step);
  const lines = [...step.result.jobs.map(describeJob), ...(report.leftBehind ? [report.leftBehind] : [])];
  const output = escapeXml(lines.join("\n"));
  return (
    `    <testcase name="${escapeXml(step.name)}" classname="berth smoke.${report.runner}" time="${step.result.seconds.toFixed(3)}">\n` +
    `${failure}      <system-out>${output}</system-out>\n    </testcase>\n`
  );
}

function failureOf({ problems }: StepReport): string {
  return `      <failure message="${escapeXml(problems[0] ?? "")}">${escapeXml(problems.join("\n"))}</failure>\n`;
}

function describeJob(job: JobResult): string {
  return `${job.name}: ${job.state}${job.allowFailure && job.state === "failed" ? " (allowed)" : ""}, ${job.seconds.toFixed(1)} s`;
}
