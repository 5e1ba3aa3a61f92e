import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import type { Browser } from "playwright-core";
import { catalogAssets } from "../../src/build/catalog-assets.ts";
import { readCatalog, renderSite, writeSite } from "../../src/catalog/index.ts";
import { openBrowser } from "../catalog/browser.ts";

/*
 * usage: npm run bench:catalog
 * Weighs the catalog's pages of Berth's own components, and measures in Chromium, with the processor throttled to a sixth, when they
 * first paint and how long the first word of the engine takes. Medians of RUNS.
 */

const RUNS = 7;
const THROTTLE = 6;
const PAGES = ["index.html", "components/test.html", "components/deploy.html", "components/delivery.html"];

/** Evaluated in the page. */
const firstPaint = `new Promise((done) => {
  const observer = new PerformanceObserver((list) => {
    for (const { startTime } of list.getEntriesByName("first-contentful-paint")) done(startTime);
  });
  observer.observe({ type: "paint", buffered: true });
})`;

interface Measured {
  readonly path: string;
  /** Bytes of what is read before anything is typed, and of that with the engine: as they are, and packed by gzip. */
  readonly read: Weight;
  readonly used: Weight;
  /** Milliseconds from the start of the navigation to the first paint with content. */
  readonly paint: number;
  /** Milliseconds from the first key in the form to the engine's verdict, the loading of the engine included; undefined without a form. */
  readonly verdict: number | undefined;
}

interface Weight {
  readonly plain: number;
  readonly packed: number;
}

const folder = mkdtempSync(join(tmpdir(), "berth-catalog-"));
const browser = await openBrowser();
try {
  if (!browser) process.exitCode = 2;
  else await bench(browser);
} finally {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
}

async function bench(open: Browser): Promise<void> {
  const started = performance.now();
  const catalog = await readCatalog(fileURLToPath(new URL("../..", import.meta.url)), {
    path: "group/berth",
  });
  await writeSite(renderSite(catalog, { assets: await catalogAssets() }), join(folder, "site"));
  process.stdout.write(`${PAGES.length} of the pages of ${catalog.components.length} components, `);
  process.stdout.write(`made in ${((performance.now() - started) / 1000).toFixed(1)} s\n\n`);
  process.stdout.write("| page | read | packed | with the engine | packed | first paint | first verdict |\n");
  process.stdout.write("| --- | --: | --: | --: | --: | --: | --: |\n");
  for (const path of PAGES) {
    const { read, used, paint, verdict } = await measure(open, path);
    const sizes = [read.plain, read.packed, used.plain, used.packed].map(
      (each) => `${(each / 1000).toFixed(0)} KB`,
    );
    const times = [paint, verdict].map((each) => (each === undefined ? "" : `${each.toFixed(0)} ms`));
    process.stdout.write(`| ${[path, ...sizes, ...times].join(" | ")} |\n`);
  }
}

async function measure(open: Browser, path: string): Promise<Measured> {
  const runs: Omit<Measured, "path">[] = [];
  for (let run = 0; run < RUNS; run++) runs.push(await visit(open, path));
  const [first] = runs;
  return {
    path,
    read: first!.read,
    used: first!.used,
    paint: median(runs.map((each) => each.paint))!,
    verdict: median(runs.flatMap((each) => each.verdict ?? [])),
  };
}

async function visit(open: Browser, path: string): Promise<Omit<Measured, "path">> {
  const context = await open.newContext();
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await session.send("Emulation.setCPUThrottlingRate", { rate: THROTTLE });
  const files: string[] = [];
  page.on("request", (request) => {
    if (request.url().startsWith("file:")) files.push(fileURLToPath(request.url()));
  });
  await page.goto(pathToFileURL(join(folder, "site", path)).href, { waitUntil: "load" });
  const paint = await page.evaluate<number>(firstPaint);
  const read = weigh(files);
  const field = page.locator('#form input[type="text"]').first();
  let verdict: number | undefined;
  if ((await field.count()) > 0) {
    const begun = performance.now();
    await field.fill("a");
    await page.locator("#verdict:not(:empty)").waitFor();
    verdict = performance.now() - begun;
  }
  const result = { read, used: weigh(files), paint, verdict };
  await context.close();
  return result;
}

function weigh(files: readonly string[]): Weight {
  const contents = [...new Set(files)].map((file) => readFileSync(file));
  const sum = (sizes: readonly number[]) => sizes.reduce((one, other) => one + other, 0);
  return {
    plain: sum(contents.map((each) => each.length)),
    packed: sum(contents.map((each) => gzipSync(each, { level: 9 }).length)),
  };
}

function median(values: readonly number[]): number | undefined {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)];
}
