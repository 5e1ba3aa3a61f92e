import { existsSync, readdirSync } from "node:fs";
import { chmod, mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import schema from "../../docs/schemas/catalog.schema.json" with { type: "json" };
import { UsageError } from "../base/usage-error.ts";
import { renderComponentPage } from "./component-page.ts";
import { renderIndexPage } from "./index-page.ts";
import type { Catalog } from "./project.ts";

/** A site: texts by path from its root. */
export type Site = ReadonlyMap<string, string>;

export interface SiteOptions {
  /** Style sheet, scripts and schema, by name: what the build made of `catalog/`. */
  readonly assets: ReadonlyMap<string, string>;
  /** Pages reload when the server says so. */
  readonly isLive?: boolean;
}

/** Returns every file of the static site: `catalog.json`, the pages, and what they load. */
export function renderSite(catalog: Catalog, { assets, isLive = false }: SiteOptions): Site {
  const { index, components } = catalog;
  const site = new Map<string, string>();
  for (const [name, text] of assets) site.set(`assets/${name}`, text);
  site.set("catalog.json", catalogJson(catalog));
  site.set("catalog.schema.json", `${JSON.stringify(schema, undefined, 2)}\n`);
  site.set("index.html", renderIndexPage(index, isLive));
  for (const material of components) {
    const { entry, outline, stages, changes, scripts } = material;
    const base = `components/${entry.name}`;
    site.set(`${base}.html`, renderComponentPage(index, material, isLive));
    site.set(`${base}.data.js`, assign("berthComponent", { outline, stages }));
    site.set(`${base}.changes.js`, assign("berthChanges", changes));
    for (const [number, script] of scripts.entries())
      site.set(`${base}.script-${number}.js`, assign("berthScript", { number, script }));
  }
  return site;
}

/** Returns `catalog.json`: the catalog as data, under `docs/schemas/catalog.schema.json`. */
export function catalogJson({ index }: Catalog): string {
  return `${JSON.stringify({ $schema: "catalog.schema.json", ...index }, undefined, 2)}\n`;
}

/** Pages from a folder cannot fetch JSON: data comes as a script that sets one global. */
function assign(name: string, value: unknown): string {
  return `globalThis.${name} = ${JSON.stringify(value)};\n`;
}

/**
 * Writes the site beside `folder` and renames it into place: a reader never sees half a site, and a failure leaves the old one.
 *
 * @throws UsageError where the folder holds something else than a site: it would be lost
 */
export async function writeSite(site: Site, folder: string): Promise<void> {
  const target = resolve(folder);
  refuseToLose(target, folder);
  await mkdir(dirname(target), { recursive: true });
  const fresh = await mkdtemp(join(dirname(target), `.${basename(target)}-`));
  try {
    for (const [path, text] of site) {
      await mkdir(dirname(join(fresh, path)), { recursive: true });
      await writeFile(join(fresh, path), text);
    }
    await chmod(fresh, 0o755);
    await replace(target, fresh);
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

function refuseToLose(target: string, shown: string): void {
  if (!existsSync(target) || existsSync(join(target, "catalog.json"))) return;
  let isEmpty = false;
  try {
    isEmpty = readdirSync(target).length === 0;
  } catch {
    // A file: it holds something.
  }
  if (!isEmpty)
    throw new UsageError(
      `"${shown}" is no site of berth catalog and would be replaced: choose an empty or a new folder`,
    );
}

/** rename(2) does not replace a folder that holds files: the old one steps aside first. */
async function replace(target: string, fresh: string): Promise<void> {
  const old = `${fresh}-old`;
  const stepped = await rename(target, old).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return false;
      throw error;
    },
  );
  try {
    await rename(fresh, target);
  } catch (error) {
    if (stepped) await rename(old, target);
    throw error;
  }
  await rm(old, { recursive: true, force: true });
}
