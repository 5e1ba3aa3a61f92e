import { readdirSync } from "node:fs";
import { join } from "node:path";

/** The registry of rules, made from their folder: a new rule is listed by being there. */
export function registryFiles(root: string): Record<string, string> {
  const names = readdirSync(join(root, "src/lint/rules")).filter((name) => name.endsWith(".ts"));
  const ids = names.map((name) => name.slice(0, -3)).sort();
  const text = `// Made by tools/registry.ts from the folder rules/.
import type { Rule } from "./rule.ts";
${ids.map((id) => `import { rule as ${camel(id)} } from "./rules/${id}.ts";`).join("\n")}

/** All rules, by id. */
export const rules: readonly Rule[] = [
${ids.map((id) => `  ${camel(id)},`).join("\n")}
];
`;
  return { "src/lint/registry.generated.ts": text };
}

function camel(id: string): string {
  return id.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}
