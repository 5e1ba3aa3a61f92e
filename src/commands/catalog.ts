import { existsSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { catalogJson, readAssets, readCatalog, renderSite, writeSite } from "../catalog/index.ts";
import { type CommandModule, type ExitCode, type Surroundings, UsageError } from "./command.ts";

interface BuildOptions {
  readonly output: string;
  readonly project?: string;
  readonly url?: string;
  readonly json?: boolean;
}

/** `berth catalog`: the components of a project as a site, and those of a GitLab in the terminal. */
export const command: CommandModule["command"] = (program, surroundings, finish) => {
  program
    .description("Makes a site of a project's components, with search and a form for each.")
    .addHelpText("after", help);
  program
    .command("build")
    .description("Writes the static site, for GitLab Pages or to open from a folder.")
    .option("--output <folder>", "where to write it; the folder is replaced as a whole", "public")
    .option("--project <path>", "the project's path on GitLab (default: CI_PROJECT_PATH, or the remote's)")
    .option("--url <url>", "the project's page on GitLab (default: CI_PROJECT_URL, or the remote's)")
    .option("--json", "print the catalog as JSON, and write nothing")
    .action(async (options: BuildOptions) => finish(await build(options, surroundings)));
};

const help = `
Examples:
  berth catalog build                     writes public/, which opens in any browser
  berth catalog build --json | jq '.components[].name'`;

async function build(options: BuildOptions, surroundings: Surroundings): Promise<ExitCode> {
  const { cwd, env, stdout, stderr } = surroundings;
  if (!existsSync(join(cwd, "templates")))
    throw new UsageError(`"${cwd}" has no folder "templates": run berth catalog in a component project`);
  const catalog = await readCatalog(cwd, {
    path: options.project ?? (env.CI_PROJECT_PATH || undefined),
    url: options.url ?? (env.CI_PROJECT_URL || undefined),
  });
  for (const each of catalog.skipped) stderr.write(`left out: ${each}\n`);
  if (options.json) stdout.write(catalogJson(catalog));
  else {
    const folder = resolve(cwd, options.output);
    await writeSite(renderSite(catalog, { assets: readAssets() }), folder);
    const { length } = catalog.components;
    stdout.write(
      `${relative(cwd, folder) || "."}: ${length === 1 ? "1 component" : `${length} components`}\n`,
    );
  }
  return catalog.skipped.length > 0 ? 1 : 0;
}
