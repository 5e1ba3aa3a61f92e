import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { unzipSync } from "fflate";

/** More than this unpacked is not taken: a scenario's artifacts are small, an archive bomb is not. */
const limitBytes = 512 * 1024 * 1024;

/** Whether a file begins and ends as an archive does: a download that was cut, or a page in place of it, does not. */
export async function isArchive(file: string): Promise<boolean> {
  const bytes = await readFile(file);
  // The record at an archive's end is 22 bytes long, and a comment may follow (PKWARE APPNOTE 4.3.16).
  return (
    bytes.subarray(0, 2).toString("latin1") === "PK" &&
    bytes.subarray(-66_000).includes("PK\x05\x06", 0, "latin1")
  );
}

/** Unpacks an artifacts archive into a folder and removes it. @throws Error for a path that leads outside. */
export async function unpackArtifacts(archive: string, folder: string): Promise<void> {
  let total = 0;
  const files = unzipSync(await readFile(archive), {
    filter: ({ originalSize }) => {
      total += originalSize;
      if (total > limitBytes) throw new Error(`the artifacts are larger than ${limitBytes} bytes`);
      return true;
    },
  });
  for (const [path, bytes] of Object.entries(files)) {
    const file = join(folder, path);
    if (relative(folder, file).startsWith("..")) throw new Error(`the artifacts lead outside: ${path}`);
    if (path.endsWith("/")) continue;
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, bytes);
  }
  await rm(archive);
}
