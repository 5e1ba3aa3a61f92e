import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** The most answers that a folder keeps, and the largest one, in bytes; a larger one is worked out anew each time. */
const MOST_ANSWERS = 4000;
const LARGEST_ANSWER = 256 * 1024;

/** Answers that were worked out before, by everything that they depend on. */
export interface Answers {
  /** Returns what was kept for the key; undefined if nothing was, or it cannot be read. */
  get(key: string): unknown;
  /** Keeps a value that JSON can hold. A disk that is full or read-only only makes the next run slower. */
  set(key: string, value: unknown): void;
  /** Drops the oldest half if there are too many. Call it once, after the last `set`. */
  tidy(): void;
}

/**
 * Opens the folder `berth/<name>` of the user's cache (`$XDG_CACHE_HOME` or `~/.cache`): one small file an answer, readable by
 * the user only, written beside and renamed.
 */
export function openAnswers(
  name: string,
  env: Readonly<Record<string, string | undefined>>,
  most = MOST_ANSWERS,
): Answers {
  const folder = join(env.XDG_CACHE_HOME || join(env.HOME || homedir(), ".cache"), "berth", name);
  const fileOf = (key: string) => join(folder, `${digest(key).slice(0, 40)}.json`);
  let hasWritten = false;
  return {
    get: (key) => {
      try {
        return JSON.parse(readFileSync(fileOf(key), "utf8"));
      } catch {
        return undefined;
      }
    },
    set: (key, value) => {
      const text = JSON.stringify(value);
      if (text.length > LARGEST_ANSWER) return;
      try {
        if (!hasWritten) mkdirSync(folder, { recursive: true, mode: 0o700 });
        hasWritten = true;
        const beside = `${fileOf(key)}.${process.pid}`;
        writeFileSync(beside, text, { mode: 0o600 });
        renameSync(beside, fileOf(key));
      } catch {
        // without a cache it is only slower
      }
    },
    tidy: () => {
      if (hasWritten) dropOldest(folder, most);
    },
  };
}

/** Names a text by its SHA-256, in hexadecimal. */
export function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function dropOldest(folder: string, most: number): void {
  try {
    const names = readdirSync(folder);
    if (names.length <= most) return;
    const byAge = names
      .map((name) => ({ file: join(folder, name), time: statSync(join(folder, name)).mtimeMs }))
      .sort((left, right) => left.time - right.time);
    for (const { file } of byAge.slice(0, Math.ceil(names.length / 2))) rmSync(file, { force: true });
  } catch {
    // another run may tidy at the same time
  }
}
