import { count, type Report } from "./report.ts";

/** The machine-readable report, version 1: `{version, diagnostics, summary}`, two-space JSON and a final newline. */
export function renderJson(report: Report): string {
  const counts = count(report);
  return `${JSON.stringify({ version: 1, diagnostics: report.findings, summary: counts }, null, 2)}\n`;
}
