import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Ajv } from "ajv";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Catalog, catalogJson, readCatalog, renderSite, writeSite } from "../../src/catalog/index.ts";
import { makeProject, write } from "./fixture.ts";

const folder = mkdtempSync(join(tmpdir(), "berth-catalog-"));
const project = join(folder, "tools");
let catalog: Catalog;
beforeAll(async () => {
  makeProject(project);
  catalog = await readCatalog(project);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("a component project as data", () => {
  const component = (name: string) => catalog.index.components.find((each) => each.name === name)!;
  const input = (name: string) => component("scan").inputs.find((each) => each.name === name)!;

  it("fits the published schema, and so do Berth's own components", async () => {
    const schema = JSON.parse(
      readFileSync(new URL("../../docs/schemas/catalog.schema.json", import.meta.url), "utf8"),
    );
    const validate = new Ajv({ allErrors: true, allowUnionTypes: true }).compile(schema);
    const own = await readCatalog(fileURLToPath(new URL("../..", import.meta.url)));
    for (const each of [catalog, own]) {
      validate(JSON.parse(catalogJson(each)));
      expect(validate.errors).toBe(null);
    }
    expect(own.index.components.map((each) => each.name)).toContain("deploy");
    expect(validate({ ...catalog.index, version: 2 })).toBe(false);
  });

  it("has the project's address from its remote, its title and its first paragraph", () => {
    expect(catalog.index.project).toEqual({
      name: "Acme tools",
      path: "acme/tools",
      description: "Tools that Acme scans with.",
      url: "https://gitlab.example/acme/tools",
      latest: "2.0.0",
      versions: ["2.0.0", "1.10.0", "1.0.0"].map((tag) => ({ tag, date: "2026-01-02" })),
    });
  });

  it("knows since which release there is an input, by number and not by name", () => {
    const since = Object.fromEntries(component("scan").inputs.map((each) => [each.name, each.since]));
    expect(since).toEqual({
      target: "1.0.0",
      level: "1.0.0",
      job_prefix: "1.0.0",
      stage: "1.0.0",
      format: "1.10.0",
      loud: "1.10.0",
      paths: "1.10.0",
      fresh: null,
    });
    expect(input("level")).toMatchObject({ type: "number", default: 2, options: [1, 2, 3], required: false });
    expect(input("target")).toMatchObject({ type: "string", regex: "^[a-z]+$", required: true });
  });

  it("says what each release changed", () => {
    const { history } = component("scan");
    expect(history.map((each) => [each.tag, each.changes.map((change) => change.kind).sort()])).toEqual([
      ["2.0.0", ["input-description-changed", "job-added"]],
      [
        "1.10.0",
        ["input-added", "input-added", "input-added", "input-default-changed", "input-options-narrowed"],
      ],
      ["1.0.0", []],
    ]);
    expect(component("notify").history.map((each) => each.tag)).toEqual(["2.0.0", "1.10.0"]);
  });

  it("compares any two versions, the work tree being one of them", () => {
    const { changes } = catalog.components.find((each) => each.entry.name === "scan")!;
    expect(changes.versions).toEqual(["unreleased", "2.0.0", "1.10.0", "1.0.0"]);
    expect(changes.interfaces).toEqual([0, 1, 2, 3]);
    const between = (older: string, newer: string) => {
      const key = [older, newer].map((each) => changes.interfaces[changes.versions.indexOf(each)]).join("-");
      return changes.changes[key]?.map((number) => changes.messages[number]?.[1]);
    };
    expect(between("2.0.0", "unreleased")).toEqual(['input "fresh" is new']);
    expect(between("1.0.0", "unreleased")).toContain('input "fresh" is new');
    expect(between("1.0.0", "2.0.0")).toHaveLength(6);
    const notify = catalog.components.find((each) => each.entry.name === "notify")!;
    expect(notify.changes).toMatchObject({ versions: ["2.0.0", "1.10.0"], interfaces: [0, 0], changes: {} });
  });

  it("lists the jobs with the pipelines that get them", () => {
    expect(component("scan").jobs).toMatchObject([
      { name: "report", stage: "scan", runs: [{ event: "the default branch", manual: true }], lines: 1 },
      {
        name: "scan",
        image: "scanner:2",
        needs: ["compile"],
        runs: [{ event: "the default branch" }, { event: "a tag" }],
        lines: 2,
      },
    ]);
  });

  it("lists the jobs of a component that also includes what cannot be followed, with their scripts", () => {
    expect(component("notify").jobs).toMatchObject([{ name: "notify", stage: "test", lines: 1 }]);
    const { scripts, outline } = catalog.components.find((each) => each.entry.name === "notify")!;
    expect(scripts).toEqual(['echo "example"']);
    expect(outline.left).toEqual(["https://elsewhere.example/more.yml"]);
  });

  it("takes the component's section of the README without its list of inputs, and its examples", () => {
    const { guide, examples } = component("scan");
    expect(guide).toMatch(/^Scans\./);
    expect(guide).toContain("### Troubleshooting");
    expect(guide).not.toContain("left out");
    expect(guide).not.toContain("Notifies");
    expect(examples).toEqual([
      "include:\n  - component: $CI_SERVER_FQDN/acme/tools/scan@1.0.0\n    inputs: { target: app }",
    ]);
  });
});

describe("the site", () => {
  it("holds no script's text in the pages, and nothing of a README as markup", () => {
    const site = renderSite(catalog, { assets: new Map([["style.css", ""]]) });
    const page = site.get("components/scan.html")!;
    expect(page).not.toContain("./scan --depth");
    expect(site.get("components/scan.data.js")).not.toContain("./scan --depth");
    expect(site.get("components/scan.script-1.js")).toContain("./scan --depth=2");
    expect(page).toContain("&lt;script&gt;globalThis.harmed");
    expect(page).not.toMatch(/=.?javascript:|<img|evil\.example\/badge/);
    expect(page).toContain('href="https://gitlab.example/acme/tools/-/blob/2.0.0/LICENSE"');
    expect(page).toContain('<a href="notify.html">other</a>');
  });

  it("replaces an older site as a whole, and no folder that is none", async () => {
    const target = join(folder, "public");
    await writeSite(
      new Map([
        ["catalog.json", "1"],
        ["old.html", ""],
      ]),
      target,
    );
    await writeSite(
      new Map([
        ["catalog.json", "2"],
        ["a/b.html", ""],
      ]),
      target,
    );
    expect(readdirSync(target).sort()).toEqual(["a", "catalog.json"]);
    writeFileSync(join(folder, "mine.txt"), "mine");
    await expect(writeSite(new Map(), folder)).rejects.toThrow(/no site of berth catalog/);
    await expect(writeSite(new Map(), join(folder, "mine.txt"))).rejects.toThrow(/no site of berth catalog/);
    expect(existsSync(join(folder, "mine.txt"))).toBe(true);
    expect(readdirSync(folder).filter((each) => each.startsWith("."))).toEqual([]);
  });

  it("leaves out what GitLab could not load, and says why; needs no git and no README", async () => {
    const plain = join(folder, "plain");
    write(plain, {
      "templates/good.yml":
        "spec:\n  inputs:\n    a:\n      default: b\n---\njob:\n  script: $[[ inputs.a ]]\n",
      "templates/bad.yml": "a: [\n",
    });
    const { index, skipped } = await readCatalog(plain);
    expect(index.project).toMatchObject({
      name: "plain",
      path: "your-group/plain",
      latest: null,
      versions: [],
    });
    expect(index.components.map((each) => [each.name, each.guide, each.inputs[0]?.since])).toEqual([
      ["good", "", null],
    ]);
    expect(skipped).toHaveLength(1);
    expect(skipped[0]).toMatch(/^templates\/bad\.yml: /);
  });
});
