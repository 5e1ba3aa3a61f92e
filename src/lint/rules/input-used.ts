import { inputNamesOf } from "../../engine/expression/index.ts";
import type { LintFile } from "../file.ts";
import { conditionsOf } from "../input-rules.ts";
import { nearBlocks } from "../near-blocks.ts";
import { nearest } from "../nearest.ts";
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
    const names = file.inputs.map(({ name }) => name);
    const used = new Set(
      file.blocks.filter((block) => block.context === "inputs").map((block) => block.name),
    );
    for (const { text } of file.inputs.flatMap(conditionsOf))
      for (const name of inputNamesOf(text)) used.add(name);
    for (const block of file.headerBlocks) used.add(block.name);
    // a misspelt use is told where it is
    const meantNames = [...misspeltUses(file)].flatMap((name) => nearest(name, names) ?? []);
    for (const input of file.inputs) {
      if (used.has(input.name) || meantNames.includes(input.name) || isInLostDocument(input.name, file))
        continue;
      report({
        at: input.place,
        message: `input "${input.name}" is never used`,
        hint: `use $[[ inputs.${input.name} ]] or remove the input`,
      });
    }
  },
};

/** What the file reads where it means an input, and does not say so. */
function misspeltUses(file: LintFile): Set<string> {
  const names = file.blocks.flatMap(({ context, name }) =>
    context === "inputs" && file.input(name) !== undefined ? [] : [name],
  );
  return new Set([...names, ...nearBlocks(file.nodes).map(({ input }) => input)]);
}

/** A third document may read it: that GitLab does not, documents-read says. */
function isInLostDocument(name: string, { text }: LintFile): boolean {
  return (text.match(/^---\s/gm) ?? []).length > 1 && text.includes(`inputs.${name} `);
}
