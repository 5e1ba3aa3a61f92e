import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative, resolve, sep } from "node:path";
import type { FileTree } from "../engine/pipeline/include/sources.ts";

/** Folders that no commit holds. */
const NOT_COMMITTED = new Set([".git", "node_modules"]);

/** The files below a folder of this machine, as they stand there now; `.git` and `node_modules` do not count. */
export function folderTree(folder: string): FileTree {
  const root = resolve(folder);
  let paths: string[] | undefined;
  return {
    read: (path) => {
      const file = resolve(root, path);
      const inside = file.startsWith(root + sep);
      return inside && existsSync(file) && statSync(file).isFile() ? readFileSync(file, "utf8") : undefined;
    },
    paths: () => {
      paths ??= [...filesBelow(root)].map((file) => relative(root, file).split(sep).join("/")).sort();
      return paths;
    },
  };
}

function* filesBelow(folder: string): IterableIterator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (NOT_COMMITTED.has(entry.name)) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesBelow(path);
    else if (entry.isFile()) yield path;
  }
}
