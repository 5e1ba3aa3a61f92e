import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { get as openRequest } from "node:http";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { publish } from "../gitlab-server/catalog.ts";
import { startGitlabServer } from "../gitlab-server/index.ts";
import { runCatalog } from "./command.ts";
import { makeProject } from "./fixture.ts";

const folder = mkdtempSync(join(tmpdir(), "berth-catalog-"));
const project = join(folder, "tools");
beforeAll(() => makeProject(project));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const berth = (args: readonly string[], options: { cwd?: string; env?: Record<string, string> } = {}) =>
  runCatalog(args, { cwd: project, ...options });

describe("berth catalog build", () => {
  it("writes the site, or prints its data", async () => {
    const built = berth(["build", "--output", "../public", "--project", "other/name"]);
    expect(await built.done).toBe(0);
    expect(built.output).toEqual({ stdout: "../public: 2 components\n", stderr: "" });
    expect(readFileSync(join(folder, "public/index.html"), "utf8")).toContain("Acme tools");
    const printed = berth(["build", "--json"], { env: { CI_PROJECT_PATH: "ci/path" } });
    expect(await printed.done).toBe(0);
    expect(JSON.parse(printed.output.stdout).project.path).toBe("ci/path");
  });

  it("says in one line what is wrong outside a component project", async () => {
    await expect(berth(["build"], { cwd: folder }).done).rejects.toThrow(/no folder "templates"/);
    await expect(berth(["build", "--output", "templates"]).done).rejects.toThrow(
      /choose an empty or a new folder/,
    );
  });
});

describe("berth catalog serve", () => {
  it("serves on loopback, tells pages of a change, keeps the last site over a fault, and obeys Ctrl-C", async () => {
    const { output, done, stop } = berth(["serve", "--port", "0"]);
    await expect.poll(() => output.stderr, { timeout: 100_000 }).toContain("2 components");
    const [address = ""] = /http:\/\/127\.0\.0\.1:\d+\//.exec(output.stdout) ?? [];
    const get = async (path: string) => (await fetch(`${address}${path}`)).text();
    expect(await get("")).toContain('src="assets/reload.js"');
    expect(await get("assets/style.css")).toContain("prefers-color-scheme");
    for (const path of ["components/none.html", "../package.json", "%2e%2e/README.md", "%"])
      expect((await fetch(`${address}${path}`)).status).toBe(404);

    const events = listenTo(`${address}events`);
    await expect.poll(() => events.text(), { timeout: 100_000 }).toContain(":");
    const template = join(project, "templates/scan.yml");
    const before = readFileSync(template, "utf8");
    writeFileSync(template, before.replace("Scans a target for faults.", "Scans what it is told to."));
    await expect.poll(() => events.text(), { timeout: 100_000 }).toContain("event: change");
    expect(await get("components/scan.html")).toContain("Scans what it is told to.");
    writeFileSync(template, "a: [\n");
    await expect.poll(() => output.stderr, { timeout: 100_000 }).toContain("left out: templates/scan.yml");
    expect(await get("")).toContain("notify");
    writeFileSync(template, before);

    stop();
    expect(await done).toBe(0);
    await expect(fetch(address)).rejects.toThrow();
  });

  it("says which port it cannot have", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const { port } = other.address() as { port: number };
    await expect(berth(["serve", "--port", String(port)]).done).rejects.toThrow(
      /something else listens there/,
    );
    await expect(berth(["serve", "--port", "many"]).done).rejects.toThrow(/a port is a number/);
    other.close();
  });
});

describe("berth catalog browse", async () => {
  const server = await startGitlabServer();
  afterAll(() => server.stop());
  const env = { GITLAB_URL: server.address, GITLAB_TOKEN: server.token };
  const header =
    "spec:\n  inputs:\n    target:\n      description: What to scan.\n    level:\n      type: number\n      default: 1\n---\na: { script: [b] }\n";
  for (const [path, description] of [
    ["acme/tools", "Tools that\u001b[31m scan"],
    ["acme/deep/more", "More of them"],
    ["acmeother/x", "Not of acme"],
  ] as const) {
    const added = server.addProject(
      path,
      { "README.md": "# x\n", "templates/scan.yml": header },
      description,
    );
    added.inCatalog = true;
    for (const tag of ["1.0.0", "1.1.0"]) {
      execFileSync("git", ["tag", tag, "main"], { cwd: added.folder });
      publish(added, tag);
    }
  }

  it("lists the projects, those of a group with their components, and one with its inputs", async () => {
    const all = berth(["browse"], { env });
    expect(await all.done).toBe(0);
    expect(all.output.stdout.split("\n").filter((line) => /^acme/.test(line))).toHaveLength(3);
    const group = berth(["browse", "acme/"], { env });
    expect(await group.done).toBe(0);
    expect(group.output.stdout).toMatch(
      /^acme\/tools {2}\(1\.1\.0.*\) {2}Tools that \[31m scan\n {2}scan {2}2 inputs, required: target$/m,
    );
    expect(group.output.stdout).not.toContain("acmeother");
    const exact = berth(["browse", "ACME/tools"], { env });
    expect(await exact.done).toBe(0);
    expect(exact.output.stdout).toMatch(/^versions: 1\.1\.0, 1\.0\.0$/m);
    expect(exact.output.stdout).toMatch(/^ {2}target {2}string {2}required {2}What to scan\.$/m);
    expect(exact.output.stdout).toMatch(/^ {2}level {3}number {2}= "1"$/m);
  });

  it("finds by a text, prints JSON, and says where nothing is", async () => {
    const found = berth(["browse", "--search", "more", "--json"], { env });
    expect(await found.done).toBe(0);
    expect(JSON.parse(found.output.stdout)).toMatchObject({
      version: 1,
      projects: [{ fullPath: "acme/deep/more" }],
    });
    await expect(berth(["browse", "nobody"], { env }).done).rejects.toThrow(/has nothing in "nobody"/);
    await expect(berth(["browse"], { env: {} }).done).rejects.toThrow(/no GitLab token/);
  });
});

/** Reads a stream of events as it comes. */
function listenTo(address: string): { text(): string } {
  let text = "";
  openRequest(address, (response) => {
    response.setEncoding("utf8");
    response.on("data", (part: string) => {
      text += part;
    });
  }).on("error", () => {});
  return { text: () => text };
}
