import type { Diagnostic } from "./diagnostic.ts";
import type { EngineError } from "./engine.ts";
import type { LintFile } from "./file.ts";
import type { SeverityOf } from "./finish.ts";
import { pipelinesOf } from "./graph.ts";
import { pipelineErrors } from "./pipeline-errors.ts";
import type { FileFacts, LintProject, ShellFindings } from "./project.ts";
import { rules } from "./registry.generated.ts";
import { type Rule, toDiagnostic } from "./rule.ts";

/** Runs the rules over one file, but for those about its scripts. Returns the findings; suppressions are not applied yet. */
export function lintFile(file: LintFile, project: LintProject, severityOf: SeverityOf): Diagnostic[] {
  const claims = claimAll([...file.errors, ...pipelineErrors(file, project)]);
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

/** Runs the rules about what a shell or ShellCheck says of a file's scripts. */
export function lintScripts(file: LintFile, shell: ShellFindings, severityOf: SeverityOf): Diagnostic[] {
  return rules.flatMap((rule) => {
    const severity = rule.checkScripts && severityOf(rule, file.path);
    if (severity === undefined) return [];
    const diagnostics: Diagnostic[] = [];
    rule.checkScripts?.(file, {
      shell,
      report: (finding) => diagnostics.push(toDiagnostic(rule, severity, file.path, finding)),
    });
    return diagnostics;
  });
}

/** Lists the includes of a file's pipelines that could not be read here: what they bring is not judged. */
export function unreadIncludes(file: LintFile, project: LintProject): readonly string[] {
  const own = pipelinesOf(file, project).filter(({ root }) => root === file.path);
  return [...new Set(own.flatMap(({ unread }) => unread))];
}

/** Runs the rules about the project as a whole. */
export function lintWhole(
  files: readonly FileFacts[],
  project: LintProject,
  severityOf: SeverityOf,
): Diagnostic[] {
  return rules.flatMap((rule) => {
    const diagnostics: Diagnostic[] = [];
    rule.checkProject?.(files, {
      project,
      report: (finding) => {
        const file = finding.at?.file ?? "";
        const severity = severityOf(rule, file);
        if (severity !== undefined) diagnostics.push(toDiagnostic(rule, severity, file, finding));
      },
    });
    return diagnostics;
  });
}

const ruleOfCode = new Map(rules.flatMap((rule) => (rule.codes ?? []).map((code) => [code, rule] as const)));

/** Gives each of the engine's problems to the rule that claims its code. */
function claimAll(errors: readonly EngineError[]): Map<Rule, EngineError[]> {
  const claims = new Map<Rule, EngineError[]>();
  for (const error of errors) {
    const rule = ruleOfCode.get(error.problem.code);
    if (rule !== undefined) claims.set(rule, [...(claims.get(rule) ?? []), error]);
  }
  return claims;
}
