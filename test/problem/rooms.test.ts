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

/** What each file of src/ imports, types included, by its path in src/. */
function importsOfFiles(): Map<string, string[]> {
  const files = readdirSync(src, { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".ts"),
  );
  return new Map(
    files.map((file) => {
      const text = readFileSync(join(src, file), "utf8");
      const names = [...text.matchAll(/\bfrom "(\.[^"\n]+)";$|\bimport\("(\.[^"\n]+)"\)/gm)];
      return [file, names.map(([, name, lazy]) => join(dirname(file), name ?? lazy ?? ""))];
    }),
  );
}

/** The first way from something back to itself. */
function circleIn(arrows: ReadonlyMap<string, readonly string[]>): readonly string[] | undefined {
  const done = new Set<string>();
  const walk = (name: string, path: readonly string[]): readonly string[] | undefined => {
    if (path.includes(name)) return [...path.slice(path.indexOf(name)), name];
    if (done.has(name)) return undefined;
    for (const next of arrows.get(name) ?? []) {
      const circle = walk(next, [...path, name]);
      if (circle) return circle;
    }
    done.add(name);
    return undefined;
  };
  for (const name of arrows.keys()) {
    const circle = walk(name, []);
    if (circle) return circle;
  }
  return undefined;
}

test("no files of src import each other in a circle, and no rooms do", () => {
  const advice = "move what both need into a file, or a room, below both";
  const files = importsOfFiles();
  expect(circleIn(files), advice).toBeUndefined();
  const roomOf = (file: string) =>
    file
      .split("/")
      .slice(0, file.startsWith("engine/") ? 2 : 1)
      .join("/");
  const rooms = new Map<string, string[]>();
  for (const [file, imported] of files) {
    const room = roomOf(file);
    const others = imported.map(roomOf).filter((other) => other !== room);
    rooms.set(room, [...new Set([...(rooms.get(room) ?? []), ...others])]);
  }
  expect(circleIn(rooms), advice).toBeUndefined();
});

test("the test of circles sees one", () => {
  const arrows = (names: Record<string, string[]>) => new Map(Object.entries(names));
  expect(circleIn(arrows({ a: ["b"], b: ["c"], c: ["b"] }))).toEqual(["b", "c", "b"]);
  expect(circleIn(arrows({ a: ["b", "c"], b: ["c"], c: [] }))).toBeUndefined();
});

test("every file of src but the command line and the face is in a room", () => {
  const loose = readdirSync(src).filter((name) => name.endsWith(".ts"));
  expect(loose.sort(), "move it into the room that it belongs to").toEqual(["cli.ts", "index.ts"]);
});
