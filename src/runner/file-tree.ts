import { constants } from "node:fs";
import {
  chmod,
  copyFile,
  lstat,
  mkdir,
  readdir,
  readlink,
  realpath,
  rm,
  symlink,
  utimes,
} from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import type { CollectedFile } from "./collected-files.ts";

/**
 * Copies entries from one folder into another, over what is there, with modes and times; links stay links. An entry whose folder leads out
 * of the target through a link is left out: an archive must not write anywhere else.
 */
export async function copyFiles(files: readonly CollectedFile[], from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  const root = await realpath(to);
  const folders = new Set<string>();
  for (const file of files) {
    const target = join(to, file.path);
    const folder = file.kind === "folder" ? target : dirname(target);
    if (!folders.has(folder)) {
      if (!(await makeFolder(root, folder))) continue;
      folders.add(folder);
    }
    if (file.kind === "folder") continue;
    await copyEntry(file, join(from, file.path), target);
  }
  // Last: what is put into a folder changes its time, and a read-only one could not be filled.
  for (const { kind, path, mode } of files.toReversed()) {
    if (kind === "folder" && folders.has(join(to, path))) await chmod(join(to, path), mode & 0o7777);
  }
}

/** Everything below a folder, as entries to copy. */
export async function entriesBelow(folder: string, below = ""): Promise<CollectedFile[]> {
  const found: CollectedFile[] = [];
  for (const name of (await readdir(join(folder, below)).catch(() => [])).sort()) {
    const path = join(below, name);
    const { mode, size, mtimeMs, ...info } = await describe(join(folder, path));
    found.push({ path, kind: info.kind, mode, size, modifiedMs: mtimeMs });
    if (info.kind === "folder") found.push(...(await entriesBelow(folder, path)));
  }
  return found;
}

async function describe(path: string) {
  const info = await lstat(path);
  const kind = info.isSymbolicLink() ? "link" : info.isDirectory() ? "folder" : "file";
  return { kind, mode: info.mode, size: info.size, mtimeMs: info.mtimeMs } as const;
}

async function copyEntry({ kind, mode, modifiedMs }: CollectedFile, from: string, to: string): Promise<void> {
  // Not through what is there: it may be a link to somewhere else.
  await rm(to, { recursive: true, force: true });
  if (kind === "link") return symlink(await readlink(from), to);
  await copyFile(from, to, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
  await chmod(to, mode & 0o7777);
  await utimes(to, modifiedMs / 1000, modifiedMs / 1000);
}

/** Makes a folder with those above it; false where the way leads out of the root. */
async function makeFolder(root: string, folder: string): Promise<boolean> {
  const there = await realpath(folder).catch(() => undefined);
  if (there === undefined) {
    if (!(await makeFolder(root, dirname(folder)))) return false;
    await mkdir(folder).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
      // A link to nowhere, or a file where the archive has a folder.
      await rm(folder, { force: true });
      await mkdir(folder);
    });
    return true;
  }
  const below = relative(root, there);
  if (below === ".." || below.startsWith("../")) return false;
  if (!(await lstat(folder)).isFile()) return true;
  await rm(folder, { force: true });
  await mkdir(folder);
  return true;
}
