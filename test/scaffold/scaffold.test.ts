import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { scaffoldComponent } from "../../src/scaffold/component.ts";
import { scaffoldProject } from "../../src/scaffold/project.ts";
import { writeNewFiles } from "../../src/scaffold/write.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "berth-new-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("a new project", () => {
  it("has what the catalog asks of a component project", async () => {
    await writeNewFiles(folder, scaffoldProject("demo", "greet", 2026));
    expect(readdirSync(folder).sort()).toEqual(
      [".gitignore", ".gitlab-ci.yml", "CHANGELOG.md", "LICENSE", "README.md", "templates", "test"].sort(),
    );
    expect(readFileSync(join(folder, ".gitlab-ci.yml"), "utf8")).toMatch(/^ {2}release:/m);
  });

  it("leaves a file that is there already as it is", async () => {
    writeFileSync(join(folder, "README.md"), "mine\n");
    const { written, kept } = await writeNewFiles(folder, scaffoldProject("demo", "greet", 2026));
    expect(kept).toEqual(["README.md"]);
    expect(written).not.toContain("README.md");
    expect(readFileSync(join(folder, "README.md"), "utf8")).toBe("mine\n");
  });
});

describe("a new component", () => {
  it("lets no input into its script", async () => {
    const template = scaffoldComponent("scan").find((file) => file.path === "templates/scan.yml");
    const script = template?.text.split("script:")[1];
    expect(script).not.toContain("$[[");
  });
});
