import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";

/** Makes a folder for PATH below `parent`: every tool is BusyBox's, besides these programs of this machine. Returns its path. */
export function toolFolder(parent: string, programs: readonly string[]): string {
  const folder = join(parent, "tools");
  mkdirSync(folder);
  const place = (name: string) => execFileSync("which", [name], { encoding: "utf8" }).trim();
  const busybox = place("busybox");
  const applets = execFileSync(busybox, ["--list"], { encoding: "utf8" }).trim().split("\n");
  for (const name of new Set(["busybox", ...applets]))
    if (!programs.includes(name)) symlinkSync(busybox, join(folder, name));
  for (const name of programs) symlinkSync(place(name), join(folder, name));
  return folder;
}
