import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { dropOldest } from "../base/oldest-files.ts";

/** What a project's file holds at most: answers, and characters of JSON. A larger answer is worked out anew each time. */
const MOST_ANSWERS = 4000;
const MOST_CHARACTERS = 8 * 1024 * 1024;
const LARGEST_ANSWER = 256 * 1024;

/** Projects whose answers are kept. */
const MOST_PROJECTS = 100;

/** Answers that were worked out before, by everything that they depend on. */
export interface Answers {
  /** Returns what was kept for the key; undefined if nothing was, or it cannot be read. */
  get(key: string): unknown;
  /** Remembers a value that JSON can hold. */
  set(key: string, value: unknown): void;
  /** Writes what is new. A disk that is full or read-only only makes the next run slower. Call it once, after the last `set`. */
  save(): void;
}

/**
 * Opens the answers about the project in a folder: one file in `berth/lint` of the user's cache (`$XDG_CACHE_HOME` or `~/.cache`),
 * readable by the user only, written beside and renamed. Of two runs at the same time one's new answers may get lost.
 */
export function openAnswers(folder: string, env: Readonly<Record<string, string | undefined>>): Answers {
  const cache = join(env.XDG_CACHE_HOME || join(env.HOME || homedir(), ".cache"), "berth/lint");
  const file = join(cache, `${nameOf(folder)}.json`);
  const answers = readAnswers(file);
  let isNew = false;
  return {
    get: (key) => {
      const name = nameOf(key);
      const answer = answers.get(name);
      if (answer === undefined) return undefined;
      // those that are used stand behind the others, which go first
      answers.delete(name);
      answers.set(name, answer);
      return answer;
    },
    set: (key, value) => {
      answers.delete(nameOf(key));
      answers.set(nameOf(key), value);
      isNew = true;
    },
    save: () => {
      if (!isNew) return;
      try {
        mkdirSync(cache, { recursive: true, mode: 0o700 });
        writeFileSync(`${file}.${process.pid}`, textOf(answers), { mode: 0o600 });
        renameSync(`${file}.${process.pid}`, file);
        dropOldest(cache, MOST_PROJECTS);
      } catch {
        // without a cache it is only slower
      }
    },
  };
}

/** Names a text by its SHA-256, in hexadecimal. */
export function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function nameOf(key: string): string {
  return digest(key).slice(0, 40);
}

function readAnswers(file: string): Map<string, unknown> {
  try {
    return new Map(Object.entries(JSON.parse(readFileSync(file, "utf8"))));
  } catch {
    return new Map();
  }
}

/** As JSON, without the oldest where there are too many. */
function textOf(answers: ReadonlyMap<string, unknown>): string {
  const parts: string[] = [];
  let characters = 0;
  for (const [name, answer] of [...answers].reverse()) {
    const part = `${JSON.stringify(name)}:${JSON.stringify(answer)}`;
    if (part.length > LARGEST_ANSWER) continue;
    characters += part.length;
    if (parts.length === MOST_ANSWERS || characters > MOST_CHARACTERS) break;
    parts.push(part);
  }
  return `{${parts.reverse().join(",\n")}}`;
}
