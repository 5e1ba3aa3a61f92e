import { nearBlocks } from "../near-blocks.ts";
import { meant } from "../nearest.ts";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "block-well-formed",
  group: "contract",
  severity: "warning",
  confidence: "high",
  summary: "An input is read as `$[[ inputs.name ]]`.",
  why: "GitLab fills in nothing else. `${{ inputs.x }}` as in GitHub Actions, `$[ inputs.x ]`, `{{ inputs.x }}` or `$[[ inputs.x ]` reach the job as they are, or stop the pipeline.",
  reference: "https://docs.gitlab.com/ci/inputs/#define-input-parameters-with-specinputs",
  check(file, { report }) {
    if (!file.hasHeader) return;
    const names = file.inputs.map(({ name }) => name);
    for (const { at, text, input } of nearBlocks(file.nodes)) {
      const near = names.includes(input) ? undefined : meant(input, names);
      // a name that the header does not know, inside of a script, may belong to another language
      if (!names.includes(input) && near === undefined) continue;
      const block = `$[[ inputs.${input} ]]`;
      report({
        at,
        message: `"${text}" is not a block: GitLab leaves it as it is`,
        hint: near === undefined ? `write ${block}` : `write ${block}; ${near}`,
        ...(near === undefined && {
          fix: { title: `write ${block}`, safe: false, edits: [{ ...at, text: block }] },
        }),
      });
    }
  },
};
