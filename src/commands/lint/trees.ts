import { resolve } from "node:path";
import type { FileTree } from "../../engine/pipeline/include/sources.ts";
import { folderTree } from "../../sources/folder.ts";

/** The files below each root folder, as they stand when they are first asked for: what one run reads stays as it was read. */
export function treesBelow(cwd: string): (root: string) => FileTree {
  const trees = new Map<string, FileTree>();
  return (root) => {
    const known = trees.get(root) ?? steady(folderTree(resolve(cwd, root)));
    trees.set(root, known);
    return known;
  };
}

function steady(tree: FileTree): FileTree {
  const texts = new Map<string, string | undefined>();
  return {
    read: (path) => {
      if (!texts.has(path)) texts.set(path, tree.read(path));
      return texts.get(path);
    },
    paths: () => tree.paths(),
  };
}
