import { mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/**
 * The folder for what Berth keeps between runs: `$XDG_CACHE_HOME/berth`, else `~/.cache/berth`; private to the user.
 * `part` names a folder inside, which is made when missing.
 */
export function cacheFolder(part: string, env: NodeJS.ProcessEnv = process.env): string {
  const top = join(env.XDG_CACHE_HOME || join(homedir(), ".cache"), "berth");
  const folder = join(top, part);
  mkdirSync(top, { recursive: true, mode: 0o700 });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return folder;
}
