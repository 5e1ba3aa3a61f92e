import { toJson, YamlMap } from "../../engine/yaml/index.ts";
import { itemsOf } from "../jobs.ts";
import type { Rule } from "../rule.ts";

const conditions = ["if", "changes", "exists"];

export const rule: Rule = {
  id: "rules-distinct",
  group: "pipeline",
  severity: "warning",
  confidence: "certain",
  summary: "No two rules of a job ask for the same.",
  why: "The first rule that holds decides. A second one with the same condition is never read, whatever it says: it is left over, or one of the two has a typo.",
  reference: "https://docs.gitlab.com/ci/yaml/#rules",
  check(file, { report }) {
    const workflow = file.body?.get("workflow");
    for (const owner of [
      ...file.jobs.map(({ map }) => map),
      ...(workflow instanceof YamlMap ? [workflow] : []),
    ]) {
      const seen = new Map<string, { place: (typeof rules)[number]["place"] }>();
      const rules = itemsOf(owner.entry("rules"));
      for (const { value, place } of rules) {
        const condition = value instanceof YamlMap ? conditionOf(value) : undefined;
        if (condition === undefined) continue;
        const earlier = seen.get(condition);
        if (earlier === undefined) seen.set(condition, { place });
        else
          report({
            at: place,
            message: "this rule is never read: an earlier one asks for the same",
            hint: "remove it, or write the condition that was meant",
            related: [{ message: "this one decides", at: earlier.place }],
          });
      }
    }
  },
};

/** What a rule asks for, as text; undefined where it asks for nothing. */
function conditionOf(rule: YamlMap): string | undefined {
  const asked = conditions.flatMap((key) => {
    const value = rule.get(key);
    if (value === undefined) return [];
    return [[key, typeof value === "string" ? value.trim().replace(/\s+/g, " ") : toJson(value)]];
  });
  return asked.length === 0 ? undefined : JSON.stringify(asked);
}
