import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "array-not-in-string",
  group: "contract",
  severity: "warning",
  confidence: "certain",
  summary: "An array input stands alone, not inside a longer string.",
  why: 'Inside a string GitLab writes the array as Ruby shows it, such as `["a", "b"]`, which no shell and hardly a tool reads.',
  reference: "https://docs.gitlab.com/ci/inputs/#array-type",
  check(file, { report }) {
    for (const block of file.blocks) {
      const input = file.input(block.name);
      if (block.context !== "inputs" || block.isWhole || input?.type !== "array") continue;
      const access = block.expression.split("|")[0] ?? "";
      if (access.includes("[") || block.functions.length > 0) continue;
      report({
        at: block.place,
        message: `the array "${block.name}" inside a string becomes Ruby's ["…"] form`,
        hint: `declare it as a string with one word after the other, or take one item: $[[ inputs.${input.name}[0] ]]`,
        related: [{ message: `"${block.name}" is declared as an array`, at: input.place }],
      });
    }
  },
};
