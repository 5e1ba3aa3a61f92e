import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** From this file in `src/`, and from the built command line. */
const places = ["../../dist/catalog/", "./catalog/"];

/** Returns what `npm run build` made of `catalog/`: the style sheet and the scripts of the site, by name. */
export function readAssets(): Map<string, string> {
  const folder = places
    .map((place) => fileURLToPath(new URL(place, import.meta.url)))
    .find((each) => existsSync(join(each, "engine.js")));
  if (folder === undefined) throw new Error("the catalog's scripts are not built: run npm run build");
  return new Map(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), "utf8")]));
}
