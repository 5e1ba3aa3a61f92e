import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "component-placed",
  group: "catalog",
  severity: "warning",
  confidence: "certain",
  summary: "Components stand at `templates/<name>.yml` or `templates/<name>/template.yml`.",
  why: "GitLab looks nowhere else, only for the ending `.yml`, and where both forms stand the single file wins.",
  reference: "https://docs.gitlab.com/ci/components/#directory-structure",
  check(file, { report, project }) {
    const inner = file.root === "" ? file.path : file.path.slice(file.root.length + 1);
    if (!inner.startsWith("templates/") || !file.hasHeader) return;
    if (file.kind !== "component") {
      const hint = /\.yaml$/.test(inner)
        ? "rename it to end in .yml"
        : "move it to templates/<name>.yml or templates/<name>/template.yml";
      report({ at: undefined, message: "GitLab does not find this component", hint });
      return;
    }
    const single = /^templates\/([^/]+)\/template\.yml$/.exec(inner)?.[1];
    if (single === undefined || project.tree(file.root).read(`templates/${single}.yml`) === undefined) return;
    report({
      at: undefined,
      message: `never used: "templates/${single}.yml" stands for the same component`,
      hint: "keep one of the two",
    });
  },
};
