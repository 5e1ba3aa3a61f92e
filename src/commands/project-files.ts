import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";

/** Gives a file another text. Written beside and renamed: a reader, or a full disk, never meets half a file. */
export function replaceFile(path: string, text: string): void {
  const beside = `${path}.${process.pid}.new`;
  try {
    writeFileSync(beside, text, { mode: statSync(path).mode, flag: "wx" });
    renameSync(beside, path);
  } finally {
    rmSync(beside, { force: true });
  }
}

/** Returns a file's text; undefined where there is no such file. */
export function readIfThere(path: string): string | undefined {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ? readFileSync(path, "utf8") : undefined;
}
