import { compareDiagnostics, type Diagnostic, type Severity } from "./diagnostic.ts";
import type { EngineError } from "./engine.ts";
import type { LintFile } from "./file.ts";
import { pipelineErrors } from "./pipeline-errors.ts";
import type { LintProject } from "./project.ts";
import { rules } from "./registry.generated.ts";
import { type Rule, toDiagnostic } from "./rule.ts";
import { applySuppressions } from "./suppressions.ts";

/** The severity that a rule's findings get; undefined if the rule is switched off for the file. */
export type SeverityOf = (rule: Rule, file: string) => Severity | undefined;

/** Runs every rule over every file. Returns the findings in order, suppressions applied. */
export function lintProject(project: LintProject, severityOf: SeverityOf): Diagnostic[] {
  const found = [
    ...project.files.flatMap((file) => lintFile(file, project, severityOf)),
    ...wholeProject(project, severityOf),
  ];
  const byFile = group(found);
  const silent =
    project.shell === undefined
      ? new Set(["shell-parsable", "shell-clean", "shell-careful"])
      : new Set<string>();
  const known = { known: new Set(rules.map((rule) => rule.id)), silent };
  for (const file of project.files) {
    const severity = (id: string) => {
      const rule = rules.find((each) => each.id === id);
      return rule && severityOf(rule, file.path);
    };
    byFile.set(
      file.path,
      applySuppressions(file.path, file.text, byFile.get(file.path) ?? [], known, severity),
    );
  }
  return unique([...byFile.values()].flat().sort(compareDiagnostics));
}

function lintFile(file: LintFile, project: LintProject, severityOf: SeverityOf): Diagnostic[] {
  const errors = [...file.errors, ...(file.errors.length === 0 ? pipelineErrors(file, project) : [])];
  const claims = claimAll(errors);
  return rules.flatMap((rule) => {
    const severity = severityOf(rule, file.path);
    if (severity === undefined || rule.check === undefined) return [];
    const diagnostics: Diagnostic[] = [];
    rule.check(file, {
      project,
      claimed: claims.get(rule) ?? [],
      report: (finding) => diagnostics.push(toDiagnostic(rule, severity, file.path, finding)),
    });
    return diagnostics;
  });
}

function wholeProject(project: LintProject, severityOf: SeverityOf): Diagnostic[] {
  return rules.flatMap((rule) => {
    const diagnostics: Diagnostic[] = [];
    rule.checkProject?.(project, {
      report: (finding) => {
        const file = finding.at?.file ?? "";
        const severity = severityOf(rule, file);
        if (severity !== undefined) diagnostics.push(toDiagnostic(rule, severity, file, finding));
      },
    });
    return diagnostics;
  });
}

/** Gives each of the engine's errors to the rule that claims its message, or to the stage's catch-all. */
function claimAll(errors: readonly EngineError[]): Map<Rule, EngineError[]> {
  const claims = new Map<Rule, EngineError[]>();
  for (const error of errors) {
    const ofStage = rules.filter((rule) => rule.stage === error.stage);
    const rule =
      ofStage.find((each) => each.claims?.test(error.message)) ?? ofStage.find((each) => each.isCatchAll);
    if (rule !== undefined) claims.set(rule, [...(claims.get(rule) ?? []), error]);
  }
  return claims;
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
