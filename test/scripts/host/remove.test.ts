import { mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Server } from "./server.ts";

let server: Server;
beforeEach(() => {
  server = new Server();
});
afterEach(() => server.remove());

const id = "20260101T000000Z-1-aaaa";
const host = new URL("../../../scripts/host/", import.meta.url);

describe("what the server removes", () => {
  it("goes through one function: no other line of scripts/host removes a folder", () => {
    const lines = readdirSync(host)
      .filter((file) => file.endsWith(".sh"))
      .flatMap((file) =>
        readFileSync(new URL(file, host), "utf8")
          .split("\n")
          .map((line) => `${file}: ${line.trim()}`),
      );
    const removing = /\brm\s+(?:-\w*[rR]|--recursive)|\s-delete\b|-exec\w*\s+rm\b|\brmtree\b/;
    expect(lines.filter((line) => removing.test(line) && !line.startsWith("remove.sh:"))).toEqual([]);
    expect(lines.filter((line) => removing.test(line)).length).toBeGreaterThan(0);
  });

  it("is a folder, a file or a link, and nothing where there is nothing", () => {
    const release = server.release(id);
    symlinkSync(server.shared, join(release, "data"));
    server.write(join(server.shared, "keep"), "kept");
    const { code } = server.run('remove_inside "$RELEASES/$ID" data wsgi.py .berth missing', { ID: id });
    expect(code).toBe(0);
    expect(server.names(release)).toEqual([".complete"]);
    expect(server.names(server.shared)).toEqual(["keep"]);
  });

  it.each([
    ["blog/db", "a persistent path in another one"],
    ["blog/db/deep", "below it"],
  ])("is not %s behind a link (%s)", (name) => {
    const release = server.release(id);
    server.write(join(server.shared, "blog/db/deep/app.db"), "the data");
    symlinkSync(join(server.shared, "blog"), join(release, "blog"));
    const { code, log } = server.run(`remove_inside "$RELEASES/$ID" ${name}`, { ID: id });
    expect(code).toBe(1);
    expect(log).toMatch(/error: .* leads to .*shared\/blog.*: a part of it is a link/);
    expect(server.names(join(server.shared, "blog/db/deep"))).toEqual(["app.db"]);
  });

  it.each([
    "",
    ".",
    "..",
    "../shared",
    "a/../../shared",
    "a//b",
    "a/",
    "./a",
  ])("is not the name %j", (name) => {
    server.write(join(server.shared, "keep"));
    const { code, log } = server.run('remove_inside "$RELEASES" "$NAME"', { NAME: name });
    expect(code).toBe(1);
    expect(log).toContain(`"${name}" is not a name in`);
    expect(server.names(server.shared)).toEqual(["keep"]);
  });

  it("is never the data itself, and nothing outside Berth's own places", () => {
    server.write(join(server.shared, "blog/app.db"));
    mkdirSync(join(server.root, "other/folder"), { recursive: true });
    expect(server.run('remove_inside "$SHARED" blog').log).toContain("is data: it is not removed");
    expect(server.run('remove_inside "$SHARED/blog" app.db').log).toContain("is data: it is not removed");
    expect(server.run('remove_inside "$SERVER/other" folder').log).toContain("it is not a folder of Berth's");
    expect(server.names(join(server.shared, "blog"))).toEqual(["app.db"]);
    expect(server.names("other")).toEqual(["folder"]);
  });

  it("is what matches, whatever its name, and nothing that is in a name's second line", () => {
    server.backup("20260101T000000Z-x");
    mkdirSync(join(server.backupPath, ".partial-a\n20260101T000000Z-x"));
    mkdirSync(join(server.backupPath, ".partial-b"));
    expect(server.run("remove_matching \"$BERTH_BACKUP_PATH\" '.partial-*'")).toMatchObject({
      code: 0,
      log: "",
    });
    expect(server.names(server.backupPath)).toEqual(["20260101T000000Z-x"]);
  });
});
