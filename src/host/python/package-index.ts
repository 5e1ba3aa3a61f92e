import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Suite } from "../base-system.ts";
import { run } from "../subprocess.ts";
import { ensureWheels, type WheelOptions } from "./debian-wheels.ts";
import { normalise } from "./wheel.ts";

export interface PackageIndex {
  /** PEP 503 root on loopback, with a slash at its end; "" when pip's own index is used. */
  readonly url: string;
  /** What a job's environment needs so that pip uses this index and nothing else. */
  readonly environment: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

export interface PackageIndexOptions extends WheelOptions {
  /** Whose Python packages, and for whose Python: bookworm (3.11) when absent. */
  readonly suite?: Suite | undefined;
}

/** What a Flask application and its tests need. */
export const usualPackages: readonly string[] = [
  "python3-flask",
  "python3-dotenv",
  "python3-gunicorn",
  "python3-waitress",
  "python3-pytest",
  "python3-pytest-cov",
];

/**
 * The index that jobs should use on this machine: pip's own when it can be reached, else one made of Debian's packages.
 * Says which when it is Debian's.
 * @throws UsageError where neither can be had.
 */
export async function ensurePackageIndex(options: PackageIndexOptions): Promise<PackageIndex> {
  if (await pipReachesItsIndex(options.signal))
    return { url: "", environment: {}, stop: () => Promise.resolve() };
  options.signal?.throwIfAborted();
  options.say("pip reaches no package index: Python packages come from Debian's archive");
  return startPackageIndex(usualPackages, options);
}

/**
 * Serves the Debian packages `names`, and the Python packages that they depend on, as a package index on loopback.
 * @throws UsageError in one line where they cannot be fetched.
 */
export async function startPackageIndex(
  names: readonly string[],
  options: PackageIndexOptions,
): Promise<PackageIndex> {
  const folder = await ensureWheels(names, options.suite ?? "bookworm", options);
  const server = createServer(({ url }, response) => answer(folder, url ?? "/", response));
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/simple/`;
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url, environment: environmentFor(url), stop };
}

/** Empty values and an empty configuration file: what the machine sets up elsewhere must not mix in. */
function environmentFor(url: string): Record<string, string> {
  return {
    PIP_CONFIG_FILE: "/dev/null",
    PIP_INDEX_URL: url,
    PIP_EXTRA_INDEX_URL: "",
    PIP_FIND_LINKS: "",
    PIP_DISABLE_PIP_VERSION_CHECK: "1",
  };
}

/** Asks for two small packages that every index has, with little patience. */
async function pipReachesItsIndex(signal: AbortSignal | undefined): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), "berth-index-"));
  const download = ["download", "--quiet", "--no-deps", "--retries=0", "--timeout=5", `--dest=${folder}`];
  try {
    return (
      (await run(["python3", "-m", "pip", ...download, "waitress", "python-dotenv"], { signal })).code === 0
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function answer(folder: string, url: string, response: ServerResponse): void {
  const [, part, written = ""] = url.split("/");
  // pip writes the plus sign of a version as %2B.
  const name = written.replaceAll(/%2b/gi, "+");
  const files = readdirSync(folder);
  if (part === "files" && files.includes(name)) {
    response.writeHead(200, { "content-type": "application/zip" }).end(readFileSync(join(folder, name)));
    return;
  }
  const listed = files.filter((file) => part === "simple" && projectOf(file) === normalise(name));
  if (part !== "simple" || (name !== "" && listed.length === 0)) {
    response.writeHead(404, { "content-type": "text/plain" }).end("not found\n");
    return;
  }
  const links = name === "" ? projectLinks(files) : fileLinks(folder, listed);
  response.writeHead(200, { "content-type": "text/html" }).end(`<!DOCTYPE html>\n${links.join("\n")}\n`);
}

function projectOf(file: string): string {
  return normalise(file.split("-")[0] ?? "");
}

function projectLinks(files: readonly string[]): string[] {
  return [...new Set(files.map(projectOf))].map((project) => `<a href="/simple/${project}/">${project}</a>`);
}

function fileLinks(folder: string, files: readonly string[]): string[] {
  return files.map((file) => {
    const digest = createHash("sha256")
      .update(readFileSync(join(folder, file)))
      .digest("hex");
    return `<a href="/files/${file}#sha256=${digest}">${file}</a>`;
  });
}
