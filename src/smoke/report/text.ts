import type { JobResult } from "../../pipelines/result.ts";
import type { StepReport, VariationReport } from "../run-variation.ts";

/** Last lines of a failing job's trace, read beforehand: the report itself touches no files. */
export type TraceTails = ReadonlyMap<string, readonly string[]>;

/** The closing report on a terminal: a table for each scenario, what differs, and one line of totals. */
export function renderText(reports: readonly VariationReport[], tails: TraceTails, colour: boolean): string {
  const paint = painter(colour);
  const parts = reports.map((report) => renderVariation(report, tails, paint));
  return `${parts.join("\n")}\n${renderTotals(reports)}\n`;
}

/** `12 passed, 1 failed` and what else there was. */
export function renderTotals(reports: readonly VariationReport[]): string {
  const count = (state: string) => reports.filter((report) => report.state === state).length;
  const others = (["error", "canceled"] as const)
    .filter((state) => count(state) > 0)
    .map((state) => `, ${count(state)} ${state === "error" ? "could not run" : "canceled"}`);
  const seconds = reports.reduce((sum, report) => sum + report.seconds, 0);
  return `${count("passed")} passed, ${count("failed")} failed${others.join("")} (${seconds.toFixed(1)} s of pipelines)`;
}

type Paint = (name: keyof typeof codes, text: string) => string;
const codes = { green: 32, red: 31, yellow: 33, dim: 2, bold: 1 } as const;

function painter(colour: boolean): Paint {
  return (name, text) => (colour ? `\x1b[${codes[name]}m${text}\x1b[0m` : text);
}

function renderVariation(report: VariationReport, tails: TraceTails, paint: Paint): string {
  const mark = report.state === "passed" ? paint("green", "PASS") : paint("red", report.state.toUpperCase());
  const head = `${mark} ${paint("bold", report.name)} ${paint("dim", `(${report.runner}, ${report.seconds.toFixed(1)} s)`)}`;
  const steps = report.steps.map((step) => renderStep(step, report, tails, paint));
  return `${[head, ...steps.filter((step) => step !== ""), ...(report.error ? [`  ${report.error}`] : []), ...(report.leftBehind ? [paint("yellow", `  ${report.leftBehind}`)] : [])].join("\n")}\n`;
}

function renderStep(step: StepReport, report: VariationReport, tails: TraceTails, paint: Paint): string {
  const { result } = step;
  const lines = report.steps.length > 1 ? [`  ${step.name}`] : [];
  if (!result.created) lines.push(`  ${paint("dim", `refused: ${result.errors.join("; ")}`)}`);
  const width = Math.max(0, ...result.jobs.map((job) => job.name.length));
  for (const job of result.jobs) lines.push(`  ${renderJob(job, width, paint)}`);
  for (const problem of step.problems) lines.push(paint("red", `  ✗ ${problem}`));
  for (const warning of result.warnings) lines.push(paint("yellow", `  warning: ${warning}`));
  for (const [job, { total, failed, error }] of Object.entries(result.tests ?? {}))
    lines.push(paint("dim", `  ${job}: ${total} tests, ${failed + error} failed`));
  const began = result.beginning === "api" ? " (started through the API)" : "";
  if (result.url !== undefined) lines.push(paint("dim", `  ${result.url}${began}`));
  if (step.problems.length > 0) lines.push(...result.jobs.flatMap((job) => renderTail(job, tails, paint)));
  return lines.join("\n");
}

function renderJob(job: JobResult, width: number, paint: Paint): string {
  const colour = stateColour(job);
  const state = job.state === "failed" && job.allowFailure ? "failed (allowed)" : job.state;
  const time = job.attempts > 0 ? `${job.seconds.toFixed(1)} s` : "";
  const tries = job.attempts > 1 ? `, ${job.attempts} attempts` : "";
  const by = job.executor === undefined ? "" : paint("dim", `  ${job.executor}${tries}`);
  return `${job.name.padEnd(width)}  ${paint(colour, state.padEnd(16))} ${time.padStart(8)}${by}`.trimEnd();
}

function stateColour(job: JobResult): "green" | "red" | "yellow" | "dim" {
  if (job.state === "success") return "green";
  if (job.state === "failed") return job.allowFailure ? "yellow" : "red";
  return job.state === "canceled" ? "yellow" : "dim";
}

function renderTail(job: JobResult, tails: TraceTails, paint: Paint): string[] {
  if (job.state !== "failed" || job.traceFile === undefined) return [];
  const lines = tails.get(job.traceFile) ?? [];
  return [
    `  ${paint("bold", job.name)} ended with ${job.exitCode ?? job.failureReason ?? "a failure"}; its last lines:`,
    ...lines.map((line) => paint("dim", `    ${line}`)),
    `  the full log: ${job.traceFile}`,
  ];
}
