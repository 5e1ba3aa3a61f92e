import { componentsByRoot, startOf } from "../components.ts";
import type { Rule } from "../rule.ts";

const MOST = 100;

export const rule: Rule = {
  id: "component-count-bounded",
  group: "catalog",
  severity: "warning",
  confidence: "certain",
  summary: "A project holds at most 100 components.",
  why: "GitLab publishes no more than 100 components of one project to the catalog.",
  reference: "https://docs.gitlab.com/ci/components/#component-project",
  checkProject(files, { report }) {
    for (const components of componentsByRoot(files).values()) {
      const extra = components[MOST];
      if (extra === undefined) continue;
      report({
        at: startOf(extra.path),
        message: `${components.length} components in one project; GitLab takes ${MOST}`,
      });
    }
  },
};
