import { existsSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { UsageError } from "../../base/usage-error.ts";
import {
  type Catalog,
  catalogJson,
  readAssets,
  readCatalog,
  renderSite,
  writeSite,
} from "../../catalog/index.ts";
import type { ExitCode, Surroundings } from "../command.ts";

export interface ProjectOptions {
  readonly project?: string;
  readonly url?: string;
}

interface BuildOptions extends ProjectOptions {
  readonly output: string;
  readonly json?: boolean;
}

/** Writes the site, or prints the catalog. Returns 1 where a template had to be left out. */
export async function build(options: BuildOptions, surroundings: Surroundings): Promise<ExitCode> {
  const { cwd, stdout } = surroundings;
  const catalog = await readProject(options, surroundings);
  if (options.json) stdout.write(catalogJson(catalog));
  else {
    const folder = resolve(cwd, options.output);
    await writeSite(renderSite(catalog, { assets: readAssets() }), folder);
    stdout.write(`${relative(cwd, folder) || "."}: ${counted(catalog)}\n`);
  }
  return catalog.skipped.length > 0 ? 1 : 0;
}

/** Reads the project in the current folder, and says on stderr which templates are left out. */
export async function readProject(
  { project, url }: ProjectOptions,
  { cwd, env, stderr, signal }: Surroundings,
): Promise<Catalog> {
  if (!existsSync(join(cwd, "templates")))
    throw new UsageError(`"${cwd}" has no folder "templates": run berth catalog in a component project`);
  const catalog = await readCatalog(cwd, {
    path: project ?? (env.CI_PROJECT_PATH || undefined),
    url: url ?? (env.CI_PROJECT_URL || undefined),
    progress: (read, all) => {
      if (signal.aborted) throw new UsageError("stopped; nothing was written");
      if (stderr.isTTY) stderr.write(`\rreading releases: ${read} of ${all}`);
    },
  });
  if (stderr.isTTY) stderr.write("\r\u001b[K");
  for (const each of catalog.skipped) stderr.write(`left out: ${each}\n`);
  return catalog;
}

export function counted({ components }: Catalog): string {
  return components.length === 1 ? "1 component" : `${components.length} components`;
}
