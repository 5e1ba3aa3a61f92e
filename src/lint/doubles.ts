import type { Code } from "../engine/problem/index.ts";
import { type Diagnostic, isAtLeast } from "./diagnostic.ts";
import { jobLines } from "./job-lines.ts";

/** Two rules that may tell one fault at one place, and the codes with which the first one does: the other tells it better. */
const pairs: readonly { readonly rule: string; readonly codes?: readonly Code[]; readonly better: string }[] =
  [
    {
      rule: "pipeline-valid",
      codes: ["value-kind", "commands-kind", "value-wrong"],
      better: "input-type-fitting",
    },
    { rule: "pipeline-valid", codes: ["condition-invalid"], better: "condition-quoted" },
    {
      rule: "pipeline-valid",
      codes: ["value-kind", "value-missing", "keys-missing"],
      better: "job-keys-known",
    },
    { rule: "rules-reachable", better: "rules-distinct" },
    { rule: "input-regex-anchored", better: "input-default-valid" },
    { rule: "interpolation-valid", better: "block-well-formed" },
    // That a rule, or a job, is in no pipeline says less than what is wrong with its condition.
    ...["rules-reachable", "job-reachable"].flatMap((rule) =>
      ["condition-value-known", "condition-comparable", "condition-pattern-bare", "rules-distinct"].map(
        (better) => ({
          rule,
          better,
        }),
      ),
    ),
    { rule: "input-regex-anchored", better: "input-regex-valid" },
    { rule: "pipeline-valid", codes: ["value-kind", "value-wrong"], better: "values-as-written" },
  ];

/**
 * Leaves of each fault that two rules tell the better finding, with the severity of the heavier one. Where the better rule is
 * switched off, or sees nothing, the other's finding stays.
 */
export function withoutDoubles(found: readonly Diagnostic[], text: string): Diagnostic[] {
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
  return onceForEachValue(withoutConsequences([...merged.values()], text));
}

/** Rules about what becomes of a job, and those about its conditions and needs that may be the reason. */
const consequences: Readonly<Record<string, readonly string[]>> = {
  "job-reachable": [
    "condition-comparable",
    "condition-value-known",
    "predefined-variable-known",
    "needs-together",
  ],
  "rules-reachable": ["condition-comparable", "condition-value-known", "predefined-variable-known"],
  "pipelines-single": ["condition-comparable", "condition-value-known", "predefined-variable-known"],
};

/** Leaves of a fault and of what follows from it in the same job the fault. */
function withoutConsequences(found: readonly Diagnostic[], text: string): Diagnostic[] {
  if (!found.some(({ rule }) => Object.hasOwn(consequences, rule))) return [...found];
  const jobOf = jobLines(text);
  return found.filter((each) => {
    const reasons = consequences[each.rule];
    return !found.some((other) => reasons?.includes(other.rule) && jobOf(other.line) === jobOf(each.line));
  });
}

/** What GitLab says of a value that is none: a name that is a number is no string, no name, and blank. */
const OF_VALUES: ReadonlySet<Code> = new Set<Code>([
  "duration-invalid",
  "duration-too-long",
  "value-kind",
  "value-missing",
  "value-malformed",
  "value-not-allowed",
  "value-out-of-bounds",
  "value-wrong",
  "keys-missing",
]);

/** Leaves of several things that GitLab says of one value the first one: the others go with it. */
function onceForEachValue(found: readonly Diagnostic[]): Diagnostic[] {
  const told = new Set<string>();
  return found.filter(({ code, file, line, column, endLine, endColumn }) => {
    if (code === undefined || !OF_VALUES.has(code)) return true;
    const place = JSON.stringify([file, line, column, endLine, endColumn]);
    return told.has(place) ? false : told.add(place);
  });
}

function encloses(outer: Diagnostic, inner: Diagnostic): boolean {
  const startsBefore = outer.line < inner.line || (outer.line === inner.line && outer.column <= inner.column);
  const endsBehind =
    outer.endLine > inner.endLine || (outer.endLine === inner.endLine && outer.endColumn >= inner.endColumn);
  return outer.file === inner.file && startsBefore && endsBehind;
}
