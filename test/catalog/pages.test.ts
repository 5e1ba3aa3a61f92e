import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import axe from "axe-core";
import type { Page } from "playwright-core";
import { afterAll, describe, expect, it } from "vitest";
import { readCatalog, renderSite, writeSite } from "../../src/catalog/index.ts";
import { catalogAssets } from "../../tools/catalog-assets.ts";
import { openBrowser, openPage } from "./browser.ts";

const folder = mkdtempSync(join(tmpdir(), "berth-catalog-"));
const root = fileURLToPath(new URL("../..", import.meta.url));
const browser = await openBrowser();
if (browser) {
  const catalog = await readCatalog(root, { path: "acme/berth", url: "https://gitlab.example/acme/berth" });
  await writeSite(renderSite(catalog, { assets: await catalogAssets() }), join(folder, "site"));
}
const at = (path: string) => pathToFileURL(join(folder, "site", path)).href;

afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

describe.skipIf(!browser)(
  "Berth's own components as a site, opened from a folder",
  { timeout: 120_000 },
  () => {
    it.each([
      ["a wide light page", {}],
      ["a wide dark page", { dark: true }],
      ["a narrow light page", { phone: true }],
      ["a narrow dark page", { dark: true, phone: true }],
    ])("violates no rule of axe-core as %s, asks nobody for anything and complains of nothing", async (_, options) => {
      const { page, context, faults } = await openPage(browser!, options);
      for (const path of ["index.html", "components/deploy.html", "components/test.html"]) {
        await page.goto(at(path));
        expect(await violationsOf(page)).toEqual([]);
        expect(await isWiderThanScreen(page)).toBe(false);
      }
      expect(faults).toEqual([]);
      await context.close();
    });
  },
);

async function violationsOf(page: Page): Promise<string[]> {
  // The page's own policy lets no foreign script in: evaluate goes past it.
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() =>
    (globalThis as unknown as { axe: typeof axe }).axe.run({ preload: false }),
  );
  return violations.flatMap((each) => each.nodes.map((node) => `${each.id}: ${node.html.slice(0, 160)}`));
}

function isWiderThanScreen(page: Page): Promise<boolean> {
  return page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth");
}
