import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** A wheel that holds one empty module; all but the name have defaults. */
export interface MadeUpWheel {
  readonly name: string;
  readonly version?: string;
  readonly tag?: string;
  readonly requires?: readonly string[];
  readonly python?: string;
  readonly extras?: readonly string[];
  readonly files?: Readonly<Record<string, string>>;
}

/** Writes wheels into `folder`. Returns the sha256 of each by its file name. */
export function makeWheels(folder: string, wheels: readonly MadeUpWheel[]): Record<string, string> {
  const program = fileURLToPath(new URL("made_up_wheels.py", import.meta.url));
  const input = JSON.stringify(wheels);
  return JSON.parse(execFileSync("python3", [program, folder], { input, encoding: "utf8" }));
}

export interface MadeUpIndex {
  /** PEP 503 root on loopback. */
  readonly url: string;
  /** The same with a login in it. */
  readonly urlWithLogin: string;
  /** What was asked for, such as `/simple/lettuce/`. */
  readonly asked: string[];
  stop(): Promise<void>;
}

/** Serves the files of `folders` as a package index, to whoever gives the login where one is wanted; `status` for all else, where given. */
export async function startMadeUpIndex(
  folders: readonly string[],
  options: { readonly login?: string; readonly status?: number } = {},
): Promise<MadeUpIndex> {
  const asked: string[] = [];
  const places = () => folders.flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)));
  const wanted = options.login && `Basic ${Buffer.from(options.login).toString("base64")}`;
  const server = createServer(({ url = "/", headers }, response) => {
    asked.push(url);
    const [, root, name = ""] = url.split("/").map(decodeURIComponent);
    const refusal =
      options.status ?? (wanted !== undefined && headers.authorization !== wanted ? 401 : undefined);
    if (refusal !== undefined) response.writeHead(refusal, { "www-authenticate": "Basic" }).end();
    else if (url === "/simple/") response.end("<!DOCTYPE html>");
    else if (root === "simple" && name !== "") {
      const files = places()
        .map((place) => place.slice(place.lastIndexOf("/") + 1))
        .filter((file) => file.split("-")[0]?.toLowerCase().replaceAll("_", "-") === name);
      const links = files.map((file) => `<a href="/files/${encodeURIComponent(file)}">${file}</a>`);
      response
        .writeHead(files.length > 0 ? 200 : 404, { "content-type": "text/html" })
        .end(`<!DOCTYPE html>${links.join("\n")}`);
    } else {
      const place = root === "files" && places().find((each) => each.endsWith(`/${name}`));
      if (place) response.end(readFileSync(place));
      else response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = `127.0.0.1:${(server.address() as AddressInfo).port}/simple/`;
  return {
    url: `http://${address}`,
    urlWithLogin: `http://${options.login ?? "a:b"}@${address}`,
    asked,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
