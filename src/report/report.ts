import type { Diagnostic, Severity } from "../lint/diagnostic.ts";

/** A finding and the name under which other tools recognise it again after lines have moved. */
export interface Finding extends Diagnostic {
  readonly fingerprint: string;
}

/** What a report says of a rule. */
export interface RuleSummary {
  readonly id: string;
  readonly summary: string;
  readonly severity: Severity;
  readonly group: string;
  /** The address where the rule is explained, if the project has set one. */
  readonly docs?: string | undefined;
}

/** An include that could not be read, so that what it brings was not judged. */
export interface UnreadInclude {
  readonly file: string;
  /** Its kind and name, such as `project group/shared`. */
  readonly include: string;
}

/** Everything that a report may show. Every format is a pure function of it. */
export interface Report {
  readonly version: string;
  readonly rules: readonly RuleSummary[];
  /** In the order of `compareDiagnostics`. */
  readonly findings: readonly Finding[];
  /** All files that were checked, also the clean ones. */
  readonly files: readonly string[];
  readonly unread: readonly UnreadInclude[];
  /** The text of a checked file, for the source line under a finding. */
  readonly source: (file: string) => string | undefined;
}

/** How a report is to look on a terminal. */
export interface TextStyle {
  readonly colour: boolean;
  readonly columns: number;
}

/** Counts for the summary, in all formats the same. */
export interface Counts {
  readonly files: number;
  readonly errors: number;
  readonly warnings: number;
  readonly infos: number;
  readonly fixable: number;
  /** Includes that were not read, each once. */
  readonly unread: readonly string[];
}

/** Counts the findings of a report by severity, and those that `--fix` would mend. */
export function count(report: Report): Counts {
  const of = (severity: Severity) => report.findings.filter((each) => each.severity === severity).length;
  return {
    files: report.files.length,
    errors: of("error"),
    warnings: of("warning"),
    infos: of("info"),
    fixable: report.findings.filter((each) => each.fix?.safe).length,
    unread: [...new Set(report.unread.map(({ include }) => include))].sort(),
  };
}
