import type { VariationReport } from "../run-variation.ts";

/** `{"version": 1, "scenarios": […], "summary": {…}}`; the shapes are those of {@link VariationReport}. */
export function renderJson(reports: readonly VariationReport[]): string {
  const count = (state: string) => reports.filter((report) => report.state === state).length;
  const summary = {
    passed: count("passed"),
    failed: count("failed"),
    error: count("error"),
    canceled: count("canceled"),
  };
  return `${JSON.stringify({ version: 1, scenarios: reports, summary }, null, 2)}\n`;
}
