import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const src = fileURLToPath(new URL("../../src/", import.meta.url));

/** The import rule of docs/architecture.md: the engine knows itself, `re2js`, and nothing that reads or writes. */
test("src/engine imports nothing of ours outside of it, and does no I/O", () => {
  const files = readdirSync(join(src, "engine"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => `engine/${name}`);
  expect(files.length).toBeGreaterThan(90);
  const strays = files.flatMap((file) => {
    const text = readFileSync(join(src, file), "utf8");
    const imported = [...text.matchAll(/\bfrom "([^"\n]+)";$|\bimport\("([^"\n]+)"\)/gm)].map(
      ([, name, lazy]) => name ?? lazy ?? "",
    );
    return imported
      .filter(
        (name) =>
          !(name.startsWith(".") ? join(dirname(file), name).startsWith("engine/") : name === "re2js"),
      )
      .map((name) => `src/${file} imports ${name}`);
  });
  expect(strays, "move what the engine needs into src/engine, or hand it in").toEqual([]);
});
