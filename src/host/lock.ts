import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { cacheFolder } from "./folders.ts";

/**
 * Runs `work` while holding the named lock of this user's machine, and returns what it returns. The kernel holds the
 * lock for a small child of ours (Node has no flock), which ends when its input closes: also when we are killed.
 */
export async function withLock<T>(name: string, work: () => Promise<T>): Promise<T> {
  const file = join(cacheFolder("locks"), `${name}.lock`);
  const holder = spawn("flock", ["--exclusive", file, "sh", "-c", "echo held; cat >/dev/null"], {
    stdio: ["pipe", "pipe", "ignore"],
  });
  const ended = once(holder, "close");
  ended.catch(() => undefined);
  await Promise.race([
    once(holder.stdout, "data"),
    ended.then(() => Promise.reject(new Error(`cannot lock ${file}`))),
  ]);
  try {
    return await work();
  } finally {
    holder.stdin.end();
    await ended;
  }
}
