import { inputNamesOf } from "../../engine/expression/index.ts";
import { conditionsOf } from "../input-rules.ts";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "input-rules-acyclic",
  group: "contract",
  severity: "warning",
  confidence: "high",
  summary: "The rules of inputs do not read each other in a circle.",
  why: "An input's rules are judged with the values of the inputs that they read. Where two read each other, neither value is there before the other one, and a form cannot offer the options of either.",
  since: "18.7",
  reference: "https://docs.gitlab.com/ci/inputs/#define-conditional-input-options-with-specinputsrules",
  check(file, { report }) {
    if (!file.inputs.some((input) => input.entry("rules"))) return;
    const reads = new Map(
      file.inputs.map((input) => [input.name, conditionsOf(input).flatMap(({ text }) => inputNamesOf(text))]),
    );
    const told = new Set<string>();
    for (const input of file.inputs) {
      const circle = circleFrom(input.name, reads);
      if (circle === undefined || circle.some((name) => told.has(name))) continue;
      for (const name of circle) told.add(name);
      report({
        at: conditionsOf(input)[0]?.place ?? input.place,
        message: `the rules of ${circle.map((name) => `"${name}"`).join(", ")} read each other in a circle`,
        hint:
          circle.length === 1
            ? "a rule can read other inputs only"
            : `let the rules of one of them read neither "${circle.at(-1)}" nor another of the circle`,
        related: circle
          .slice(1)
          .map((name) => ({ message: `"${name}" is declared here`, at: file.input(name)?.place })),
      });
    }
  },
};

/** The way from an input over what its rules read back to it; undefined where there is none. */
function circleFrom(start: string, reads: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const seen = new Set<string>();
  const walk = (name: string, way: readonly string[]): string[] | undefined => {
    for (const next of reads.get(name) ?? []) {
      if (next === start) return [...way];
      if (seen.has(next)) continue;
      seen.add(next);
      const found = walk(next, [...way, next]);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return walk(start, [start]);
}
