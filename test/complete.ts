import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";

/**
 * Expects that nothing is missing. Else it fails with the names of what is, and with `advice` for the first of them: the file to write
 * and an example of it.
 */
export function expectComplete(missing: readonly string[], advice: (name: string) => string): void {
  const [first] = missing;
  if (first !== undefined) expect.fail(`missing: ${missing.join(", ")}\n\n${advice(first)}\n`);
}

/** The names of `wanted` that are not in `there`. */
export function lacking(wanted: readonly string[], there: readonly string[]): string[] {
  return wanted.filter((name) => !there.includes(name));
}

/** A file of this project as an example: its path, and its first lines, indented. */
export function exampleFrom(path: string, lines = 20): string {
  const file = fileURLToPath(new URL(`../${path}`, import.meta.url));
  const all = readFileSync(file, "utf8").trimEnd().split("\n");
  const shown = all.slice(0, lines).map((line) => `    ${line}`.trimEnd());
  return [`For example ${path}:`, "", ...shown, ...(all.length > lines ? ["    …"] : [])].join("\n");
}
