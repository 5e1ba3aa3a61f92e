import { nearest } from "../nearest.ts";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "input-declared",
  group: "contract",
  severity: "error",
  confidence: "certain",
  summary: "Every input that is used is declared.",
  why: "A block that names an undeclared input is refused by GitLab, whatever values the caller gives.",
  reference: "https://docs.gitlab.com/ci/inputs/#define-input-parameters-with-specinputs",
  codes: ["input-undeclared"],
  check(file, { report, claimed }) {
    const names = file.inputs.map((input) => input.name);
    // a misspelt inputs: is told where it is
    if (names.length === 0 && file.errors.some(({ problem }) => problem.code === "header-keys-unknown"))
      return;
    const hasIncludedInputs = file.spec?.has("include") ?? false;
    for (const block of file.blocks) {
      if (
        !file.hasHeader ||
        hasIncludedInputs ||
        block.context !== "inputs" ||
        block.name === "" ||
        names.includes(block.name)
      )
        continue;
      const near = nearest(block.name, names);
      const start = block.node.value.indexOf(block.name, block.node.value.indexOf(".", block.from));
      const at = block.node.at(start, start + block.name.length);
      report({
        code: "input-undeclared",
        at: block.place,
        message: `unknown input "${block.name}"${names.length > 0 ? `; the inputs are ${names.map((name) => `"${name}"`).join(", ")}` : "; the header declares none"}`,
        hint: near === undefined ? "declare it under spec:inputs" : `did you mean "${near}"?`,
        ...(near === undefined
          ? {}
          : { fix: { title: `write "${near}"`, safe: false, edits: [{ ...at.toJSON(), text: near }] } }),
      });
    }
    // Where the header takes inputs from other files, only the engine knows all of them.
    if (hasIncludedInputs)
      for (const { problem, place, message } of claimed) report({ code: problem.code, at: place, message });
  },
};
