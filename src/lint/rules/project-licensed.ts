import { componentsByRoot, startOf } from "../components.ts";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "project-licensed",
  group: "catalog",
  severity: "info",
  confidence: "certain",
  summary: "A component project has a licence file.",
  why: "Without a licence nobody outside the project may use the components.",
  reference: "https://docs.gitlab.com/ci/components/#component-project",
  checkProject(files, { report, project }) {
    for (const [root, [first]] of componentsByRoot(files)) {
      if (first === undefined) continue;
      const names = ["LICENSE", "LICENSE.md", "LICENSE.txt", "LICENCE", "LICENCE.md", "COPYING"];
      if (names.some((name) => project.tree(root).read(name) !== undefined)) continue;
      report({
        at: startOf(first.path),
        message: "the project has no licence file",
        hint: "add a file LICENSE",
      });
    }
  },
};
