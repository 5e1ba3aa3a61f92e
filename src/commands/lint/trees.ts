import { resolve } from "node:path";
import type { FileTree } from "../../engine/pipeline/include/sources.ts";
import { folderTree } from "../../sources/folder.ts";

/**
 * The files below each root folder, as they are when they are first asked for: what one run reads stays as it was read. `changed`
 * holds texts that are not written yet.
 */
export function treesBelow(
  cwd: string,
  changed: ReadonlyMap<string, string> = new Map(),
): (root: string) => FileTree {
  const trees = new Map<string, FileTree>();
  return (root) => {
    const prefix = root === "" ? "" : `${root}/`;
    const known =
      trees.get(root) ?? steady(folderTree(resolve(cwd, root)), (path) => changed.get(prefix + path));
    trees.set(root, known);
    return known;
  };
}

function steady(tree: FileTree, changed: (path: string) => string | undefined): FileTree {
  const texts = new Map<string, string | undefined>();
  return {
    read: (path) => {
      if (!texts.has(path)) texts.set(path, changed(path) ?? tree.read(path));
      return texts.get(path);
    },
    paths: () => tree.paths(),
  };
}
