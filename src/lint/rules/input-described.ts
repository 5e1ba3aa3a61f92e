import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "input-described",
  group: "contract",
  severity: "info",
  confidence: "certain",
  summary: "Every input has a description.",
  why: "The catalog shows a component's inputs with their descriptions; without one a consumer has to read the source.",
  reference: "https://docs.gitlab.com/ci/yaml/#specinputsdescription",
  check(file, { report }) {
    if (file.kind === "pipeline") return;
    for (const input of file.inputs) {
      const description = input.entry("description")?.value;
      if (typeof description === "string" && description.trim() !== "") continue;
      report({
        at: input.place,
        message: `input "${input.name}" has no description`,
        hint: "say in one sentence what it changes",
      });
    }
  },
};
