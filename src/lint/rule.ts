import type { Code } from "../engine/problem/index.ts";
import { type At, type Diagnostic, type Fix, isAtLeast, type Severity } from "./diagnostic.ts";

export type { At };

import type { EngineError } from "./engine.ts";
import type { LintFile } from "./file.ts";
import type { FileFacts, LintProject, ShellFindings } from "./project.ts";

/** The chapters of the rule book, in reading order. */
export const groups = [
  "contract",
  "caller",
  "pipeline",
  "shell",
  "security",
  "catalog",
  "portability",
  "suppression",
] as const;
export type Group = (typeof groups)[number];

/** How often a finding is right: `certain` (GitLab says the same), `high`, or `medium` (a person should look). */
export type Confidence = "certain" | "high" | "medium";

/** What a rule says about one place. */
export interface RuleFinding {
  /** The engine's code, where the finding is GitLab's own word. */
  readonly code?: Code | undefined;
  readonly at: At | undefined;
  readonly message: string;
  readonly hint?: string | undefined;
  readonly related?: readonly { readonly message: string; readonly at: At | undefined }[] | undefined;
  readonly fix?: Fix | undefined;
  /** Less than the rule's severity, where this finding is not as sure as the others. */
  readonly atMost?: Severity | undefined;
}

export type ReportFinding = (finding: RuleFinding) => void;

/** What a rule may look at besides the file it is given. */
export interface RuleContext {
  readonly project: LintProject;
  /** The engine's problems in this file that have one of the rule's `codes`. */
  readonly claimed: readonly EngineError[];
  readonly report: ReportFinding;
}

/** What the rules about scripts look at besides the file. */
export interface ScriptsContext {
  readonly shell: ShellFindings;
  readonly report: ReportFinding;
}

/**
 * One rule: metadata first, the check last. Rules live in `rules/<id>.ts`, are named after the good state, and export
 * themselves as `rule`; the registry is generated from the folder.
 */
export interface Rule {
  readonly id: string;
  readonly group: Group;
  readonly severity: Severity;
  readonly confidence: Confidence;
  /** The good state, in one sentence. */
  readonly summary: string;
  /** Why it matters, for `berth explain` and the rule's page. */
  readonly why: string;
  /** The version of GitLab that brought the behaviour, if it was not always so. */
  readonly since?: string;
  /** Where GitLab (or the tool that sets the standard) says so. */
  readonly reference: string;
  /** True if some findings carry a fix that `--fix` applies. */
  readonly fixable?: boolean;
  /** The engine's problems that the rule reports; each code belongs to one rule. */
  readonly codes?: readonly Code[];
  /** Called once for each file. */
  readonly check?: (file: LintFile, context: RuleContext) => void;
  /** Called once for each file when a shell or ShellCheck has read its scripts; never where there is neither. */
  readonly checkScripts?: (file: LintFile, context: ScriptsContext) => void;
  /** Called once for each run, with all files. */
  readonly checkProject?: (files: readonly FileFacts[], context: Omit<RuleContext, "claimed">) => void;
}

/** Turns a rule's finding into a diagnostic. Findings without a place point at the start of `file`. */
export function toDiagnostic(rule: Rule, severity: Severity, file: string, finding: RuleFinding): Diagnostic {
  const at = finding.at ?? { file, line: 1, column: 1, endLine: 1, endColumn: 1 };
  return {
    rule: rule.id,
    ...(finding.code === undefined ? {} : { code: finding.code }),
    severity: lighter(severity, finding.atMost ?? severity),
    message: finding.message,
    ...(finding.hint === undefined ? {} : { hint: finding.hint }),
    file: at.file,
    line: at.line,
    column: at.column,
    endLine: at.endLine,
    endColumn: at.endColumn,
    related: (finding.related ?? []).flatMap(({ message, at: place }) =>
      place === undefined ? [] : [{ message, file: place.file, line: place.line, column: place.column }],
    ),
    ...(finding.fix === undefined ? {} : { fix: finding.fix }),
  };
}

function lighter(left: Severity, right: Severity): Severity {
  return isAtLeast(left, right) ? right : left;
}
