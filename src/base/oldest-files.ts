import { readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";

/** Removes the older half of a folder's files when there are more than `most`. Throws where another run tidies at the same time. */
export function dropOldest(folder: string, most: number): void {
  const files = readdirSync(folder).map((name) => join(folder, name));
  if (files.length <= most) return;
  const byAge = files
    .map((file) => ({ file, time: statSync(file).mtimeMs }))
    .sort((left, right) => left.time - right.time);
  for (const { file } of byAge.slice(0, Math.floor(most / 2))) rmSync(file, { force: true });
}
