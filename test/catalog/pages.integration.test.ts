import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import axe from "axe-core";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { catalogAssets } from "../../src/build/catalog-assets.ts";
import { readCatalog, renderSite, writeSite } from "../../src/catalog/index.ts";
import { skippedWhere } from "../skipped.ts";
import { openBrowser, openPage, type WatchedPage } from "./browser.ts";
import { runCatalog } from "./command.ts";
import { makeProject } from "./fixture.ts";

const folder = mkdtempSync(join(tmpdir(), "berth-catalog-"));
const browser = await openBrowser();
const where = skippedWhere(browser ? "" : "no Chromium here");
if (browser) {
  const assets = await catalogAssets();
  const own = await readCatalog(fileURLToPath(new URL("../..", import.meta.url)), {
    path: "acme/berth",
    url: "https://gitlab.example/acme/berth",
  });
  await writeSite(renderSite(own, { assets }), join(folder, "berth"));
  makeProject(join(folder, "project"));
  await writeSite(renderSite(await readCatalog(join(folder, "project")), { assets }), join(folder, "tools"));
}
/** Waits: the machine may be busy with other tests. */
const eventually = <Value>(read: () => Value) => expect.poll(read, { timeout: 30_000 });
const at = (path: string) => pathToFileURL(join(folder, path)).href;

afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

describe("the site, opened from a folder", { ...where, timeout: 120_000 }, () => {
  it.each([
    ["a wide light page", {}, ["berth/components/deploy.html"]],
    ["a wide dark page", { dark: true }, []],
    ["a narrow light page", { phone: true }, ["tools/index.html", "tools/components/notify.html"]],
    ["a narrow dark page", { dark: true, phone: true }, ["berth/components/delivery.html"]],
  ])("violates no rule of axe-core as %s, asks nobody for anything and complains of nothing", async (_, options, other) => {
    const { page, context, faults } = await openPage(browser!, options);
    for (const path of ["berth/index.html", "tools/components/scan.html", ...other]) {
      await page.goto(at(path));
      if (path.endsWith("scan.html")) await unfold(page);
      expect(await violationsOf(page)).toEqual([]);
      expect(await isWiderThanScreen(page)).toBe(false);
    }
    expect(faults).toEqual([]);
    await context.close();
  });

  it("weighs less than 200 KB a visit: what is read before anything is typed, and packed with the engine", async () => {
    const { page, context } = await openPage(browser!);
    for (const path of [
      "berth/index.html",
      "berth/components/deploy.html",
      "berth/components/delivery.html",
    ]) {
      const loaded: string[] = [];
      const note = (request: { url(): string }) => {
        if (request.url().startsWith("file:")) loaded.push(request.url());
      };
      page.on("request", note);
      await page.goto(at(path), { waitUntil: "load" });
      expect(weigh(loaded).plain).toBeLessThan(200_000);
      if (path !== "berth/index.html") {
        await page.locator('#form input[type="text"]').first().fill("a");
        await page.locator("#verdict:not(:empty)").waitFor();
        expect(loaded.some((each) => each.endsWith("engine.js"))).toBe(true);
        expect(weigh(loaded).packed).toBeLessThan(200_000);
      }
      page.off("request", note);
    }
    await context.close();
  });

  it("can be read without its scripts", async () => {
    const { page, context, faults } = await openPage(browser!, { scripts: false });
    await page.goto(at("tools/index.html"));
    await page.getByRole("link", { name: "scan" }).click();
    expect(await page.locator("#snippet").textContent()).toContain("scan@2.0.0");
    expect(await page.locator("table.inputs tbody tr").count()).toBe(8);
    expect(await page.locator("#picture svg").count()).toBe(1);
    expect(faults).toEqual([]);
    await context.close();
  });
});

describe("a served page", { ...where, timeout: 60_000 }, () => {
  it("loads again when the project has changed", async () => {
    const project = join(folder, "project");
    const { output, done, stop } = runCatalog(["serve", "--port", "0"], { cwd: project });
    await eventually(() => output.stderr).toContain("2 components");
    const { page, context, faults } = await openPage(browser!);
    await page.goto(`${output.stdout.trim()}components/scan.html`);
    const template = join(project, "templates/scan.yml");
    writeFileSync(template, readFileSync(template, "utf8").replace("How deep to look.", "How far to look."));
    await page.getByRole("cell", { name: "How far to look." }).waitFor();
    expect(faults).toEqual([]);
    await context.close();
    stop();
    expect(await done).toBe(0);
  });
});

describe("the search", { ...where, timeout: 60_000 }, () => {
  it("finds components by name, input, job and description, and leads to one by the keyboard alone", async () => {
    const { page, context, faults } = await openPage(browser!);
    await page.goto(at("berth/index.html"));
    const shown = () => page.locator("#components > li:not([hidden]) h2").allTextContents();
    expect(await shown()).toHaveLength(6);
    await page.keyboard.press("/");
    await page.keyboard.type("rollback");
    expect((await shown())[0]).toBe("rollback");
    await page.fill("#search", "coverage minimum_coverage");
    expect(await page.locator("#count").textContent()).toMatch(/^\d components?$/);
    await page.fill("#search", "zebra");
    expect([await shown(), await page.locator("#count").textContent()]).toEqual([[], "0 components"]);
    await page.fill("#search", "health_url pre_deploy_checks");
    expect(await shown()).toEqual(["delivery", "deploy"]);
    expect(await page.locator("#components > li:not([hidden]) .found").first().textContent()).toContain(
      "health_url",
    );
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await page.waitForURL(/deploy\.html$/);
    expect(faults).toEqual([]);
    await context.close();
  });
});

describe("a component's page", { ...where, timeout: 60_000 }, () => {
  let watched: WatchedPage;
  let page: Page;
  beforeAll(async () => {
    watched = await openPage(browser!);
    page = watched.page;
  });
  const open = () => page.goto(at("tools/components/scan.html"));
  const snippet = () => page.locator("#snippet").textContent();
  const judged = (kind: "good" | "bad") => page.locator(`#verdict.${kind}`).waitFor();

  it("builds the include from the form, and leaves defaults out", async () => {
    await open();
    const start = "stages: [scan]\n\ninclude:\n  - component: $CI_SERVER_FQDN/acme/tools/scan@2.0.0";
    expect(await snippet()).toBe(`${start}\n    inputs:\n      target: # required`);
    await page.fill("#input-target", "app");
    await page.selectOption("#input-level", "3");
    await page.fill("#input-job_prefix", "nightly: ");
    await page.selectOption("#version", "2");
    await page.selectOption("#input-format", "json");
    await page.check("#input-loud");
    await page.fill("#input-paths", "src\nmore here");
    const inputs = [
      "target: app",
      "level: 3",
      'job_prefix: "nightly: "',
      "format: json",
      "loud: true",
      'paths: [src, "more here"]',
    ];
    const own = start.replace("2.0.0", "2");
    expect(await snippet()).toBe(`${own}\n    inputs:\n      ${inputs.join("\n      ")}`);
    await page.selectOption("#input-level", "2");
    await page.uncheck("#input-loud");
    await page.fill("#input-paths", "src\nlib");
    expect(await snippet()).not.toMatch(/level|loud|paths/);
    await page.getByRole("button", { name: "Back to the defaults" }).click();
    await eventually(snippet).toBe(`${start}\n    inputs:\n      target: # required`);
  });

  it("has the engine judge what is typed, in GitLab's words at the field", async () => {
    await open();
    await page.fill("#input-job_prefix", "x");
    await judged("bad");
    expect(await page.locator("#verdict").textContent()).toBe("GitLab would refuse: target");
    expect(await page.locator("#input-target-problem").textContent()).toBe("");
    await page.fill("#input-target", "App1");
    await page.locator("#input-target[aria-invalid=true]").waitFor();
    expect(await page.locator("#input-target-problem").textContent()).toBe(
      "provided value does not match required RegEx pattern ^[a-z]+$",
    );
    await page.fill("#input-target", "app");
    await judged("good");
    expect(await page.locator("[aria-invalid]").count()).toBe(0);
    await page.fill("#input-paths", "[1,");
    await judged("bad");
    expect(await page.locator("#input-paths-problem").textContent()).toBe("provided value is not an array");
  });

  it("names what a page cannot follow", async () => {
    await page.goto(at("tools/components/notify.html"));
    const notes = () => page.locator("#notes p").allTextContents();
    expect(await notes()).toEqual(['What "https://elsewhere.example/more.yml" brings in is not shown.']);
    await page.fill("#input-message", "hello");
    await judged("good");
    await page.getByText("a tag", { exact: true }).click();
    await judged("good");
    expect(await notes()).toHaveLength(1);
  });

  it("judges an input whose options depend on another one", async () => {
    await page.goto(at("tools/components/notify.html"));
    await page.fill("#input-message", "hello");
    await page.selectOption("#input-mode", "html");
    await judged("good");
    await page.fill("#input-channel", "chat");
    await judged("bad");
    expect(await page.locator("#input-mode-problem").textContent()).toBe(
      "`html` cannot be used because it is not in the list of allowed options",
    );
    await page.selectOption("#input-mode", "");
    await judged("good");
    expect(await snippet()).toMatch(/inputs:\n {6}message: hello\n {6}channel: chat$/);
  });

  it("draws the pipeline of these inputs for each kind of pipeline", async () => {
    await open();
    const jobs = () => page.locator("#picture g title").allTextContents();
    expect(await jobs()).toEqual(["compile", "report", "scan"]);
    await page.fill("#input-job_prefix", "nightly-");
    await eventually(jobs).toEqual(["compile", "nightly-report", "nightly-scan"]);
    await page.getByText("a tag", { exact: true }).click();
    await eventually(jobs).toEqual(["compile", "nightly-scan"]);
    await page.fill("#input-stage", "late");
    await expect
      .poll(() => page.locator("#picture .graph-stage").allTextContents())
      .toEqual(["your pipeline", "late"]);
    expect(await snippet()).toContain("stages: [late]");
  });

  it("shows what changed between any two versions", async () => {
    await open();
    const changes = () => page.locator("#changes").textContent();
    expect(await changes()).toContain('input "fresh" is new');
    await page.selectOption("#to", "1.10.0");
    await page.selectOption("#from", "1.0.0");
    await eventually(changes).toContain('the default of input "level" was 1 and is 2');
    expect(await changes()).not.toContain("fresh");
    await page.selectOption("#from", "2.0.0");
    await eventually(changes).toBe("2.0.0 is the newer one: choose it on the right.");
    await page.selectOption("#to", "2.0.0");
    await eventually(changes).toBe("Nothing that a consumer could notice.");
  });

  it("opens a job's script when it is asked for", async () => {
    await open();
    await page.locator("details.job", { hasText: "compile" }).locator("summary").click();
    await expect
      .poll(() => page.locator("details.job[open] pre").textContent())
      .toContain("./scan --depth=2");
  });

  it("leads from the table to the field, also where it is folded away", async () => {
    await open();
    await page.locator("table.inputs").getByRole("link", { name: "stage" }).click();
    expect(await page.evaluate("document.activeElement.id")).toBe("input-stage");
    expect(await page.locator("#input-stage").isVisible()).toBe(true);
  });

  it("is worked by the keyboard alone, from the first key to the copied text", async () => {
    await open();
    await page.keyboard.press("Tab");
    expect(await page.evaluate("document.activeElement.textContent")).toBe("Skip to content");
    await page.keyboard.press("Enter");
    await tabTo("input-target");
    await page.keyboard.type("app");
    await tabTo("input-level");
    await page.keyboard.press("ArrowDown");
    await tabTo("copy");
    await page.keyboard.press("Enter");
    expect(await page.locator("#copied").textContent()).toMatch(/^(Copied|Selected: press Ctrl\+C)$/);
    expect(await snippet()).toMatch(/target: app\n {6}level: 3$/);
    expect(await page.evaluate("getComputedStyle(document.activeElement).outlineStyle")).toBe("solid");
  });

  it("is not harmed by a README, and complained of nothing in all of this", async () => {
    await open();
    expect(await page.evaluate("globalThis.harmed")).toBe(undefined);
    expect(await page.locator(".guide img, .guide script").count()).toBe(0);
    expect(watched.faults).toEqual([]);
    await watched.context.close();
  });

  async function tabTo(id: string): Promise<void> {
    for (let presses = 0; presses < 60; presses++) {
      await page.keyboard.press("Tab");
      if ((await page.evaluate("document.activeElement.id")) === id) return;
    }
    throw new Error(`the keyboard does not reach #${id}`);
  }
});

function weigh(files: readonly string[]): { plain: number; packed: number } {
  const contents = files.map((each) => readFileSync(fileURLToPath(each)));
  const sum = (sizes: readonly number[]) => sizes.reduce((one, other) => one + other, 0);
  return {
    plain: sum(contents.map((each) => each.length)),
    packed: sum(contents.map((each) => gzipSync(each, { level: 9 }).length)),
  };
}

async function violationsOf(page: Page): Promise<string[]> {
  // The page's own policy lets no foreign script in: evaluate goes past it.
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() =>
    (globalThis as unknown as { axe: typeof axe }).axe.run({ preload: false }),
  );
  return violations.flatMap((each) => each.nodes.map((node) => `${each.id}: ${node.html.slice(0, 160)}`));
}

/** Opens all that is folded, and gives an input a value that GitLab refuses: the page in full. */
async function unfold(page: Page): Promise<void> {
  await page.locator("details").evaluateAll((all) => {
    for (const each of all) each.setAttribute("open", "");
  });
  await page.fill("#input-target", "NOT ALLOWED");
  await page.locator("#input-target[aria-invalid]").waitFor();
  await page.locator("details.job pre").first().waitFor();
}

function isWiderThanScreen(page: Page): Promise<boolean> {
  return page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth");
}
