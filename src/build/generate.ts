import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

/*
 * Makes the generated files: the registry of rules, the schema of berth.yaml with its validator, that of components, the rules' pages, that of the codes,
 * the table of settings for bash, the constraints of the templates' inputs, and the tables of GitLab's routes. `--check` only
 * compares, and names what is not current. Each step reads what the one before it wrote.
 */
const root = fileURLToPath(new URL("../..", import.meta.url));
const isCheck = process.argv.includes("--check");

const steps = [
  async () => (await import("./registry.ts")).registryFiles(root),
  async () => (await import("./configuration-schema.ts")).configurationFiles(),
  async () => (await import("./component-schema.ts")).componentSchemaFiles(),
  async () => (await import("./rule-pages.ts")).rulePages(root),
  async () => (await import("./code-page.ts")).codePage(),
  async () => (await import("./settings-files.ts")).settingsFiles(root),
  async () => (await import("./gitlab-routes.ts")).routeTables(root),
];

for (const step of steps) {
  for (const [name, text] of Object.entries(await step())) keep(join(root, name), text);
}

function keep(file: string, text: string): void {
  const isCurrent = existsSync(file) && readFileSync(file, "utf8") === text;
  if (isCurrent) return;
  if (isCheck) {
    process.stderr.write(`${relative(root, file)} is not current: run npm run generate\n`);
    process.exitCode = 1;
    return;
  }
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
