import { compareDiagnostics, type Diagnostic, type Severity } from "./diagnostic.ts";
import { withoutDoubles } from "./doubles.ts";
import { gather } from "./gather.ts";
import { type RuleRow, ruleTable } from "./rule-table.generated.ts";
import { applySuppressions } from "./suppressions.ts";

/** The severity that a rule's findings get; undefined if the rule is switched off for the file. */
export type SeverityOf = (rule: Pick<RuleRow, "id" | "severity">, file: string) => Severity | undefined;

/** The rules that find nothing, by the tool that reads the scripts. */
const silentRules = {
  shellcheck: [],
  bash: ["shell-clean", "shell-careful"],
  none: ["shell-parsable", "shell-clean", "shell-careful"],
};

/** Makes the report's list out of what the rules found in some files: each fault once, suppressions applied, in order. */
export function finish(
  files: readonly { readonly path: string; readonly text: string }[],
  found: readonly Diagnostic[],
  severityOf: SeverityOf,
  shellTool: "shellcheck" | "bash" | undefined,
): Diagnostic[] {
  const byFile = group(found);
  const known = {
    known: new Set(ruleTable.map((rule) => rule.id)),
    silent: new Set<string>(silentRules[shellTool ?? "none"]),
  };
  for (const { path, text } of files) {
    const severity = (id: string) => {
      const rule = ruleTable.find((each) => each.id === id);
      return rule && severityOf(rule, path);
    };
    const own = withoutDoubles(byFile.get(path) ?? [], text);
    const left = applySuppressions(path, text, own, known, severity);
    byFile.set(path, gather(left.sort(compareDiagnostics), text));
  }
  return unique([...byFile.values()].flat().sort(compareDiagnostics));
}

/** Two files that include a third one both bring its errors. */
function unique(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const seen = new Set<string>();
  return diagnostics.filter(({ rule, message, file, line, column }) => {
    const key = JSON.stringify([rule, message, file, line, column]);
    return seen.has(key) ? false : seen.add(key);
  });
}

function group(diagnostics: readonly Diagnostic[]): Map<string, Diagnostic[]> {
  const groups = new Map<string, Diagnostic[]>();
  for (const each of diagnostics) groups.set(each.file, [...(groups.get(each.file) ?? []), each]);
  return groups;
}
