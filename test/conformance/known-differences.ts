import { readFileSync } from "node:fs";

/** The ids of the cases that docs/differences.md lists: lines of its tables that begin with an id in backquotes. */
export function readKnownDifferences(): ReadonlySet<string> {
  const text = readFileSync(new URL("../../docs/differences.md", import.meta.url), "utf8");
  return new Set([...text.matchAll(/^\| `([\w.]+)`/gm)].map(([, id = ""]) => id));
}
