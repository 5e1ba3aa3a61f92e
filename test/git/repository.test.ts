import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { GitError, Repository } from "../../src/git/repository.ts";

let folder: string;
let repository: Repository;

function git(...args: string[]): void {
  const identity = ["-c", "user.name=Test", "-c", "user.email=test@example.invalid"];
  execFileSync("git", [...identity, ...args], { cwd: folder, stdio: "pipe" });
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "berth-git-"));
  repository = new Repository(folder);
  git("init", "--quiet", "--initial-branch=main");
  writeFileSync(join(folder, "naïve.yml"), "one\n");
  git("add", "-A");
  git("commit", "--quiet", "-m", "one");
  git("tag", "1.0.0");
  writeFileSync(join(folder, "naïve.yml"), "two\n");
  git("commit", "--quiet", "-a", "-m", "two");
  git("tag", "-a", "1.1.0", "-m", "annotated");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("a git repository", () => {
  it("knows its tags, annotated ones by their commit", async () => {
    const tags = await repository.tags();
    expect(tags.map((tag) => tag.name).sort()).toEqual(["1.0.0", "1.1.0"]);
    expect(tags.find((tag) => tag.name === "1.1.0")?.commit).toBe(await repository.commit("HEAD"));
  });

  it("reads files at a revision, whatever their names", async () => {
    expect(await repository.files("1.0.0")).toEqual(["naïve.yml"]);
    expect(await repository.read("1.0.0", "naïve.yml")).toBe("one\n");
    expect(await repository.read("1.1.0", "naïve.yml")).toBe("two\n");
    expect(await repository.read("1.0.0", "absent.yml")).toBeUndefined();
  });

  it("lists what differs from a revision, with files that are not added yet", async () => {
    writeFileSync(join(folder, "new.yml"), "");
    expect(await repository.changedFiles("1.0.0")).toEqual(["naïve.yml", "new.yml"]);
  });

  it("says in one line what is wrong", async () => {
    const failure = await repository.commit("no-such-tag").catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(GitError);
    expect((failure as GitError).message).not.toContain("\n");
  });

  it("takes no revision for an option", async () => {
    await expect(repository.commit("--help")).rejects.toBeInstanceOf(GitError);
  });
});

describe("what changed since a branch", () => {
  it("is counted from where the work tree parted from it; a branch of the origin counts", async () => {
    git("checkout", "--quiet", "-b", "work", "1.0.0");
    writeFileSync(join(folder, "work.yml"), "");
    git("add", "work.yml");
    git("commit", "--quiet", "-m", "work");
    expect(await repository.changedSince("main")).toContain("work.yml");
    expect(await repository.changedSince("main")).not.toContain("naïve.yml");
    git("update-ref", "refs/remotes/origin/elsewhere", "HEAD");
    expect(await repository.changedSince("refs/heads/elsewhere")).not.toContain("work.yml");
    expect(await repository.changedSince("gone")).toBeUndefined();
    expect(await repository.changedSince("--help")).toBeUndefined();
    git("checkout", "--quiet", "main");
  });

  it("may lack refs where the clone fetches one branch", async () => {
    expect(await repository.isPartial()).toBe(false);
    git("config", "remote.origin.fetch", "+refs/heads/main:refs/remotes/origin/main");
    expect(await repository.isPartial()).toBe(true);
    git("config", "--unset", "remote.origin.fetch");
  });
});
