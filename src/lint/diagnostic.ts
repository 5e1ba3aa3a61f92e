import type { Code } from "../engine/problem/index.ts";

/** How much a finding weighs. `error` is kept for what GitLab itself rejects (or what fails every run). */
export type Severity = "error" | "warning" | "info";

/** From the heaviest to the lightest. */
export const severities: readonly Severity[] = ["error", "warning", "info"];

/** A stretch of one file. Lines and columns count from 1, in UTF-16 units; the end column is exclusive. */
export interface Span {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

/** Where a finding points at. `Place` of the yaml room is one. */
export type At = Span;

/** Another place that explains the finding, such as the declaration that a use contradicts. */
export interface Related {
  readonly message: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** One replacement of text: the span goes, `text` comes in its stead. An empty span inserts. */
export interface Edit extends Span {
  readonly text: string;
}

/** A cure that the tool can apply. `safe` means that no pipeline behaves otherwise than the author meant. */
export interface Fix {
  readonly title: string;
  readonly safe: boolean;
  readonly edits: readonly Edit[];
}

/** One finding, with exactly one primary place. The shape is public: `berth lint --format json` prints it. */
export interface Diagnostic extends Span {
  readonly rule: string;
  /** The engine's name for what GitLab refuses; a finding of the rule's own has none. */
  readonly code?: Code;
  readonly severity: Severity;
  /** One line, lower case, names in quotes; the valid values are listed. */
  readonly message: string;
  /** What would be right. */
  readonly hint?: string;
  readonly related: readonly Related[];
  readonly fix?: Fix;
}

/** Orders findings by file, then place, then rule: the order of every report. */
export function compareDiagnostics(left: Diagnostic, right: Diagnostic): number {
  return (
    compareText(left.file, right.file) ||
    left.line - right.line ||
    left.column - right.column ||
    severities.indexOf(left.severity) - severities.indexOf(right.severity) ||
    compareText(left.rule, right.rule) ||
    compareText(left.message, right.message)
  );
}

/** True if `severity` weighs at least as much as `threshold`. */
export function isAtLeast(severity: Severity, threshold: Severity): boolean {
  return severities.indexOf(severity) <= severities.indexOf(threshold);
}

function compareText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
