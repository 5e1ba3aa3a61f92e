import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname } from "node:path";
import { UsageError } from "../../base/usage-error.ts";
import { readAssets, renderSite, type Site } from "../../catalog/index.ts";
import type { ExitCode, Surroundings } from "../command.ts";
import { watch } from "../lint/watch.ts";
import { counted, type ProjectOptions, readProject } from "./build.ts";

interface ServeOptions extends ProjectOptions {
  readonly port: string;
}

/** Serves the site on loopback from memory; pages load again after each change. Ends with Ctrl-C. */
export async function serve(options: ServeOptions, surroundings: Surroundings): Promise<ExitCode> {
  const { stdout, stderr } = surroundings;
  const pages = new LiveSite();
  const server = await listen(readPort(options.port), pages);
  stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}/\n`);
  const assets = readAssets();
  const renew = async (): Promise<ExitCode> => {
    const catalog = await readProject(options, surroundings);
    pages.renew(renderSite(catalog, { assets, isLive: true }));
    stderr.write(`berth: ${counted(catalog)}\n`);
    return 0;
  };
  try {
    await watch(["templates", "docs", "README.md"], renew, surroundings);
  } finally {
    pages.close();
    server.close();
    server.closeAllConnections();
  }
  return 0;
}

function readPort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535)
    throw new UsageError(`--port ${text}: a port is a number up to 65535; 0 takes a free one`);
  return port;
}

function listen(port: number, pages: LiveSite): Promise<Server> {
  const server = createServer((request, response) => pages.answer(request.url ?? "/", response));
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const reason = error.code === "EADDRINUSE" ? "something else listens there" : error.message;
      reject(new UsageError(`cannot serve on port ${port}: ${reason}; choose another with --port`));
    });
    server.listen(port, "127.0.0.1", () => resolve(server));
  });
}

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
};

/** The newest site, and the pages that wait for the next one. */
class LiveSite {
  private site: Site = new Map();
  private readonly waiting = new Set<ServerResponse>();

  renew(site: Site): void {
    this.site = site;
    for (const each of this.waiting) each.write("event: change\ndata:\n\n");
  }

  close(): void {
    for (const each of this.waiting) each.end();
  }

  answer(url: string, response: ServerResponse): void {
    const path = pathOf(url);
    if (path === "events") {
      this.subscribe(response);
      return;
    }
    const text = path === undefined ? undefined : this.site.get(path);
    const type = types[extname(path ?? "")];
    response.writeHead(text === undefined ? 404 : 200, {
      "Content-Type": text === undefined || type === undefined ? "text/plain" : type,
      "Cache-Control": "no-store",
      "X-Content-Type-Options": "nosniff",
    });
    response.end(text ?? "There is no such page.\n");
  }

  private subscribe(response: ServerResponse): void {
    response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-store" });
    response.write(":\n\n");
    this.waiting.add(response);
    response.once("close", () => this.waiting.delete(response));
  }
}

/** The path in the site that a URL means; undefined where it cannot be read. */
function pathOf(url: string): string | undefined {
  try {
    const path = decodeURIComponent(new URL(url, "http://127.0.0.1").pathname).slice(1);
    return path === "" ? "index.html" : path;
  } catch {
    return undefined;
  }
}
