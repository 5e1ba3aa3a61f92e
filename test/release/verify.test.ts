import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { command as embed } from "../../src/commands/embed.ts";
import { command as verify } from "../../src/commands/verify.ts";
import { runCommand } from "../command.ts";
import { skippedWhere } from "../skipped.ts";

let folder: string;
let project: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "berth-verify-"));
  project = join(folder, "project");
  mkdirSync(join(project, "templates/ship"), { recursive: true });
  mkdirSync(join(project, "scripts"));
  const region = (script: string) => `  script:\n    # berth embed: scripts/${script}\n    # berth end\n`;
  writeFileSync(join(project, "templates/check.yml"), `spec: {}\n---\ncheck:\n${region("check.sh")}`);
  writeFileSync(join(project, "templates/ship/template.yml"), `spec: {}\n---\nship:\n${region("ship.sh")}`);
  writeFileSync(join(project, "templates/plain.yml"), "spec: {}\n---\nplain:\n  trigger: a/b\n");
  writeFileSync(join(project, "scripts/check.sh"), "#!/bin/sh\necho check\n");
  writeFileSync(
    join(project, "scripts/ship.sh"),
    '#!/usr/bin/env bash\nset -eu\nsource "${BASH_SOURCE[0]%/*}/say.sh"\nsay ship\n',
  );
  writeFileSync(join(project, "scripts/say.sh"), 'say() { printf "%s\\n" "$1"; }\n');
  git("init", "--quiet", "--initial-branch=main");
  await runCommand(embed, [], { cwd: project });
  release("1.0.0");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function git(...args: string[]): void {
  const identity = ["-c", "user.name=Test", "-c", "user.email=test@example.invalid"];
  execFileSync("git", [...identity, ...args], { cwd: project, stdio: "pipe" });
}

function release(tag: string, ...more: string[]): void {
  git("add", "-A");
  git("commit", "--quiet", "--allow-empty", "-m", tag);
  git(...more, "tag", ...(more.length > 0 ? ["--sign", "-m", tag] : []), tag);
}

function edit(file: string, from: string, to: string): void {
  const path = join(project, file);
  writeFileSync(path, readFileSync(path, "utf8").replace(from, to));
}

const run = (...args: string[]) => runCommand(verify, args, { cwd: project });

describe("berth verify", () => {
  it("finds each template as its scripts make it, whatever the work tree holds by now", async () => {
    edit("templates/check.yml", "echo check", "echo something else");
    const { code, out } = await run("1.0.0");
    expect(out).toMatch(/^tag 1\.0\.0, commit [0-9a-f]{40}\nsignature: none\n/);
    expect(out).toMatch(/^templates\/plain\.yml: sha256 [0-9a-f]{64}, without scripts$/m);
    expect(out).toMatch(/\n2 templates are what the 2 scripts of 1\.0\.0 make, line by line\n$/);
    expect(code).toBe(0);
  });

  it.each([
    [
      "a template that was changed by hand",
      "templates/check.yml",
      "echo check",
      "echo check; curl evil",
      "check.yml:8",
    ],
    [
      "a script that the template did not follow",
      "scripts/say.sh",
      "say() {",
      "say() { : more;",
      "ship/template.yml:",
    ],
  ])("finds %s, with the first line that differs", async (_, file, from, to, at) => {
    edit(file, from, to);
    release("1.1.0");
    const { code, out } = await run("1.1.0");
    expect(out).toContain(`templates/${at}`);
    expect(out).toContain("not what the scripts of 1.1.0 make; differs here first");
    expect(out).toContain("1 of 3 templates differ");
    expect(code).toBe(1);
    expect((await run("1.0.0")).code).toBe(0);
  });

  it.each([
    ["beside a region", "check:\n", 'check:\n  before_script: ["curl evil"]\n', "check: curl evil"],
    ["for every job", "check:\n", 'default:\n  after_script: ["curl evil"]\ncheck:\n', "default: curl evil"],
    ["at the top", "check:\n", 'before_script: ["curl evil"]\ncheck:\n', ": curl evil"],
    [
      "before the sources",
      "check:\n",
      'check:\n  hooks: { pre_get_sources_script: ["curl evil"] }\n',
      "check: curl evil",
    ],
  ])("names the commands that come from no script: %s", async (_, from, to, said) => {
    edit("templates/check.yml", from, to);
    release("1.1.0");
    const { code, out } = await run("1.1.0");
    expect(out).toContain(`templates/check.yml: from no script: "${said}"`);
    expect(code).toBe(0);
  });

  it("gives all of it as JSON", async () => {
    const { tag, signature, templates } = JSON.parse((await run("1.0.0", "--json")).out);
    expect({ tag, signature }).toEqual({ tag: "1.0.0", signature: { state: "none" } });
    expect(templates.map((each: { file: string }) => each.file)).toEqual([
      "templates/check.yml",
      "templates/plain.yml",
      "templates/ship/template.yml",
    ]);
    expect(templates[0]).toMatchObject({ scripts: ["scripts/check.sh"], own: [] });
  });

  it("says in one line what is missing", async () => {
    await expect(run("2.0.0")).rejects.toThrow('there is no tag "2.0.0" in this clone; git fetch --tags?');
    await expect(run("main")).rejects.toThrow('there is no tag "main"');
    await expect(run("1.0.0", "--signers", "none")).rejects.toThrow("--signers none: there is no such file");
    await expect(runCommand(verify, ["1.0.0"], { cwd: folder })).rejects.toThrow(
      "is not in a git repository",
    );
    edit("templates/check.yml", "scripts/check.sh", "scripts/lost.sh");
    release("1.2.0");
    await expect(run("1.2.0")).rejects.toThrow('templates/check.yml:5: there is no script "scripts/lost.sh"');
  });
});

const keygen = spawnSync("ssh-keygen", ["-?"]).error === undefined;

describe("a tag's signature", skippedWhere(keygen ? "" : "ssh-keygen is not installed"), () => {
  const key = (name: string) => join(folder, name);
  const signed = (name: string) => ["-c", "gpg.format=ssh", "-c", `user.signingKey=${key(name)}`];
  beforeEach(() => {
    for (const name of ["maintainer", "stranger"])
      execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", name, "-f", key(name)]);
    const publicKey = readFileSync(`${key("maintainer")}.pub`, "utf8");
    writeFileSync(key("signers"), `maintainer@example.com ${publicKey}`);
  });

  it("is taken from those who may sign, and from nobody else", async () => {
    release("1.1.0", ...signed("maintainer"));
    release("1.2.0", ...signed("stranger"));
    const good = await run("1.1.0", "--signers", key("signers"));
    expect(good.out).toMatch(/^signature: SSH, good: .*maintainer@example\.com/m);
    expect(good.code).toBe(0);
    const bad = await run("1.2.0", "--signers", key("signers"));
    expect(bad.out).toMatch(/^signature: SSH, not good: /m);
    expect(bad.code).toBe(1);
  });

  it("is demanded where signers are named, and only named else", async () => {
    release("1.1.0", ...signed("stranger"));
    const unchecked = await run("1.1.0");
    expect(unchecked.out).toContain("signature: SSH, not checked (--signers FILE checks it)");
    expect(unchecked.code).toBe(0);
    const none = await run("1.0.0", "--signers", key("signers"));
    expect(none.out).toContain("signature: none, and one is demanded (--signers)");
    expect(none.code).toBe(1);
  });
});
