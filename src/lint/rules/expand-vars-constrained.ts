import { isFree } from "../free-inputs.ts";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "expand-vars-constrained",
  group: "security",
  severity: "warning",
  confidence: "medium",
  summary: "`expand_vars` is called on inputs with options or a regex only.",
  why: "With `expand_vars` a caller's value such as `$CI_JOB_TOKEN` is replaced by the variable's content and may land in names, addresses or logs.",
  reference: "https://docs.gitlab.com/ci/inputs/#expand_vars",
  check(file, { report }) {
    for (const block of file.blocks) {
      const input = block.context === "inputs" ? file.input(block.name) : undefined;
      if (input === undefined || !isFree(input)) continue;
      if (!block.functions.some((each) => each.name === "expand_vars")) continue;
      report({
        at: block.place,
        message: `expand_vars expands any variable that the value of "${input.name}" names`,
        hint: "give the input options or a regex, or let the job read the variable itself",
        related: [{ message: "any text may be given here", at: input.place }],
      });
    }
  },
};
