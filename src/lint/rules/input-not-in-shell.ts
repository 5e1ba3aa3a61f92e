import type { Block } from "../blocks.ts";
import { isFree } from "../free-inputs.ts";
import type { InputDeclaration } from "../inputs.ts";
import type { Rule } from "../rule.ts";
import { holdsSeveralWords } from "../shell/harmless.ts";
import { throughVariables } from "../through-variables.ts";

export const rule: Rule = {
  id: "input-not-in-shell",
  group: "security",
  severity: "warning",
  confidence: "high",
  summary: "A free input reaches a script through `variables:`, not by interpolation.",
  why: "GitLab pastes the value into the script before any shell sees it, so a value with quotes, `;` or `$(…)` becomes code, and what is tested is not what runs. A variable is only ever data.",
  reference: "https://docs.gitlab.com/ci/inputs/#posix_escape",
  check(file, { report }) {
    const jobs = new Map(file.jobs.map((job) => [job.name, job]));
    for (const block of file.scriptBlocks) {
      const input = file.input(block.name);
      if (input === undefined || !isFree(input)) continue;
      if (block.functions.some((each) => each.name === "posix_escape")) continue;
      const job = jobs.get(String(block.node.path[0]));
      report({
        at: block.place,
        message: block.isWhole
          ? `the value of input "${input.name}" is run as a command`
          : `the value of input "${input.name}" becomes part of the script`,
        hint: hintFor(block, input),
        related: [{ message: "any text may be given here", at: input.place }],
        fix: job && throughVariables.fix(file, job, block, input),
      });
    }
  },
};

function hintFor(block: Block, input: InputDeclaration): string {
  const name = throughVariables.nameOf(input);
  if (block.isWhole)
    return "if commands are meant, say so in its description and suppress this with the reason";
  if (input.type !== "array" && holdsSeveralWords(input.name))
    return `set it under variables: and split it there: read -ra words <<< "$${name}"`;
  return `set it under variables: and read "$${name}", or give the input options or an anchored regex`;
}
