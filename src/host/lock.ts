import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { cacheFolder } from "./folders.ts";

/** Runs `work` while holding the named lock of this user, and returns what it returns. */
export function withLock<T>(name: string, work: () => Promise<T>): Promise<T> {
  return withLockFile(join(cacheFolder("locks"), `${name}.lock`), work);
}

/**
 * The same for the whole machine, whoever else runs a Berth here and wherever its cache is: for what has one name in the kernel.
 * Needs root.
 */
export function withMachineLock<T>(name: string, work: () => Promise<T>): Promise<T> {
  mkdirSync("/run/berth", { recursive: true, mode: 0o700 });
  return withLockFile(`/run/berth/${name}.lock`, work);
}

/**
 * The kernel holds the lock for a small child of ours (Node has no flock), which ends when its input closes: also when we are
 * killed.
 */
async function withLockFile<T>(file: string, work: () => Promise<T>): Promise<T> {
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
