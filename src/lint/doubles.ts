import type { Code } from "../engine/problem/index.ts";
import { type Diagnostic, isAtLeast } from "./diagnostic.ts";

/** Two rules that may tell one fault at one place, and the codes with which the first one does: the other tells it better. */
const pairs: readonly { readonly rule: string; readonly codes?: readonly Code[]; readonly better: string }[] =
  [
    {
      rule: "pipeline-valid",
      codes: ["value-kind", "commands-kind", "value-wrong"],
      better: "input-type-fitting",
    },
    { rule: "pipeline-valid", codes: ["condition-invalid"], better: "condition-quoted" },
    { rule: "input-regex-anchored", better: "input-regex-valid" },
  ];

/**
 * Leaves of each fault that two rules tell the better finding, with the severity of the heavier one. Where the better rule is
 * switched off, or sees nothing, the other's finding stays.
 */
export function withoutDoubles(found: readonly Diagnostic[]): Diagnostic[] {
  const merged = new Map(found.map((each) => [each, each]));
  for (const { rule, codes, better } of pairs) {
    for (const worse of found) {
      if (worse.rule !== rule || !(codes?.includes(worse.code!) ?? true)) continue;
      const best = found.find((each) => each.rule === better && encloses(worse, each));
      if (best === undefined) continue;
      merged.delete(worse);
      if (!isAtLeast(best.severity, worse.severity)) merged.set(best, { ...best, severity: worse.severity });
    }
  }
  return [...merged.values()];
}

function encloses(outer: Diagnostic, inner: Diagnostic): boolean {
  const startsBefore = outer.line < inner.line || (outer.line === inner.line && outer.column <= inner.column);
  const endsBehind =
    outer.endLine > inner.endLine || (outer.endLine === inner.endLine && outer.endColumn >= inner.endColumn);
  return outer.file === inner.file && startsBefore && endsBehind;
}
