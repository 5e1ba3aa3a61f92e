import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { makeStore, treeOf } from "./snapshot.ts";
import type { WorkTree } from "./work-tree.ts";

/** Time between two looks. */
const pauseMilliseconds = 500;

/** Waits for the next change: true once the files are others and have come to rest, false where the signal ends the wait. */
export type NextChange = (signal: AbortSignal) => Promise<boolean>;

/** Looks at what git would commit of a work tree, from now on. Looks go on in a private folder; files that git ignores do not count. */
export async function watchTree(workTree: WorkTree, folder: string): Promise<NextChange> {
  const store = await makeStore(workTree, folder);
  const index = join(folder, "index");
  let known = await treeOf(workTree, store, index);
  return async (signal) => {
    let before = known;
    for (;;) {
      await pause(pauseMilliseconds, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return false;
      // A file may go away while git reads it: the next look tells.
      const now = await treeOf(workTree, store, index).catch(() => before);
      if (now === before && now !== known) {
        known = now;
        return true;
      }
      before = now;
    }
  };
}
