import { inputNamesOf } from "../../engine/expression/index.ts";
import { conditionsOf } from "../input-rules.ts";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "input-condition-valid",
  group: "contract",
  severity: "warning",
  confidence: "high",
  summary: "The conditions of an input's rules read declared inputs.",
  why: "A condition on an input that is not declared never holds, and GitLab says nothing: the options below it are never offered.",
  since: "18.7",
  reference: "https://docs.gitlab.com/ci/inputs/#define-conditional-input-options-with-specinputsrules",
  check(file, { report }) {
    const names = file.inputs.map((input) => input.name);
    for (const input of file.inputs) {
      for (const { text, place } of conditionsOf(input)) {
        const unknown = inputNamesOf(text).filter((name) => !names.includes(name));
        if (unknown.length === 0) continue;
        report({
          at: place,
          message: `the condition reads "${unknown.join('", "')}", which the header does not declare`,
        });
      }
    }
  },
};
