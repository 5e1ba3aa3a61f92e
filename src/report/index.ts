import { renderCodeQuality } from "./codequality.ts";
import { renderGithub } from "./github.ts";
import { renderJson } from "./json.ts";
import { renderJunit } from "./junit.ts";
import type { Report, TextStyle } from "./report.ts";
import { renderSarif } from "./sarif.ts";
import { renderText } from "./text.ts";

export type { Finding, Report, RuleSummary, TextStyle, UnreadInclude } from "./report.ts";

/** The names that `--format` takes. */
export const formats = ["text", "json", "sarif", "codequality", "junit", "github"] as const;
export type Format = (typeof formats)[number];

/** Renders a report. Returns the whole text; nothing is printed. */
export function render(report: Report, format: Format, style: TextStyle): string {
  switch (format) {
    case "text":
      return renderText(report, style);
    case "json":
      return renderJson(report);
    case "sarif":
      return renderSarif(report);
    case "codequality":
      return renderCodeQuality(report);
    case "junit":
      return renderJunit(report);
    case "github":
      return renderGithub(report);
  }
}
