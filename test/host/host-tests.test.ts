import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const tests = fileURLToPath(new URL("..", import.meta.url));
const files = (readdirSync(tests, { recursive: true }) as string[]).filter((file) =>
  file.endsWith(".host.test.ts"),
);

/** What a test on a server must not do by itself, and what does it. */
const instead: readonly [RegExp, string][] = [
  [
    /process\.platform|describe\.skipIf/,
    "describe(…, await whereHostsBoot(), …): it tries, and says why not",
  ],
  [
    /import [^;]*\bbootHost\b[^;]*src\/host/,
    "useHosts().boot(): it takes the server away, and prints its journal when a test fails",
  ],
];

it.each(files)("%s asks for its servers where all do (test/host/hosts.ts)", (file) => {
  const text = readFileSync(join(tests, file), "utf8");
  for (const [own, right] of instead) expect(own.exec(text)?.[0], right).toBeUndefined();
});
