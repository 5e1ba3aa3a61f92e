import type { JobResult } from "../../pipelines/result.ts";
import type { VariationReport } from "../run-variation.ts";
import { renderTotals } from "./text.ts";

/** GitLab Flavored Markdown for a merge request's note: a line each run, what differs below it, jobs with their links. */
export function renderMarkdown(
  reports: readonly VariationReport[],
  differences: readonly string[] = [],
): string {
  const rows = reports.map(
    (report) =>
      `| ${report.state === "passed" ? "✅" : "❌"} | ${cell(report.name)} | ${report.runner} | ${report.steps.map((step) => step.result.jobs.map(jobText).join(" ")).join("<br>")} | ${report.seconds.toFixed(1)} s |`,
  );
  const problems = reports
    .flatMap((report) => [
      ...report.steps.flatMap((step) =>
        step.problems.map((problem) => `- **${cell(step.name)}**: ${cell(problem)}`),
      ),
      ...[report.error, report.leftBehind].flatMap((each) =>
        each ? [`- **${cell(report.name)}**: ${cell(each)}`] : [],
      ),
    ])
    .concat(differences.map((difference) => `- runners differ: ${cell(difference)}`))
    .join("\n");
  const table = ["| | scenario | runner | jobs | time |", "|---|---|---|---|---|", ...rows].join("\n");
  // A long table of what is well hides what is not.
  const folded = `<details><summary>${reports.length} runs</summary>\n\n${table}\n\n</details>`;
  const parts = [
    `### Smoke runs: ${renderTotals(reports)}`,
    ...(problems === "" ? [] : [problems]),
    reports.length > 12 ? folded : table,
  ];
  return `${parts.join("\n\n")}\n`;
}

const signs: Readonly<Record<string, string>> = { success: "✓", failed: "✗", manual: "▷", skipped: "»" };

function jobText(job: JobResult): string {
  const text = `${signs[job.state] ?? job.state} ${cell(job.name)}`;
  return job.url === undefined ? text : `[${text}](${job.url})`;
}

function cell(text: string): string {
  return text.replace(/[\\|`*_[\]<>]/g, "\\$&").replaceAll("\n", " ");
}
