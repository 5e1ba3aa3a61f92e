import { inputNamesOf } from "../../engine/expression/index.ts";
import { conditionsOf } from "../input-rules.ts";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "input-used",
  group: "contract",
  severity: "warning",
  confidence: "high",
  summary: "Every declared input is used.",
  why: "A consumer who sets an input that nothing reads believes to have changed something.",
  reference: "https://docs.gitlab.com/ci/components/#write-a-component",
  check(file, { report }) {
    // A file of inputs alone is used where a header includes it.
    if (file.body === undefined) return;
    const used = new Set(
      file.blocks.filter((block) => block.context === "inputs").map((block) => block.name),
    );
    for (const { text } of file.inputs.flatMap(conditionsOf))
      for (const name of inputNamesOf(text)) used.add(name);
    for (const block of file.headerBlocks) used.add(block.name);
    for (const input of file.inputs) {
      if (used.has(input.name)) continue;
      report({
        at: input.place,
        message: `input "${input.name}" is never used`,
        hint: `use $[[ inputs.${input.name} ]] or remove the input`,
      });
    }
  },
};
