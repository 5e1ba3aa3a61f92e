import { type Diagnostic, type Severity, severities } from "./diagnostic.ts";
import { meant } from "./nearest.ts";

/** One rule named by one `# berth-ignore` comment. */
interface Suppression {
  readonly rule: string;
  readonly reason: string;
  readonly line: number;
  readonly column: number;
  readonly endColumn: number;
  /** The line whose findings are silenced. */
  readonly target: number;
  used: boolean;
}

const comment = /(?:^|\s)#\s*berth-ignore(?![\w-])([^:\n]*)(?::(.*))?$/;

/**
 * Applies the comments `# berth-ignore rule[, rule]: reason` of one file. A comment behind code silences its own line, a comment
 * on a line of its own the next line of code. Returns what remains, plus findings on comments without a reason and on those
 * that silence nothing. `silent` tells which rules did not run: their comments are left alone.
 */
export function applySuppressions(
  file: string,
  text: string,
  diagnostics: readonly Diagnostic[],
  rules: { readonly known: ReadonlySet<string>; readonly silent: ReadonlySet<string> },
  severity: (rule: string) => Severity | undefined,
): Diagnostic[] {
  if (!text.includes("berth-ignore")) return [...diagnostics];
  const suppressions = readSuppressions(text);
  const remaining = diagnostics.filter((diagnostic) => !isSilenced(diagnostic, suppressions));
  const complaints = suppressions.flatMap((each) => complain(file, each, rules, severity));
  return [...remaining, ...complaints];
}

function readSuppressions(text: string): Suppression[] {
  const lines = text.split(/\r\n|\r|\n/);
  return lines.flatMap((line, index) => {
    const match = comment.exec(line);
    if (!match) return [];
    const start = line.indexOf("#", match.index);
    const own = line.slice(0, start).trim() === "";
    const names = (match[1] ?? "").split(/[\s,]+/).filter((name) => name !== "");
    return (names.length > 0 ? names : [""]).map((rule) => ({
      rule,
      reason: (match[2] ?? "").trim(),
      line: index + 1,
      column: start + 1,
      endColumn: line.length + 1,
      target: own ? nextLineOfCode(lines, index) + 1 : index + 1,
      used: false,
    }));
  });
}

function nextLineOfCode(lines: readonly string[], index: number): number {
  for (let next = index + 1; next < lines.length; next++) {
    if (!/^\s*(#|$)/.test(lines[next] as string)) return next;
  }
  return index;
}

function isSilenced(diagnostic: Diagnostic, suppressions: readonly Suppression[]): boolean {
  const found = suppressions.filter(
    (each) => each.rule === diagnostic.rule && each.target === diagnostic.line && each.reason !== "",
  );
  for (const each of found) each.used = true;
  return found.length > 0;
}

function complain(
  file: string,
  suppression: Suppression,
  rules: { readonly known: ReadonlySet<string>; readonly silent: ReadonlySet<string> },
  severityOf: (rule: string) => Severity | undefined,
): Diagnostic[] {
  const { rule, reason, line, column, endColumn } = suppression;
  const place = { file, line, column, endLine: line, endColumn, related: [] };
  const say = (id: string, message: string, hint: string): Diagnostic[] => {
    const severity = severityOf(id);
    return severity === undefined || !severities.includes(severity)
      ? []
      : [{ rule: id, severity, message, hint, ...place }];
  };
  const form = "write it as: # berth-ignore rule-id: why it is right here";
  if (rule === "") return say("suppression-reasoned", "the comment names no rule", form);
  if (!rules.known.has(rule)) {
    const near = meant(rule, [...rules.known]);
    return say("suppression-used", `"${rule}" is no rule`, near ?? "berth explain lists the rules");
  }
  if (reason === "") return say("suppression-reasoned", `"${rule}" is suppressed without a reason`, form);
  // a rule that is off in this run may find something in the next one
  if (suppression.used || rules.silent.has(rule) || severityOf(rule) === undefined) return [];
  return say("suppression-used", `nothing to suppress: "${rule}" finds nothing here`, "remove the comment");
}
