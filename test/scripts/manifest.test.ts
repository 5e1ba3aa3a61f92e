import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const program = fileURLToPath(new URL("../../scripts/host/manifest.py", import.meta.url));
const content: Record<string, string> = {
  "wsgi.py": "import app\n",
  "blog/page.html": "<p>\n",
  "blog/db/empty": "",
  ".berth/requirements.lock": "# none\n",
  ".berth/wheels/a.whl": "a wheel",
};
const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

let work: string;
let release: string;
let manifest: string;

beforeEach(() => {
  work = mkdtempSync(join(tmpdir(), "berth-manifest-"));
  release = join(work, "releases/1");
  for (const [path, text] of Object.entries(content)) write(path, text);
  symlinkSync("page.html", join(release, "blog/same.html"));
  const files = Object.fromEntries(
    Object.entries(content).map(([path, text]) => [
      path.startsWith(".berth/") ? path.slice(7) : `app/${path}`,
      { sha256: sha256(text), mode: "0644" },
    ]),
  );
  manifest = JSON.stringify({ files, links: { "app/blog/same.html": "page.html" } });
  write(".berth/manifest.json", manifest);
});
afterEach(() => rmSync(work, { recursive: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(release, path)), { recursive: true });
  writeFileSync(join(release, path), text);
}

function compare(state = "uploaded", sum = sha256(manifest), paths = ["blog/db"]): string[] {
  const { status, stdout, stderr } = spawnSync(
    "python3",
    ["-B", program, state, release, join(work, "shared"), ...paths],
    { encoding: "utf8", input: `${sum}\n` },
  );
  const lines = stdout.split("\n").filter(Boolean);
  expect({ status, stderr }).toEqual({ status: lines.length > 0 ? 1 : 0, stderr: "" });
  return lines;
}

describe("a release and its manifest", () => {
  it("agree after the upload, and with a persistent path linked, modules compiled and the host's own files", () => {
    expect(compare()).toEqual([]);
    rmSync(join(release, "blog/db"), { recursive: true });
    symlinkSync(join(work, "shared/blog/db"), join(release, "blog/db"));
    write("blog/__pycache__/page.cpython-311.pyc", "");
    write("venv/bin/python", "");
    write(".env.production", "A=1");
    expect(compare("compiled")).toEqual([]);
    expect(compare("compiled", "")).toEqual([]);
  });

  it.each<[string, () => void, string[]]>([
    ["a changed file", () => write("wsgi.py", "evil"), ["app/wsgi.py: not the content that was built"]],
    [
      "a changed wheel",
      () => write(".berth/wheels/a.whl", "evil"),
      ["wheels/a.whl: not the content that was built"],
    ],
    ["a missing file", () => rmSync(join(release, "wsgi.py")), ["app/wsgi.py: missing"]],
    ["a file more", () => write("sitecustomize.py", ""), ["sitecustomize.py: not in the package"]],
    [
      "compiled code that came along",
      () => write("blog/__pycache__/page.cpython-311.pyc", "evil"),
      ["blog/__pycache__/page.cpython-311.pyc: not in the package"],
    ],
    ["a link more", () => symlinkSync("/etc/passwd", join(release, "pw")), ["pw: not in the package"]],
    ["a link to a folder", () => symlinkSync("/etc", join(release, "etc")), ["etc: not in the package"]],
    [
      "a file replaced by a link to the same content",
      () => {
        renameSync(join(release, "wsgi.py"), join(work, "wsgi.py"));
        symlinkSync(join(work, "wsgi.py"), join(release, "wsgi.py"));
      },
      ["app/wsgi.py: a link has taken its place", "wsgi.py: not in the package"],
    ],
    [
      "a folder replaced by a link to the same content",
      () => {
        renameSync(join(release, "blog"), join(work, "blog"));
        symlinkSync(join(work, "blog"), join(release, "blog"));
      },
      [
        "app/blog/db/empty: a link has taken its place",
        "app/blog/page.html: a link has taken its place",
        "app/blog/same.html: a link that leads out of the application",
        "blog: not in the package",
      ],
    ],
    [
      "a link that leads elsewhere",
      () => {
        rmSync(join(release, "blog/same.html"));
        symlinkSync("/etc/passwd", join(release, "blog/same.html"));
      },
      ["app/blog/same.html: a link that leads out of the application"],
    ],
    [
      "a link that leads to another file",
      () => {
        rmSync(join(release, "blog/same.html"));
        symlinkSync("../wsgi.py", join(release, "blog/same.html"));
      },
      ["app/blog/same.html: not the link that was built"],
    ],
    [
      "a persistent path that leads out of shared",
      () => {
        rmSync(join(release, "blog/db"), { recursive: true });
        symlinkSync(join(work, "shared/../elsewhere"), join(release, "blog/db"));
      },
      ["app/blog/db/empty: a link has taken its place", "blog/db: not in the package"],
    ],
  ])("differ by %s", (_, change, differences) => {
    change();
    expect(compare()).toEqual(differences);
  });

  it.each([
    "/etc/passwd",
    "../../../outside",
    "up/../outside",
  ])("differ by a link to %s, also where the build has made it", (target) => {
    const files = (JSON.parse(manifest) as { files: unknown }).files;
    symlinkSync("..", join(release, "blog/up"));
    symlinkSync(target, join(release, "blog/out"));
    const links = { "app/blog/same.html": "page.html", "app/blog/up": "..", "app/blog/out": target };
    manifest = JSON.stringify({ files, links });
    write(".berth/manifest.json", manifest);
    expect(compare()).toEqual(["app/blog/out: a link that leads out of the application"]);
  });

  it("differ where the manifest is not the one that the build job named, whatever it says", () => {
    write("wsgi.py", "evil");
    write(".berth/manifest.json", manifest.replace(sha256(content["wsgi.py"]!), sha256("evil")));
    expect(compare("uploaded", "")).toEqual([]);
    expect(compare()).toEqual(["manifest.json: not the one that the build job made"]);
  });
});
