import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { Rule } from "../lint/rule.ts";

/** The registry of rules and the table of what reports say of them, made from their folder: a new rule is listed by being there. */
export async function registryFiles(root: string): Promise<Record<string, string>> {
  const names = readdirSync(join(root, "src/lint/rules")).filter((name) => name.endsWith(".ts"));
  const ids = names.map((name) => name.slice(0, -3)).sort();
  const text = `// Made by src/build/registry.ts from the folder rules/.
import type { Rule } from "./rule.ts";
${ids.map((id) => `import { rule as ${camel(id)} } from "./rules/${id}.ts";`).join("\n")}

/** All rules, by id. */
export const rules: readonly Rule[] = [
${ids.map((id) => `  ${camel(id)},`).join("\n")}
];
`;
  return {
    "src/lint/registry.generated.ts": text,
    "src/lint/rule-table.generated.ts": await table(root, ids),
  };
}

async function table(root: string, ids: readonly string[]): Promise<string> {
  const rows = await Promise.all(
    ids.map(async (name) => {
      const { rule } = (await import(join(root, `src/lint/rules/${name}.ts`))) as { rule: Rule };
      const { id, group, severity, summary } = rule;
      return `  ${JSON.stringify({ id, group, severity, summary })},\n`;
    }),
  );
  return `// Made by src/build/registry.ts from the folder rules/, so that a run whose results are known need not load the rules.
import type { Rule } from "./rule.ts";

/** What reports and suppressions need to know of a rule. */
export type RuleRow = Pick<Rule, "id" | "group" | "severity" | "summary">;

/** All rules, by id. */
export const ruleTable: readonly RuleRow[] = [
${rows.join("")}];
`;
}

function camel(id: string): string {
  return id.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}
