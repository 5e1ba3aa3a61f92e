import type { Severity } from "../lint/diagnostic.ts";
import { count, type Finding, type Report, type TextStyle } from "./report.ts";

const colours = { red: 31, yellow: 33, blue: 34, cyan: 36, bold: 1, dim: 2 } as const;
const severityColours: Record<Severity, keyof typeof colours> = {
  error: "red",
  warning: "yellow",
  info: "blue",
};

/** So many includes are named that could not be read. */
const MOST_NAMES = 5;

/** From so many findings on, the report counts them by rule. */
const MOST_FINDINGS = 20;

type Paint = (colour: keyof typeof colours, text: string) => string;

/** The report for people: place, message, source line with caret, related places, hint, where more is said; then one summary line. */
export function renderText(report: Report, style: TextStyle): string {
  const paint: Paint = style.colour
    ? (colour, text) => `\u001b[${colours[colour]}m${text}\u001b[0m`
    : (_colour, text) => text;
  const lines = new Map<string, readonly string[]>();
  const lineOf = ({ file, line }: Finding) => {
    const known = lines.get(file) ?? report.source(file)?.split(/\r\n|\r|\n/) ?? [];
    lines.set(file, known);
    return known[line - 1];
  };
  const told = new Set<string>();
  const blocks = report.findings.map((finding) => {
    // where a rule is explained is said once
    const isFirst = !told.has(finding.rule);
    told.add(finding.rule);
    return renderFinding(finding, report, { ...style, paint, text: lineOf(finding), isFirst });
  });
  return `${blocks.map((block) => `${block}\n\n`).join("")}${byRule(report, paint)}${unread(report, paint)}${summary(report)}\n`;
}

function renderFinding(
  finding: Finding,
  report: Report,
  view: TextStyle & { readonly paint: Paint; readonly text: string | undefined; readonly isFirst: boolean },
): string {
  const { paint } = view;
  const place = `${finding.file}:${finding.line}:${finding.column}`;
  const severity = paint(severityColours[finding.severity], finding.severity);
  const docs = report.rules.find((rule) => rule.id === finding.rule)?.docs;
  return [
    `${paint("bold", place)}: ${severity}: ${oneLine(finding.message)} ${paint("dim", `[${finding.rule}]`)}`,
    ...sourceLines(finding, view.text, view.columns, paint),
    ...finding.related.map(
      (each) =>
        `  ${paint("cyan", "see")}  ${each.file}:${each.line}:${each.column}: ${oneLine(each.message)}`,
    ),
    ...(finding.hint ? [`  ${paint("cyan", "hint")} ${oneLine(finding.hint)}`] : []),
    ...(finding.fix
      ? [
          `  ${paint("cyan", "fix")}  ${finding.fix.title}${finding.fix.safe ? " (--fix)" : " (--fix --unsafe-fixes)"}`,
        ]
      : []),
    ...(view.isFirst ? [`  ${paint("dim", `more ${docs ?? `berth explain ${finding.rule}`}`)}`] : []),
  ].join("\n");
}

/** The source line and a caret line below it; a long line is cut around the finding. */
function sourceLines(finding: Finding, text: string | undefined, columns: number, paint: Paint): string[] {
  if (text === undefined || text.trim() === "") return [];
  const gutter = String(finding.line).length;
  const room = Math.max(columns - gutter - 5, 40);
  const from = Math.max(0, Math.min(finding.column - 1 - Math.floor(room / 3), text.length - room));
  const isCutBefore = from > 0;
  const isCutAfter = from + room < text.length;
  const middle = text.slice(from + (isCutBefore ? 1 : 0), from + room - (isCutAfter ? 1 : 0));
  const shown = `${isCutBefore ? "…" : ""}${printable(middle)}${isCutAfter ? "…" : ""}`;
  const start = Math.min(finding.column - 1, text.length) - from;
  const end = finding.endLine > finding.line ? text.trimEnd().length - from : finding.endColumn - 1 - from;
  const caret = "^".repeat(Math.max(1, Math.min(end, shown.length) - start));
  return [
    `  ${paint("dim", `${finding.line} |`)} ${shown}`,
    `  ${paint("dim", `${" ".repeat(gutter)} |`)} ${" ".repeat(start)}${paint(severityColours[finding.severity], caret)}`,
  ];
}

/** Which rules a long list of findings is about. */
function byRule(report: Report, paint: Paint): string {
  if (report.findings.length <= MOST_FINDINGS) return "";
  const counts = new Map<string, number>();
  for (const { rule } of report.findings) counts.set(rule, (counts.get(rule) ?? 0) + 1);
  const sorted = [...counts].sort((left, right) => right[1] - left[1]);
  return `${sorted.map(([rule, number]) => paint("dim", `${String(number).padStart(5)}  ${rule}`)).join("\n")}\n\n`;
}

/** What the findings cannot tell: what other files bring. */
function unread(report: Report, paint: Paint): string {
  const names = count(report).unread;
  if (names.length === 0) return "";
  const shown = names.slice(0, MOST_NAMES).map(oneLine).join(", ");
  const more = names.length > MOST_NAMES ? `, and ${names.length - MOST_NAMES} more` : "";
  return `${paint("dim", `not read, and so not judged: ${shown}${more}`)}\n`;
}

function summary(report: Report): string {
  const counts = count(report);
  const files = plural(counts.files, "file");
  if (report.findings.length === 0) return `no findings in ${files}`;
  const found = [
    plural(counts.errors, "error"),
    plural(counts.warnings, "warning"),
    ...(counts.infos > 0 ? [`${counts.infos} info`] : []),
  ].join(", ");
  const fixable = counts.fixable > 0 ? `; ${counts.fixable} can be mended with --fix` : "";
  return `${found} in ${files}${fixable}`;
}

function plural(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

function oneLine(text: string): string {
  return printable(text.replace(/\s*\n\s*/g, " "));
}

/** Files are not trusted: control characters (terminal escapes among them) are shown as a replacement, tabs as a space. */
function printable(text: string): string {
  return text.replaceAll("\t", " ").replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, "\ufffd");
}
