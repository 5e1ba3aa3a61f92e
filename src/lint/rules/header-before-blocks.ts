import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "header-before-blocks",
  group: "contract",
  severity: "warning",
  confidence: "certain",
  summary: "A file with `$[[ ]]` blocks has a header.",
  why: "Without a `spec:` document and a `---` line GitLab interpolates nothing: the block stays in the text as it is.",
  reference: "https://docs.gitlab.com/ci/yaml/#spec",
  check(file, { report }) {
    if (file.hasHeader || file.body?.has("spec")) return;
    const block = file.blocks.find((each) => each.context === "inputs" || each.context === "component");
    if (block === undefined) return;
    report({
      at: block.place,
      message: `"${block.node.value.slice(block.from, block.to)}" stays as it is: the file has no header`,
      hint: "put spec:inputs and a line --- before the jobs",
    });
  },
};
