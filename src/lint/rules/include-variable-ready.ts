import { phaseOfVariable } from "../../engine/pipeline/index.ts";
import { YamlMap } from "../../engine/yaml/index.ts";
import type { TextNode } from "../blocks.ts";
import type { LintFile } from "../file.ts";
import { matchScripts } from "../match-scripts.ts";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "include-variable-ready",
  group: "pipeline",
  severity: "warning",
  confidence: "high",
  summary: "An include reads only variables that are there when GitLab resolves includes.",
  why: "GitLab reads the includes before it knows what any file puts under `variables:`, and before there is a job. Such a variable is empty there: the path leads nowhere, the rule never holds.",
  reference: "https://docs.gitlab.com/ci/yaml/includes/#use-variables-with-include",
  check(file, { report }) {
    const nodes = file.nodes.filter((node) => !node.isKey && isOfInclude(node));
    for (const { at, text } of matchScripts(nodes, /\$\{?[A-Za-z_]\w*/)) {
      const name = text.replace(/^\$\{?/, "");
      const own = ownVariable(file, name);
      if (own !== undefined)
        report({
          at,
          message: `"${name}" is empty here: includes are resolved before this file's variables are known`,
          hint: "write the value, take it as an input ($[[ inputs.name ]]), or set it in the project's CI/CD settings",
          related: [{ message: "it is defined here", at: own }],
        });
      else if (isOfJobs(name))
        report({
          at,
          message: `"${name}" is empty here: GitLab sets it only for a job`,
          hint: "includes can read variables such as CI_COMMIT_BRANCH, CI_PROJECT_PATH and those of the settings",
        });
    }
  },
};

/** An include's address, ref or rule; the inputs are filled in later, by whoever reads them. */
function isOfInclude({ path }: TextNode): boolean {
  return path[0] === "include" && !path.includes("inputs");
}

function ownVariable(file: LintFile, name: string) {
  const variables = file.body?.get("variables");
  return variables instanceof YamlMap ? variables.entry(name)?.keyPlace : undefined;
}

function isOfJobs(name: string): boolean {
  return phaseOfVariable(name) === "job" || /^CI_(?:JOB|ENVIRONMENT|NODE)_/.test(name);
}
