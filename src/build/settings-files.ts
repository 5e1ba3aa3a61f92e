import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { constrainedTemplate, settings, settingsTable } from "../settings/index.ts";

/** The files that hold settings: the tables for bash, and the templates with their inputs' constraints. By path from the project's root. */
export function settingsFiles(root: string): Record<string, string> {
  const templates = readdirSync(join(root, "templates"))
    .filter((name) => name.endsWith(".yml"))
    .map((name) => `templates/${name}`);
  return {
    "scripts/lib/settings_table.sh": settingsTable("job", settings),
    "scripts/host/settings_table.sh": settingsTable("server", settings),
    ...Object.fromEntries(
      templates.map((path) => [path, constrainedTemplate(path, readFileSync(join(root, path), "utf8"))]),
    ),
  };
}
