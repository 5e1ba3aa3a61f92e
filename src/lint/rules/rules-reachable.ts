import { YamlList, YamlMap } from "../../engine/yaml/index.ts";
import type { Rule } from "../rule.ts";

const conditions = ["if", "changes", "exists"];

export const rule: Rule = {
  id: "rules-reachable",
  group: "pipeline",
  severity: "warning",
  confidence: "certain",
  summary: "No rule stands behind one that always matches.",
  why: "The first rule that matches decides. A rule without `if`, `changes` or `exists` always matches, so what follows it is never read.",
  reference: "https://docs.gitlab.com/ci/yaml/#rules",
  check(file, { report }) {
    const workflow = file.body?.get("workflow");
    const owners = [...file.jobs.map((job) => job.map), ...(workflow instanceof YamlMap ? [workflow] : [])];
    for (const owner of owners) {
      const rules = owner.get("rules");
      if (!(rules instanceof YamlList)) continue;
      const always = rules.items.findIndex(
        (each) => each instanceof YamlMap && !conditions.some((key) => each.has(key)),
      );
      if (always === -1 || always === rules.size - 1) continue;
      report({
        at: rules.places[always + 1],
        message: "this rule is never read",
        hint: "put the rule without a condition last",
        related: [{ message: "this rule always matches", at: rules.places[always] }],
      });
    }
  },
};
