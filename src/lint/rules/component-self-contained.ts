import type { Rule } from "../rule.ts";

/** A path in a command: after a blank, a quote or an operator; of the project's folder, or relative to it. */
const paths =
  /(?<=^|[\s"'=(;|&<`])(?:\$\{?CI_PROJECT_DIR\}?\/|\.\/)?([\w.-]+(?:\/[\w.-]+)+)(?=$|[\s"';|&)`>])/g;

/** Commands that bring files of another project, or write them. */
const brings = /\bgit\s+(?:clone|fetch|submodule|archive)\b|\b(?:unzip|tar)\b/;

/** What consumers have themselves: usual files of an application. */
const usual =
  /(?:^|\/)(?:package(?:-lock)?\.json|pyproject\.toml|requirements[\w.-]*\.txt|Dockerfile|Makefile|README\.md|gradlew|mvnw|pom\.xml|Chart\.ya?ml|\.gitlab-ci\.yml|go\.mod|Cargo\.toml|composer\.json|Gemfile)$|^(?:src|tests?|node_modules|dist|build|public|vendor)\//;

export const rule: Rule = {
  id: "component-self-contained",
  group: "pipeline",
  severity: "warning",
  confidence: "high",
  summary: "A component's scripts use no files of the component's own repository.",
  why: "Only the template travels: the job runs in the consumer's checkout, where the component's scripts and data are not. It works in the component's own pipeline, and fails in everybody else's.",
  reference: "https://docs.gitlab.com/ci/components/#write-a-component",
  check(file, { report, project }) {
    if (file.kind !== "component" || !file.hasHeader) return;
    const told = new Set<string>();
    for (const node of file.scriptNodes) {
      const text = node.value.replace(/(?<=^|\n)\s*#[^\n]*/g, (comment) => " ".repeat(comment.length));
      for (const match of text.matchAll(paths)) {
        const path = match[1] ?? "";
        if (told.has(path) || usual.test(path) || isMade(file.scriptNodes, path)) continue;
        if (project.tree(file.root).read(path) === undefined) continue;
        told.add(path);
        report({
          at: node.at(match.index, match.index + match[0].length),
          message: `"${path}" is a file of this project: a consumer's checkout does not have it`,
          hint: "write its commands into the script (berth embed does that), put it into the job's image, or download it at a fixed version",
        });
      }
    }
  },
};

/** True if some command fetches whole trees, or writes the file. */
function isMade(nodes: readonly { readonly value: string }[], path: string): boolean {
  const quoted = path.replace(/[^\w]/g, "\\$&");
  const written = new RegExp(
    `(?:>|\\b(?:tee|cp|mv|install|curl|wget|touch)\\b[^\\n;|&]*)\\s*["']?(?:\\./)?${quoted}`,
  );
  return nodes.some(({ value }) => brings.test(value) || written.test(value));
}
