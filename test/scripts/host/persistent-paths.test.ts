import { existsSync, lstatSync, readlinkSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runWithLibrary } from "../library.ts";
import { Server } from "./server.ts";

let server: Server;
beforeEach(() => {
  server = new Server();
});
afterEach(() => server.remove());

const id = "20260101T000000Z-1-aaaa";
const link = `open_release ${id}; link_persistent_paths`;

function problemOf(paths: string): string {
  return runWithLibrary(["persistent_paths"], "persistent_paths_problem", { BERTH_PERSISTENT_PATHS: paths })
    .stdout;
}

describe("the input persistent_paths", () => {
  it("is read as the shortest form of each path, one a line", () => {
    const { stdout } = runWithLibrary(["persistent_paths"], "persistent_paths", {
      BERTH_PERSISTENT_PATHS: " ./blog//db/ \n\t media/./files/././x  a/. ",
    });
    expect(stdout).toBe("blog/db\nmedia/files/x\na\n");
  });

  it("is never taken for a pattern of file names", () => {
    const { stdout } = runWithLibrary(["persistent_paths"], "cd /; persistent_paths", {
      BERTH_PERSISTENT_PATHS: "*",
    });
    expect(stdout).toBe("*\n");
  });

  it.each([
    "",
    " \n",
    "blog/db",
    "blog/db uploads/a.b",
    "blog blog-db blog.db/x",
    "a/b a/c a/b.c",
  ])("may be %j", (paths) => expect(problemOf(paths)).toBe(""));

  it.each([
    ["blog blog/db", 'the persistent path "blog/db" lies in the persistent path "blog"'],
    ["blog/db blog", 'the persistent path "blog/db" lies in the persistent path "blog"'],
    ["a a-b a/b/c/d", 'the persistent path "a/b/c/d" lies in the persistent path "a"'],
    ["./blog/ blog//db", 'the persistent path "blog/db" lies in the persistent path "blog"'],
    ["blog ./blog/", 'the persistent path "blog" is given twice'],
    ["a/b a/./b", 'the persistent path "a/b" is given twice'],
    ["/etc", 'the persistent path "/etc" is not a relative path'],
    [".", 'the persistent path "." is not a relative path'],
    ["./", 'the persistent path "." is not a relative path'],
    ["..", 'the persistent path ".." is not a relative path'],
    ["blog/../../etc", 'the persistent path "blog/../../etc" is not a relative path'],
    ["*", 'the persistent path "*" is not a relative path'],
    ["venv", 'the persistent path "venv" is in the virtual environment'],
    ["venv/lib", 'the persistent path "venv/lib" is in the virtual environment'],
    ["app.db app.db.d", 'the persistent paths "app.db" and "app.db.d" have one place'],
    ["app.db app.db.d/x", 'the persistent paths "app.db" and "app.db.d/x" have one place'],
  ])("may not be %j", (paths, problem) => {
    const [cause, cure] = problemOf(paths).split("\t");
    expect(cause).toContain(problem);
    expect(cure).toMatch(/^\S.*\n$/);
  });

  it("is refused whenever one path is, or lies in, another one", () => {
    const word = fc.constantFrom("a", "b", "a-b", "a.b");
    const path = fc.array(word, { minLength: 1, maxLength: 3 }).map((parts) => parts.join("/"));
    fc.assert(
      fc.property(fc.array(path, { maxLength: 5 }), (paths) => {
        const overlap = paths.some((one, i) =>
          paths.some((other, j) => i !== j && `${one}/`.startsWith(`${other}/`)),
        );
        expect(problemOf(paths.join(" ")) !== "").toBe(overlap);
      }),
      { seed: 13, numRuns: 60 },
    );
  });

  it.each([
    "begin run-2",
    "check",
  ])("is refused by the server's %s, before anything is touched", (request) => {
    const program = request === "check" ? "check_data_settings" : 'begin run-2 <<<"$SENT"';
    const sent = Object.entries({
      BERTH_SERVICE_NAME: "helpdesk",
      BERTH_DEPLOY_PATH: server.deployPath,
      BERTH_BACKUP_PATH: server.backupPath,
      BERTH_PERSISTENT_PATHS: "blog blog/db",
    }).map(([name, value]) => `${name}=${Buffer.from(value).toString("base64")}\n`);
    const { code, stdout, log } = server.run(program, {
      BERTH_PERSISTENT_PATHS: "blog blog/db",
      SENT: sent.join(""),
    });
    expect(`${stdout}${log}`).toContain('the persistent path "blog/db" lies in the persistent path "blog"');
    if (request !== "check") expect(code).toBe(1);
    expect(server.names(join(server.state, "runs"))).toEqual(["run-1"]);
  });
});

describe("the links of a release", () => {
  it("lead to shared, which is first filled from the package", () => {
    const release = server.release(id, { confirmed: false });
    server.write(join(release, "blog/db/app.db"), "from the package");
    const { code } = server.run(link, { BERTH_PERSISTENT_PATHS: "blog/db uploads" });
    expect(code).toBe(0);
    expect(readlinkSync(join(release, "blog/db"))).toBe(join(server.shared, "blog/db"));
    expect(server.names(join(server.shared, "blog/db"))).toEqual(["app.db"]);
    expect(server.names(join(server.shared, "uploads"))).toEqual([]);
  });

  it("are made again without a change of what is in shared", () => {
    const release = server.release(id);
    server.write(join(release, "blog/db/app.db"), "from the package");
    server.write(join(server.shared, "blog/db/app.db"), "the data");
    for (let time = 0; time < 2; time += 1)
      expect(server.run(link, { BERTH_PERSISTENT_PATHS: "blog/db" }).code).toBe(0);
    expect(server.run(`cat ${release}/blog/db/app.db`).stdout).toBe("the data");
  });

  it("never take live data away, where one path lies in another one all the same", () => {
    server.release(id);
    server.write(join(server.shared, "blog/db/app.db"), "the data");
    const { code, log } = server.run(link, { BERTH_PERSISTENT_PATHS: "blog blog/db" });
    expect(code).toBe(1);
    expect(log).toContain("a part of it is a link");
    expect(server.run(`cat ${server.shared}/blog/db/app.db`).stdout).toBe("the data");
    expect(lstatSync(join(server.shared, "blog/db")).isDirectory()).toBe(true);
  });

  it("are not made through a link of the package", () => {
    const release = server.release(id);
    const elsewhere = join(server.root, "home");
    writeFileSync(join(elsewhere, "keep"), "kept");
    symlinkSync(elsewhere, join(release, "blog"));
    for (const path of ["blog/keep", "blog/new", "blog/new/deep"]) {
      const { code, log } = server.run(link, { BERTH_PERSISTENT_PATHS: path });
      expect(code).toBe(1);
      expect(log).toContain("a part of it is a link");
    }
    expect(server.names(elsewhere)).toEqual(["keep"]);
    expect(existsSync(join(elsewhere, "new"))).toBe(false);
  });
});
