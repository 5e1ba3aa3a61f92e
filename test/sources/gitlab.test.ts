import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { command } from "../../src/commands/expand.ts";
import { runCommand } from "../command.ts";
import { type GitlabServer, startGitlabServer } from "../gitlab-server/index.ts";

const header = "spec:\n  component: [name, version, reference]\n---\n";
const folder = mkdtempSync(join(tmpdir(), "berth-gitlab-sources-"));
let server: GitlabServer;
let web: Server;
let first = "";

beforeAll(async () => {
  server = await startGitlabServer();
  const shared = server.addProject("group/shared", { "README.md": "# Shared\n" }, "Shared components");
  shared.inCatalog = true;
  const component = (script: string) =>
    `${header}scan:\n  script: ["${script} ($[[ component.version ]]) $[[ component.reference ]]"]\n`;
  const save = (script: string, action: "create" | "update") =>
    shared.commit("main", script, [{ action, file_path: "templates/scan.yml", content: component(script) }]);
  const tag = (name: string, sha: string, published = true) => {
    execFileSync("git", ["tag", name, sha], { cwd: shared.folder });
    if (published) shared.published.push(name);
  };
  first = save("first", "create");
  tag("1.0.0", first);
  tag("1.2.0", save("second", "update"));
  tag("2.0.0-rc.1", save("third", "update"));
  tag("9.0.0", save("unpublished", "update"), false);
  server.addProject("group/plain", {
    "templates/lint.yml": "lint: { script: lint }\ninclude: { local: ci/more.yml }\n",
    "ci/more.yml": "more: { script: more }\n",
  });
  web = createServer((request, response) => {
    if (request.url === "/moved.yml") response.writeHead(302, { location: "/ci.yml" }).end();
    else if (request.url === "/ci.yml") response.end("remote: { script: remote }\n");
    else response.writeHead(403).end();
  });
  await new Promise<void>((resolve) => web.listen(0, "127.0.0.1", resolve));
});
afterAll(async () => {
  await server.stop();
  await new Promise((resolve) => web.close(resolve));
  rmSync(folder, { recursive: true, force: true });
});

/** Expands a pipeline of one include, with the stand-in as GITLAB_URL. */
async function expand(include: string, env = {}) {
  writeFileSync(join(folder, ".gitlab-ci.yml"), `include:\n  - ${include}\n`);
  return runCommand(command, ["--sources", "gitlab"], {
    cwd: folder,
    env: { GITLAB_URL: server.address, GITLAB_TOKEN: server.readToken, ...env },
  });
}

const component = (path: string, version: string) => `component: $CI_SERVER_FQDN/${path}@${version}`;
describe("components of a GitLab, by version", () => {
  it.each([
    ["1.0.0", "first (1.0.0) 1.0.0"],
    ["~latest", "second (1.2.0) ~latest"],
    ["1", "second (1.2.0) 1"],
    ["1.0", "first (1.0.0) 1.0"],
    ["2.0.0-rc.1", "third (2.0.0-rc.1) 2.0.0-rc.1"],
    ["9.0.0", "unpublished () 9.0.0"],
    ["main", "unpublished () main"],
  ])("%s", async (version, line) => {
    const { code, out, err } = await expand(component("group/shared/scan", version));
    expect(err).toBe("");
    expect(out).toBe(`scan:\n  script:\n    - ${line}\n`);
    expect(code).toBe(0);
  });

  it("a commit", async () => {
    const { out } = await expand(component("group/shared/scan", first));
    expect(out).toBe(`scan:\n  script:\n    - first () ${first}\n`);
  });

  it("local includes of a component are read from its project", async () => {
    const { out } = await expand(component("group/plain/lint", "main"));
    expect(out).toBe("more:\n  script: more\nlint:\n  script: lint\n");
  });

  it.each([
    ["group/shared/scan", "3", "content not found"],
    ["group/shared/none", "1", "content not found"],
    ["group/none/scan", "~latest", "content not found"],
    [
      "group/plain/lint",
      "~latest",
      "The ~latest version reference is not supported for non-catalog resources",
    ],
    ["group/plain/lint", "1", "The partial semantic version reference is not supported"],
  ])("%s@%s is refused in GitLab's words", async (path, version, words) => {
    const { code, err } = await expand(component(path, version));
    expect(err).toMatch(/^\.gitlab-ci\.yml:2:16: error: Component '/);
    expect(err).toContain(words);
    expect(code).toBe(1);
  });
});

describe("other files", () => {
  it("of another project, at its default branch or a ref", async () => {
    const file = "file: templates/lint.yml";
    expect((await expand(`{ project: group/plain, ${file} }`)).out).toContain("more:\n");
    expect((await expand(`{ project: group/plain, ref: none, ${file} }`)).err).toContain(
      "Project `group/plain` reference `none` does not exist!",
    );
    expect((await expand(`{ project: group/none, ${file} }`)).err).toContain(
      "Project `group/none` not found or access denied!",
    );
  });

  it("at an address on the web, through redirects and without the token", async () => {
    const at = `http://127.0.0.1:${(web.address() as AddressInfo).port}`;
    const seen: unknown[] = [];
    web.on("request", ({ headers }) => seen.push(headers["private-token"], headers.authorization));
    expect((await expand(`{ remote: "${at}/moved.yml" }`)).out).toBe("remote:\n  script: remote\n");
    expect((await expand(`{ remote: "${at}/secret.yml" }`)).err).toContain(
      "because of HTTP code `403` error!",
    );
    expect((await expand('{ remote: "http://127.0.0.1:1/x.yml" }')).err).toContain(
      "because of a socket error!",
    );
    expect(seen.filter((each) => each !== undefined)).toEqual([]);
  });

  it("one line says what to set when there is no token, or a wrong one", async () => {
    await expect(expand("ci.yml", { GITLAB_TOKEN: "" })).rejects.toThrow(
      /^no GitLab token: set GITLAB_TOKEN/,
    );
    await expect(expand(component("a/b/c", "1"), { GITLAB_TOKEN: "wrong" })).rejects.toThrow(
      /401.*set GITLAB_TOKEN to a valid one/,
    );
  });
});
