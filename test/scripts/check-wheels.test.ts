import { execFileSync, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { skippedWhere } from "../skipped.ts";
import { makeProject } from "./job.ts";
import { runWithLibrary } from "./library.ts";
import { type MadeUpWheel, makeWheels } from "./made-up-index.ts";

const program = fileURLToPath(new URL("../../scripts/lib/check_wheels.py", import.meta.url));
const { path: folder, remove } = makeProject({});
const own = execFileSync("python3", ["-c", "import sys; print('%d.%d.%d' % sys.version_info[:3])"], {
  encoding: "utf8",
}).trim();
const minor = own.replace(/\.\d+$/, "");
let pip: string;
beforeAll(() => {
  pip = runWithLibrary(["pip"], "pip_wheel_of python3").stdout.trim();
});
afterAll(remove);

let count = 0;
/** What these wheels say of themselves, and what is wrong with them for a Python. */
function describeWheels(wheels: readonly MadeUpWheel[], listed = "", python = "", glibc = "") {
  const wheelhouse = join(folder, `wheels-${++count}`);
  makeWheels(wheelhouse, wheels);
  writeFileSync(join(folder, "listed.txt"), listed);
  const { status, stdout, stderr } = spawnSync(
    "python3",
    ["-B", program, pip, "describe", wheelhouse, join(folder, "listed.txt"), python, glibc],
    { encoding: "utf8" },
  );
  return { code: status, lines: stdout.split("\n").slice(0, -1), stderr };
}
/** What a server says of such lines, as the host program asks it. */
function judge(lines: readonly string[], python = "") {
  const text = execFileSync("cat", [program], { encoding: "utf8" });
  return execFileSync("python3", ["-c", text, pip, "judge", python], {
    input: JSON.stringify(lines),
    encoding: "utf8",
  });
}

const early = { name: "early", requires: [`bridge>=2; python_full_version < "${minor}.1"`] };
const bridge = { name: "bridge", version: "2.1" };

describe("the wheels of a package", () => {
  it("are described by what depends on the Python, and judged by the server's", () => {
    const { code, lines, stderr } = describeWheels([early, { ...bridge, python: ">=3.8" }]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(lines).toEqual([
      "bridge-2.1-py3-none-any.whl | python >=3.8",
      `early-1.0-py3-none-any.whl | requires bridge>=2; python_full_version < '${minor}.1'`,
    ]);
    expect(judge(lines)).toBe(`ok\tPython ${own} has all that the 2 wheels need\n`);
    expect(judge(lines, `${minor}.0`)).toMatch(/ wheels need, made for 3\.\d+\.0\n$/);
  });

  it.each<[string, MadeUpWheel[], string, string, string]>([
    [
      "a package that only an older patch release needs",
      [early],
      `${minor}.0`,
      "",
      `early 1.0 needs bridge>=2 on Python ${minor}.0, and the package does not have it`,
    ],
    [
      "an older one than is needed",
      [early, { ...bridge, version: "1.9" }],
      `${minor}.0`,
      "",
      `early 1.0 needs bridge>=2 on Python ${minor}.0, and the package has 1.9`,
    ],
    [
      "a later Python",
      [{ name: "late", python: `>=${minor}.1` }],
      `${minor}.0`,
      "",
      `late 1.0 needs Python >=${minor}.1, and there is ${minor}.0`,
    ],
    [
      "another Python's interface",
      [{ name: "compiled", tag: "cp36-cp36m-linux_x86_64" }],
      "",
      "",
      "compiled 1.0 is for another platform: compiled-1.0-cp36-cp36m-linux_x86_64.whl",
    ],
    [
      "a newer C library",
      [{ name: "compiled", tag: "py3-none-manylinux_2_99_x86_64" }],
      "",
      "2.35",
      "compiled-1.0-py3-none-manylinux_2_99_x86_64.whl, and there is glibc 2.35",
    ],
  ])("are refused for %s, which is named", (_, wheels, python, glibc, message) => {
    const { code, stderr } = describeWheels(wheels, "", python, glibc);
    expect(code).toBe(1);
    expect(stderr).toContain(`error: `);
    expect(stderr).toContain(message);
  });

  const onLinux = skippedWhere(process.platform === "linux" ? "" : "glibc is Linux's");
  it("are refused where this job has compiled them with a newer C library", onLinux, () => {
    const tag = execFileSync(
      "python3",
      [
        "-c",
        "import sys; sys.path.insert(0, sys.argv[1]); from pip._vendor.packaging import tags; print(next(str(t) for t in tags.sys_tags() if '-linux_' in str(t)))",
        pip,
      ],
      { encoding: "utf8" },
    ).trim();
    const built = [{ name: "built", tag, files: { "built/speed.so": "GLIBC_2.17 GLIBC_2.36" } }];
    expect(describeWheels(built, "", "", "2.36")).toMatchObject({
      code: 0,
      lines: [`built-1.0-${tag}.whl | glibc 2.36`],
    });
    expect(describeWheels(built, "", "", "2.35").stderr).toBe(
      "error: built 1.0 was compiled with glibc 2.36, and there is 2.35\n",
    );
  });

  it("need what their extras need, those of the list and those that they ask of each other", () => {
    const base = {
      name: "base",
      extras: ["Fast.Lane"],
      requires: ['middle[deep]; extra == "fast-lane"', 'never; extra == "other"'],
    };
    const middle = {
      name: "middle",
      extras: ["deep"],
      requires: ['bottom; extra == "deep" and python_version >= "3"'],
    };
    expect(describeWheels([base, middle], "base\n").stderr).toBe("");
    expect(describeWheels([base, middle], "Base[fast_lane]==1.0\n").stderr).toBe(
      `error: middle 1.0 needs bottom on Python ${own}, and the package does not have it\n`,
    );
    const { lines } = describeWheels([base, middle, { name: "bottom" }], "base[fast-lane]\n");
    expect(lines.at(-1)).toBe(
      "middle-1.0-py3-none-any.whl | extras deep | requires bottom; extra == 'deep' and python_version >= '3'",
    );
    expect(judge(lines.filter((line) => !line.startsWith("bottom")))).toBe(
      `problem\tmiddle 1.0 needs bottom on Python ${own}, and the package does not have it\tset the input target to what this server is, Python ${own}, and build again\n`,
    );
  });
});
