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
  // Configurations are long, and nobody asked for them.
  const without = (key: string, value: unknown) => (key === "config" ? undefined : value);
  return `${JSON.stringify({ version: 1, scenarios: reports, summary }, without, 2)}\n`;
}
