import { existsSync } from "node:fs";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { ensureSystemPackages } from "../../src/host/system-packages.ts";

const CHROMIUM = "/usr/bin/chromium";

/**
 * Starts Debian's Chromium without a window; installs it first where it is missing. Undefined, after one line on stderr, where it cannot
 * be had: tests then skip.
 */
export async function openBrowser(): Promise<Browser | undefined> {
  try {
    if (!existsSync(CHROMIUM))
      await ensureSystemPackages(["chromium"], { say: (line) => process.stderr.write(`${line}\n`) });
    return await chromium.launch({
      executablePath: CHROMIUM,
      // Chromium's sandbox refuses to run as root, and in most containers.
      args: process.getuid?.() === 0 ? ["--no-sandbox", "--disable-dev-shm-usage"] : [],
    });
  } catch (error) {
    const [reason] = String(error instanceof Error ? error.message : error).split("\n");
    process.stderr.write(`skipped: the catalog's pages in a browser, for want of Chromium: ${reason}\n`);
    return undefined;
  }
}

/** A page that notes everything it should not do. */
export interface WatchedPage {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Messages on the console, errors, and requests to anything but the site's own files. */
  readonly faults: string[];
}

export async function openPage(
  browser: Browser,
  options: { readonly dark?: boolean; readonly phone?: boolean; readonly scripts?: boolean } = {},
): Promise<WatchedPage> {
  const context = await browser.newContext({
    colorScheme: options.dark ? "dark" : "light",
    viewport: options.phone ? { width: 390, height: 844 } : { width: 1280, height: 900 },
    javaScriptEnabled: options.scripts ?? true,
    reducedMotion: "reduce",
  });
  const page = await context.newPage();
  page.setDefaultTimeout(45_000);
  const faults: string[] = [];
  page.on("console", (message) => faults.push(`console: ${message.text()}`));
  page.on("pageerror", (error) => faults.push(`error: ${error.message}`));
  page.on("requestfailed", (request) => {
    const reason = request.failure()?.errorText;
    // What a page was still loading when it was left.
    if (reason !== "net::ERR_ABORTED") faults.push(`failed: ${request.url()} (${reason})`);
  });
  page.on("request", (request) => {
    const { protocol, hostname } = new URL(request.url());
    if (!["file:", "data:"].includes(protocol) && hostname !== "127.0.0.1")
      faults.push(`request: ${request.url()}`);
  });
  return { page, context, faults };
}
