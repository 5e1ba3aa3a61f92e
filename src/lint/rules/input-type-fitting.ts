import type { Rule } from "../rule.ts";

/** Keywords of a job that take one type only, as GitLab's entries check them. */
const wanted: Readonly<Record<string, readonly string[]>> = {
  allow_failure: ["boolean", "array"],
  interruptible: ["boolean"],
  parallel: ["number", "array"],
  retry: ["number"],
  tags: ["array"],
  needs: ["array"],
  dependencies: ["array"],
};

export const rule: Rule = {
  id: "input-type-fitting",
  group: "pipeline",
  severity: "warning",
  confidence: "certain",
  summary: "An input's type fits the keyword that it fills.",
  why: "A string input stays a string: `parallel: $[[ inputs.count ]]` with the text \"3\" is refused in the consumer's pipeline, not in the component's. Where the default is refused already, the finding is an error.",
  reference: "https://docs.gitlab.com/ci/inputs/#input-types",
  check(file, { report }) {
    for (const block of file.blocks) {
      const [job, keyword, ...deeper] = block.node.path;
      const input = block.context === "inputs" ? file.input(block.name) : undefined;
      if (input === undefined || !block.isWhole || block.functions.length > 0 || deeper.length > 0) continue;
      if (typeof keyword !== "string" || !file.jobs.some((each) => each.name === job)) continue;
      const types = Object.hasOwn(wanted, keyword) ? wanted[keyword] : undefined;
      if (types === undefined || types.includes(input.type) || /\[/.test(block.expression)) continue;
      report({
        at: block.place,
        message: `"${keyword}" takes ${types.map((type) => `"${type}"`).join(" or ")}; input "${input.name}" is "${input.type}"`,
        hint: `declare the input as type: ${types[0]}`,
        related: [{ message: "declared here", at: input.place }],
      });
    }
  },
};
