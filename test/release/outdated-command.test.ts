import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { command } from "../../src/commands/outdated.ts";
import { git } from "../gitlab-server/git.ts";
import { type GitlabServer, startGitlabServer } from "../gitlab-server/index.ts";
import { base } from "./pairs.ts";

/* `berth outdated` against GitLab: released versions, and components that include others of their project. */
const whole = `spec: { inputs: { level: { type: number, default: 1 } } }
---
include:
  - local: /templates/check.yml
    inputs: { target: here, level: "$[[ inputs.level ]]" }
`;
const pipeline = (version: string) => `include:
  - component: $CI_SERVER_FQDN/lib/checks/check@${version}
    inputs: { target: a, level: 2 }
  - component: $CI_SERVER_FQDN/lib/checks/whole@${version}
  - component: $CI_SERVER_FQDN/not/seen/scan@1.0.0
`;

let server: GitlabServer;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "berth-outdated-"));
  server = await startGitlabServer();
  const project = server.addProject("lib/checks", {
    "templates/check.yml": base,
    "templates/whole.yml": whole,
  });
  const update = (content: string) => [{ action: "update", file_path: "templates/check.yml", content }];
  const tag = (name: string) => git(project.folder, ["tag", name, "main"]);
  tag("1.0.0");
  project.commit("main", "Another image", update(base.replace("3.11", "3.12")));
  tag("1.1.0");
  project.commit("main", "A job less", update(base.replace("publish:\n  script: [publish]\n", "")));
  tag("2.0.0");
  tag("3.0.0");
  // 3.0.0 was refused: there is a tag, and no release.
  for (const name of ["1.0.0", "1.1.0", "2.0.0"])
    project.releases.unshift({ tag_name: name, name, description: "", released_at: "2026-01-01T00:00:00Z" });
});

afterAll(async () => {
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe("berth outdated", () => {
  it("knows released versions only, and what an included file changes", async () => {
    const { code, stdout } = await run(pipeline("1.0.0"));
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /:2: lib\/checks\/check@1.0.0: outdated, newest 2.0.0, safe to go to 1.1.0\n.* breaks: job "publish" is gone/,
    );
    expect(stdout).toMatch(
      /:4: lib\/checks\/whole@1.0.0: outdated, newest 2.0.0, safe to go to 1.1.0\n.* breaks: job "publish" is gone/,
    );
    expect(stdout).toContain(":5: not/seen/scan@1.0.0: unknown");
  });

  it("raises the pins to the newest safe version, and then says that no newer one is safe", async () => {
    await run(pipeline("1.0.0"), "--fix");
    expect(read()).toBe(pipeline("1.1.0"));
    expect((await run(read())).stdout).toContain("check@1.1.0: outdated, newest 2.0.0, no newer one is safe");
  });

  it("pins commits, keeps them commits, and says which version they are", async () => {
    await run(pipeline("1.0.0"), "--fix", "--pin", "sha");
    const sha = (tag: string) => git(server.state.projects[0]!.folder, ["rev-parse", tag]);
    const pinned = read();
    expect(pinned).toContain(`lib/checks/check@${sha("1.1.0")} # 1.1.0\n`);
    expect(pinned).toContain(`lib/checks/whole@${sha("1.1.0")} # 1.1.0\n`);
    const { stdout } = await run(pinned);
    expect(stdout).toContain(
      `check@${sha("1.1.0").slice(0, 8)} (1.1.0): outdated, newest 2.0.0, no newer one is safe`,
    );
    await run(pinned.replace(sha("1.1.0"), sha("1.0.0")), "--fix");
    expect(read()).toBe(pinned);
    await expect(run(pinned, "--pin", "sha")).rejects.toThrow("give both");
    await expect(run(pinned, "--fix", "--pin", "digest")).rejects.toThrow("the only form is sha");
  });

  it("is what the Renovate preset finds and replaces", async () => {
    await run(pipeline("1.0.0").replaceAll("lib/checks/", "lib/berth/"));
    const preset = JSON.parse(readFileSync("examples/renovate.json", "utf8"));
    const [pattern] = preset.customManagers[0].matchStrings as [string];
    const sha = "0123456789abcdef0123456789abcdef01234567";
    for (const line of [
      `  - component: $CI_SERVER_FQDN/lib/berth/deploy@${sha} # 1.2.0`,
      `  - component: "$CI_SERVER_FQDN/lib/berth/deploy@${sha}" # 1.2.0`,
      `include: [{ component: gitlab.example.com/lib/berth/deploy@${sha} }] # 1.2.0`,
    ])
      expect(new RegExp(pattern).exec(line)?.groups).toMatchObject({
        depName: "lib/berth",
        currentDigest: sha,
        currentValue: "1.2.0",
      });
    expect(new RegExp(pattern).test("- component: $CI_SERVER_FQDN/lib/berth/deploy@1.2.0")).toBe(false);
  });
});

function read(): string {
  return readFileSync(join(folder, ".gitlab-ci.yml"), "utf8");
}

async function run(text: string, ...args: string[]): Promise<{ code: unknown; stdout: string }> {
  writeFileSync(join(folder, ".gitlab-ci.yml"), text);
  let stdout = "";
  let code: unknown;
  const program = new Command("outdated");
  const stream = { write: (part: string) => (stdout += part) };
  const env = { GITLAB_URL: server.address, GITLAB_TOKEN: server.token };
  const signal = new AbortController().signal;
  command(program, { cwd: folder, env, stdout: stream, stderr: stream, signal }, (given) => {
    code = given;
  });
  await program.parseAsync(args, { from: "user" });
  return { code, stdout };
}
