import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

/** A file to be made, by its path from the project's top folder. */
export interface NewFile {
  readonly path: string;
  readonly text: string;
}

/**
 * Writes the files that are not there yet and leaves the others as they are. Returns the paths of both. Never overwrites.
 */
export async function writeNewFiles(
  folder: string,
  files: readonly NewFile[],
): Promise<{ written: string[]; kept: string[] }> {
  const written: string[] = [];
  const kept: string[] = [];
  for (const { path, text } of files) {
    const target = join(folder, path);
    await makeFolder(dirname(target));
    try {
      await writeFile(target, text, { flag: "wx" });
      written.push(path);
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
      kept.push(path);
    }
  }
  return { written, kept };
}

/** With the folders above it. Not `recursive`: below /proc, where no folder can be made, that of Node 20 never ends. */
async function makeFolder(folder: string): Promise<void> {
  const failure = await mkdir(folder).then(
    () => undefined,
    (error: NodeJS.ErrnoException) => error,
  );
  if (failure === undefined || failure.code === "EEXIST") return;
  if (failure.code !== "ENOENT" || existsSync(dirname(folder))) throw failure;
  await makeFolder(dirname(folder));
  await makeFolder(folder);
}
