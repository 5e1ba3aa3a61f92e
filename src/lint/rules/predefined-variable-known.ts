import { matchScripts } from "../match-scripts.ts";
import type { Rule } from "../rule.ts";
import { definedVariables, meantVariable } from "../variable-names.ts";

/** A variable whose name begins as GitLab's do. */
const uses = /\$(?:env:)?\{?(?:CI|GITLAB)_\w+/i;

export const rule: Rule = {
  id: "predefined-variable-known",
  group: "pipeline",
  severity: "warning",
  confidence: "high",
  summary:
    "A variable whose name begins with `CI_` or `GITLAB_` is one that GitLab sets, or that somebody defines.",
  why: "A misspelt name is no error: the variable is empty. A condition on it never holds, and a script works on with nothing.",
  reference: "https://docs.gitlab.com/ci/variables/predefined_variables/",
  check(file, { report, project }) {
    const found = matchScripts(file.nodes, uses).flatMap(({ at, text }) => {
      const name = text.replace(/^\$(?:env:)?\{?/, "");
      const near = meantVariable(name);
      return near === undefined ? [] : [{ at, name, near }];
    });
    if (found.length === 0) return;
    const defined = definedVariables(file, project);
    for (const { at, name, near } of found) {
      if (defined.has(name)) continue;
      report({
        at,
        message: `GitLab sets no variable "${name}", and nothing here defines it`,
        hint: `did you mean "${near}"?`,
      });
    }
  },
};
