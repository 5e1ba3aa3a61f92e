import { inputTypeOf } from "../../engine/contract/index.ts";
import { isValidExpression } from "../../engine/expression/index.ts";
import type { InputDeclaration } from "../inputs.ts";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "condition-quoted",
  group: "pipeline",
  severity: "warning",
  confidence: "high",
  summary: "A condition stays one whatever word an input puts into it.",
  why: "GitLab pastes the value into `rules:if` before it reads the condition. A word without quotes around it is no operand there, so the pipeline of a consumer who gives one is refused.",
  reference: "https://docs.gitlab.com/ci/inputs/#yaml-syntax-errors-when-using-inputs",
  check(file, { report }) {
    for (const block of file.blocks) {
      const { node } = block;
      const input = block.context === "inputs" ? file.input(block.name) : undefined;
      if (node.isKey || node.path.at(-1) !== "if" || input === undefined || block.functions.length > 0)
        continue;
      const withValue = (value: string) =>
        (node.value.slice(0, block.from) + value + node.value.slice(block.to)).replace(
          /\$\[\[.*?\]\]/g,
          "$OTHER",
        );
      // a condition that no operand puts right has another fault
      if (!isValidExpression(withValue("$ANY"))) continue;
      const broken = valuesOf(input).find((value) => !isValidExpression(withValue(value)));
      if (broken === undefined) continue;
      report({
        at: block.place,
        message: `with the value "${broken}" this is no condition: ${withValue(broken)}`,
        hint: `write quotes around it: '"$[[ inputs.${input.name} ]]" == …'`,
        related: [{ message: `"${input.name}" is declared here`, at: input.place }],
      });
    }
  },
};

/** Values that a consumer may well give. Where the default names a variable, consumers are meant to name one too. */
function valuesOf(input: InputDeclaration): string[] {
  const type = inputTypeOf(input.type);
  if (type?.words) return [...type.words];
  if (type?.reads !== "text") return [];
  const fallback = input.entry("default")?.value;
  const given = input.options ?? (typeof fallback === "string" && fallback !== "" ? [fallback] : ["main"]);
  return given.map(String).filter((value) => /^[\w./-]+$/.test(value));
}
