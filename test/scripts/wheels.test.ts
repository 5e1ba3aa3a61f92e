import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { addFile, makeProject } from "./job.ts";
import { makeWheels } from "./made-up-index.ts";

const program = (name: string) => fileURLToPath(new URL(`../../scripts/lib/${name}.py`, import.meta.url));
const { path: folder, remove } = makeProject({});
afterAll(remove);

/** Writes a wheel again as a runner with this umask, order and clock would have built it. */
function builtElsewhere(path: string, mode: number, year: number, reverse: boolean) {
  const script = `
import sys, zipfile
path, mode, year, reverse = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4] == "true"
with zipfile.ZipFile(path) as old:
    members = {each.filename: old.read(each) for each in old.infolist()}
with zipfile.ZipFile(path, "w") as new:
    for name in sorted(members, reverse=reverse):
        info = zipfile.ZipInfo(name, (year, 2, 3, 4, 5, 6))
        info.external_attr = (0o100000 | mode) << 16
        new.writestr(info, members[name])`;
  execFileSync("python3", ["-c", script, path, String(mode), String(year), String(reverse)]);
}

describe("wheels that were built here", () => {
  it("have the same bytes whatever the runner's umask, order and clock; those of an index stay as they are", () => {
    const make = (name: string, mode: number, year: number, reverse: boolean) => {
      const wheels = join(folder, name);
      const sums = makeWheels(wheels, [{ name: "lettuce" }, { name: "bridge" }]);
      writeFileSync(
        join(folder, "hashed.txt"),
        `bridge==1.0 --hash=sha256:${sums["bridge-1.0-py3-none-any.whl"]}\n`,
      );
      builtElsewhere(join(wheels, "lettuce-1.0-py3-none-any.whl"), mode, year, reverse);
      const index = readFileSync(join(wheels, "bridge-1.0-py3-none-any.whl"));
      execFileSync("python3", ["-B", program("steady_wheels"), wheels, join(folder, "hashed.txt")]);
      expect(readFileSync(join(wheels, "bridge-1.0-py3-none-any.whl"))).toEqual(index);
      return readFileSync(join(wheels, "lettuce-1.0-py3-none-any.whl"));
    };
    expect(make("first", 0o666, 2026, false)).toEqual(make("second", 0o644, 2027, true));
  });
});

describe("the list of a package's wheels", () => {
  it("has a line and a component for each, with the sum by origin, and is the same for the same commit", () => {
    const wheels = join(folder, "listed");
    const sums = makeWheels(wheels, [
      { name: "Lettuce", version: "1.0+deb" },
      { name: "bridge", version: "2.0" },
    ]);
    const sum = sums["bridge-2.0-py3-none-any.whl"]!;
    addFile(folder, "hashed.txt", `bridge==2.0 --hash=sha256:${sum}\n`);
    const facts = JSON.stringify({
      version: "7",
      commit: "0".repeat(40),
      created: "2026-03-01T12:30:00+02:00",
    });
    const list = () => {
      const answer = spawnSync(
        "python3",
        ["-B", program("list_wheels"), wheels, join(folder, "hashed.txt"), facts, join(folder, "sbom.json")],
        { encoding: "utf8" },
      );
      expect(answer.stderr).toBe("");
      return { said: answer.stdout, report: readFileSync(join(folder, "sbom.json"), "utf8") };
    };
    const { said, report } = list();
    expect(said).toMatch(/ MB {2}bridge 2\.0, from an index\n.* MB {2}lettuce 1\.0\+deb, built here\n/);
    expect(said).toMatch(/^2 wheels: 0\.0 MB built here, 0\.0 MB from an index$/m);
    expect(JSON.parse(report)).toMatchObject({
      bomFormat: "CycloneDX",
      specVersion: "1.5",
      components: [
        { purl: "pkg:pypi/bridge@2.0", hashes: [{ alg: "SHA-256", content: sum }] },
        { type: "library", purl: "pkg:pypi/lettuce@1.0%2Bdeb", hashes: [{ alg: "SHA-256" }] },
      ],
    });
    expect(list().report).toBe(report);
  });
});
