import { compileLiteral } from "../../engine/expression/index.ts";
import { type Comparison, comparisonsOf, conditionsIn, refsOf, textOf } from "../conditions.ts";
import { KNOWN_VALUES, meantRefs, meantValue } from "../known-values.ts";
import { matchScripts } from "../match-scripts.ts";
import { listed, meant } from "../nearest.ts";
import type { Rule } from "../rule.ts";

/** `[ "$CI_PIPELINE_SOURCE" = merge_requests ]` in a script. */
const inShell = /\$\{?CI_PIPELINE_SOURCE\}?["']?\s*(?:==?|!=)\s*["']?[\w-]+\b(?![*$[])/;

export const rule: Rule = {
  id: "condition-value-known",
  group: "pipeline",
  severity: "warning",
  confidence: "certain",
  summary: "A predefined variable is compared with a value that it can have.",
  why: 'GitLab sets `CI_PIPELINE_SOURCE` and some others to one of a few words. A condition on any other word, such as "merge_requests", never holds, and GitLab does not say so.',
  reference: "https://docs.gitlab.com/ci/jobs/job_rules/#ci_pipeline_source-predefined-variable",
  check(file, { report }) {
    for (const comparison of conditionsIn(file).flatMap(comparisonsOf)) {
      const name = textOf(comparison.left) ?? "";
      const values = comparison.left.type === "variable" ? valuesOf(name) : undefined;
      if (values !== undefined && !canHold(comparison, values))
        report({ at: comparison.at, ...finding(name, textOf(comparison.right) ?? "", values) });
    }
    for (const { value, place } of refsOf(file)) {
      const keyword = typeof value === "string" ? meantRefs(value) : undefined;
      if (keyword !== undefined)
        report({
          at: place,
          message: `"${String(value)}" is the name of a branch here`,
          hint: `did you mean "${keyword}"?`,
        });
    }
    for (const { at, text } of matchScripts(file.scriptNodes, inShell)) {
      const value = /[\w-]+$/.exec(text)?.[0] ?? "";
      const values = valuesOf("CI_PIPELINE_SOURCE") ?? [];
      if (!values.includes(value)) report({ at, ...finding("CI_PIPELINE_SOURCE", value, values) });
    }
  },
};

function valuesOf(name: string): readonly string[] | undefined {
  return Object.hasOwn(KNOWN_VALUES, name) ? KNOWN_VALUES[name] : undefined;
}

function canHold({ operator, right }: Comparison, values: readonly string[]): boolean {
  const text = textOf(right);
  if (text === undefined) return true;
  if (operator === "==" || operator === "!=")
    return right.type !== "string" || text === "" || values.includes(text);
  const pattern = right.type === "pattern" ? compileLiteral(text) : undefined;
  return pattern === undefined || values.some((value) => pattern.matches(value));
}

function finding(name: string, text: string, values: readonly string[]) {
  const value = meantValue(text, values);
  return {
    message: `$${name} is never "${text}"`,
    hint:
      value === undefined
        ? (meant(text, values) ?? `the values are ${listed(values)}`)
        : `did you mean "${value}"?`,
  };
}
