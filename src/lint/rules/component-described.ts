import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "component-described",
  group: "catalog",
  severity: "info",
  confidence: "high",
  summary: "A component's file begins with what it does.",
  why: "Lists of components show it beside the name: Berth's documents and catalog take `spec:description` or the comment that the file begins with. GitLab's own lists take `spec:description` only, and GitLab before 18.10 refuses a component that has it. So a component for older versions says it in the comment.",
  reference: "https://docs.gitlab.com/ci/yaml/#specdescription",
  check(file, { report }) {
    if (file.kind !== "component" || file.spec === undefined || /^#+[^\S\n]*\S/.test(file.text)) return;
    const description = file.spec.get("description");
    if (typeof description === "string" && description.trim() !== "") return;
    report({
      at: file.header?.entry("spec")?.keyPlace,
      message: "the component has no description",
      hint: "begin the file with a comment that says what it does; or add spec:description (at most 256 characters), which needs GitLab 18.10",
    });
  },
};
