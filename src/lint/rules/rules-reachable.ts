import { YamlList, YamlMap } from "../../engine/yaml/index.ts";
import { knownRules, undecidingRules } from "../reachability.ts";
import type { Rule } from "../rule.ts";
import { ownVariables } from "../surroundings.ts";

const conditions = ["if", "changes", "exists"];

export const rule: Rule = {
  id: "rules-reachable",
  group: "pipeline",
  severity: "warning",
  confidence: "certain",
  summary: "Every rule decides in some pipeline.",
  why: "The first rule that matches decides. A rule whose condition is false in every pipeline, or that stands behind others of which one always matches first, is never used. Names of branches, tags and projects, and variables that GitLab does not set, are taken for any text.",
  reference: "https://docs.gitlab.com/ci/yaml/#rules",
  check(file, { report }) {
    const workflow = file.body?.get("workflow");
    const own = file.body ? ownVariables(file.body) : new Set<string>();
    const owners = [...file.jobs.map((job) => job.map), ...(workflow instanceof YamlMap ? [workflow] : [])];
    for (const owner of owners) {
      const list = owner.get("rules");
      const rules = knownRules(owner.entry("rules"));
      // Nested lists are references or aliases: what is in them is judged where it stands.
      if (!(list instanceof YamlList) || rules?.length !== list.size) continue;
      const always = list.items.findIndex(
        (each) => each instanceof YamlMap && !conditions.some((key) => each.has(key)),
      );
      const undeciding = undecidingRules(rules, own);
      // A job of which no rule ever holds is told by job-reachable.
      if (undeciding.length === rules.length && owner !== workflow) continue;
      for (const { index, everHolds } of undeciding) {
        const isBehind = always !== -1 && always < index;
        if (isBehind && always !== index - 1) continue;
        report({
          at: list.places[index],
          message: everHolds ? "this rule is never read" : "this rule holds in no pipeline",
          hint: isBehind ? "put the rule without a condition last" : undefined,
          related: isBehind ? [{ message: "this rule always matches", at: list.places[always] }] : [],
        });
      }
    }
  },
};
