import { componentName, componentsByRoot, startOf } from "../components.ts";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "component-documented",
  group: "catalog",
  severity: "info",
  confidence: "high",
  summary: "The README has a section and an example for each component.",
  why: "The catalog shows the README. A component without an example there is hardly used, and one without a README cannot be published.",
  reference: "https://docs.gitlab.com/ci/components/#write-a-clear-readmemd",
  checkProject(files, { report, project }) {
    for (const [root, components] of componentsByRoot(files)) {
      const readme = project.tree(root).read("README.md");
      if (readme === undefined) {
        report({
          at: startOf(components[0]?.path ?? ""),
          message: "the project has no README.md",
          hint: "GitLab publishes only projects with a README.md at the root",
        });
        continue;
      }
      for (const file of components) {
        const name = componentName(file);
        if (!hasExample(readme, name))
          report({
            at: startOf(file.path),
            message: `README.md has no example for "${name}"`,
            hint: `show an include with component: …/${name}@<version>`,
          });
        else if (!hasSection(readme, name))
          report({
            at: startOf(file.path),
            message: `README.md has no heading for "${name}"`,
            hint: `add a section such as ## ${name}`,
          });
      }
    }
  },
};

function hasExample(readme: string, name: string): boolean {
  return new RegExp(`component:\\s*\\S*/${escaped(name)}@`).test(readme);
}

function hasSection(readme: string, name: string): boolean {
  return new RegExp(`^#+ .*${escaped(name)}`, "im").test(readme);
}

function escaped(text: string): string {
  return text.replace(/[^\w]/g, "\\$&");
}
