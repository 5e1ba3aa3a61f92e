import { renderCodeQuality } from "./codequality.ts";
import { renderGithub } from "./github.ts";
import { renderJson } from "./json.ts";
import { renderJunit } from "./junit.ts";
import type { Report, TextStyle } from "./report.ts";
import { renderSarif } from "./sarif.ts";
import { renderText } from "./text.ts";

export type { Finding, Report, RuleSummary, TextStyle, UnreadInclude } from "./report.ts";

type Render = (report: Report, style: TextStyle) => string;

/** The formats, one row each: what `--format` takes, and what makes the text of it. */
const FORMATS = {
  text: renderText,
  json: renderJson,
  sarif: renderSarif,
  codequality: renderCodeQuality,
  junit: renderJunit,
  github: renderGithub,
} as const satisfies Readonly<Record<string, Render>>;

export type Format = keyof typeof FORMATS;

/** The names that `--format` takes. */
export const formats = Object.keys(FORMATS) as readonly Format[];

/** Renders a report. Returns the whole text; nothing is printed. */
export function render(report: Report, format: Format, style: TextStyle): string {
  const inFormat: Render = FORMATS[format];
  return inFormat(report, style);
}
