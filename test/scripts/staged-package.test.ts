import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runWithLibrary } from "./library.ts";

/** What the deploy job unpacks and sends. Somebody may have changed the package since it was built: its manifest alone is compared before. */
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "berth-staged-"));
  for (const name of ["app", "wheels"]) mkdirSync(join(folder, "package", name), { recursive: true });
  writeFileSync(join(folder, "package/app/wsgi.py"), "");
  for (const name of ["manifest.json", "requirements.lock"])
    writeFileSync(join(folder, "package", name), "{}");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function stage() {
  const archive = join(folder, "package.tar.gz");
  execFileSync("tar", ["-czf", archive, "-C", join(folder, "package"), "."]);
  mkdirSync(join(folder, "work"));
  return runWithLibrary(["messages", "transfer"], "stage_package", {
    WORK: join(folder, "work"),
    BERTH_PACKAGE: archive,
  });
}

describe("a package, made ready to be sent", () => {
  it("is the release's folder, with what Berth knows of it below .berth", () => {
    expect(stage()).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(readdirSync(join(folder, "work/stage")).sort()).toEqual([".berth", "wsgi.py"]);
    expect(readdirSync(join(folder, "work/stage/.berth")).sort()).toEqual([
      "manifest.json",
      "requirements.lock",
      "wheels",
    ]);
  });

  it.each([
    ".berth",
    "venv",
    ".env.production",
    ".complete",
    ".rsync-partial",
  ])("holds no %s: only the server makes it", (name) => {
    for (const plant of [
      (place: string) => mkdirSync(place),
      (place: string) => symlinkSync("/nowhere", place),
    ]) {
      plant(join(folder, "package/app", name));
      const { code, stderr } = stage();
      expect(code).toBe(1);
      expect(stderr).toBe(
        `error: ${folder}/package.tar.gz holds app/${name}, which only the server makes: it is not a package of the build job\n`,
      );
      for (const made of ["work", join("package/app", name)])
        rmSync(join(folder, made), { recursive: true, force: true });
    }
  });

  it.each([
    "app",
    "wheels",
  ])("has the folder %s itself: a link in its place would lead elsewhere on the runner", (name) => {
    const elsewhere = join(folder, "elsewhere");
    mkdirSync(elsewhere);
    rmSync(join(folder, "package", name), { recursive: true });
    symlinkSync(elsewhere, join(folder, "package", name));
    const { code, stderr } = stage();
    expect(code).toBe(1);
    expect(stderr).toBe(
      `error: ${folder}/package.tar.gz holds no folder ${name}: it is not a package of the build job\n`,
    );
    expect(readdirSync(elsewhere)).toEqual([]);
    expect(existsSync(join(folder, "work/stage"))).toBe(false);
  });
});
