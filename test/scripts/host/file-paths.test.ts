import { existsSync, lstatSync, mkdirSync, readFileSync, readlinkSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Server } from "./server.ts";

let server: Server;
beforeEach(() => {
  server = new Server();
});
afterEach(() => server.remove());

const id = "20260101T000000Z-1-aaaa";
const live = "20251231T000000Z-0-0000";

/** Links the persistent path `path` into the release, as a deploy does. */
function link(path: string, program = "") {
  return server.run(
    `LIVE_BEFORE=${live}; restart_service() { echo restart_service >>"$SERVER/calls"; }; open_release ${id}
${program}
link_persistent_paths; folder_to_write ${path}`,
    { BERTH_PERSISTENT_PATHS: path },
  );
}

describe("a file as a persistent path", () => {
  it("has a folder of its own, with room for its journals, which the sandbox lets the service write to", () => {
    const release = server.release(id);
    server.write(join(release, "db.sqlite3"), "from the package");
    const { code, stdout } = link("db.sqlite3");
    expect(code).toBe(0);
    expect(readlinkSync(join(release, "db.sqlite3"))).toBe(join(server.shared, "db.sqlite3.d/db.sqlite3"));
    expect(readFileSync(join(release, "db.sqlite3"), "utf8")).toBe("from the package");
    expect(stdout.trim()).toBe(join(server.shared, "db.sqlite3.d"));
  });

  it.each([
    ["data/app.db", undefined, true],
    ["app.sqlite", undefined, true],
    ["notes.txt", "a file of the package", true],
    ["uploads", undefined, false],
    ["app.db.old", undefined, false],
  ])("is known by the package's copy, or else by its name: %s", (path, content, isFile) => {
    const release = server.release(id);
    if (content !== undefined) server.write(join(release, path), content);
    expect(link(path).code).toBe(0);
    expect(existsSync(join(server.shared, `${path}.d`))).toBe(isFile);
    if (!isFile) expect(lstatSync(join(server.shared, path)).isDirectory()).toBe(true);
  });

  it("is a folder where a folder with data is there, or the package has one", () => {
    const release = server.release(id);
    server.write(join(server.shared, "old.db/data"), "the data");
    expect(link("old.db").code).toBe(0);
    expect(readFileSync(join(release, "old.db/data"), "utf8")).toBe("the data");
    mkdirSync(join(release, "new.db"));
    expect(link("new.db").code).toBe(0);
    expect(lstatSync(join(server.shared, "new.db")).isDirectory()).toBe(true);
  });

  it("takes the place of the empty folder that an earlier version has made for it", () => {
    server.release(id);
    mkdirSync(join(server.shared, "app.db"));
    expect(link("app.db").code).toBe(0);
    expect(server.names(server.shared)).toEqual(["app.db.d"]);
  });

  it("is made once: a second release has the data of the first", () => {
    const release = server.release(id);
    for (let time = 0; time < 2; time += 1) {
      server.run(`rm -f ${release}/app.db; echo 'from the package' >${release}/app.db`);
      expect(link("app.db").code).toBe(0);
      server.write(join(release, "app.db"), "the data");
    }
    expect(readFileSync(join(server.shared, "app.db.d/app.db"), "utf8")).toBe("the data");
  });

  it("moves there with its journals while the service stands still; the live release goes on with a link", () => {
    server.release(id);
    server.release(live);
    server.live(live);
    server.property("ActiveState", "active");
    server.write(join(server.shared, "app.db"), "the data");
    server.write(join(server.shared, "app.db-wal"), "its log");
    symlinkSync(join(server.shared, "app.db"), join(server.releases, live, "app.db"));
    expect(link("app.db").code).toBe(0);
    expect(server.names(server.shared)).toEqual(["app.db", "app.db.d"]);
    expect(server.names(join(server.shared, "app.db.d"))).toEqual(["app.db", "app.db-wal"]);
    for (const release of [id, live])
      expect(readFileSync(join(server.releases, release, "app.db"), "utf8")).toBe("the data");
    const calls = server.calls().filter((call) => /stop|restart_service/.test(call));
    expect(calls).toEqual(["systemctl stop helpdesk.service", "restart_service"]);
    expect(existsSync(join(server.state, "pending"))).toBe(false);
  });

  it("is never lost or had twice, wherever the moving is cut short", () => {
    server.release(id);
    server.release(live);
    server.live(live);
    server.property("ActiveState", "active");
    const stops = [
      "give_to_service",
      "stop_service",
      "ln",
      "replace_by_link",
      "rm",
      "restart_service",
      "clear_pending",
    ];
    for (const [index, stop] of stops.entries()) {
      const path = `app-${index}.db`;
      server.write(join(server.shared, path), "the data");
      server.write(join(server.shared, `${path}-wal`), "its log");
      const cut = link(path, `${stop}() { kill -9 $$; }; as_service() { "$@"; }`);
      expect(`${stop}: ${cut.code}`).not.toBe(`${stop}: 0`);
      expect(readFileSync(join(server.shared, path), "utf8"), stop).toBe("the data");
      const again = link(path);
      expect(`${stop}: ${again.code}${again.log}`).toMatch(`${stop}: 0`);
      expect(readFileSync(join(server.shared, `${path}.d/${path}`), "utf8"), stop).toBe("the data");
      expect(readFileSync(join(server.shared, `${path}.d/${path}-wal`), "utf8"), stop).toBe("its log");
      expect(readFileSync(join(server.shared, path), "utf8"), stop).toBe("the data");
    }
  });

  it("comes there from an in-place installation too, which keeps a link", () => {
    const release = server.release(id);
    server.write(join(server.deployPath, "db.sqlite3"), "the data");
    symlinkSync(join(server.deployPath, "db.sqlite3"), join(server.shared, "db.sqlite3"));
    expect(link("db.sqlite3").code).toBe(0);
    expect(lstatSync(join(server.deployPath, "db.sqlite3")).isSymbolicLink()).toBe(true);
    for (const place of [server.deployPath, release])
      expect(readFileSync(join(place, "db.sqlite3"), "utf8")).toBe("the data");
  });

  it("stays where an administrator's link leads, and its folder is what the service may write to", () => {
    const release = server.release(id);
    server.write("home/disk/app.db", "the data");
    symlinkSync(join(server.root, "home/disk/app.db"), join(server.shared, "app.db"));
    const { code, stdout } = link("app.db");
    expect(code).toBe(0);
    expect(stdout.trim()).toBe(join(server.root, "home/disk"));
    expect(readFileSync(join(release, "app.db"), "utf8")).toBe("the data");
  });

  it("is saved and restored under its own name", () => {
    const paths = { BERTH_PERSISTENT_PATHS: "app.db" };
    server.release(id);
    expect(link("app.db").code).toBe(0);
    const place = join(server.shared, "app.db.d/app.db");
    server.sql(place, "CREATE TABLE t (n)", "INSERT INTO t VALUES (1)");
    const saved = server.run("back_up_data; backups", paths);
    expect(saved.log).toContain("app.db: 1 rows");
    server.sql(place, "DELETE FROM t");
    expect(server.run(`restore_backup ${saved.stdout}`, paths).code).toBe(0);
    expect(server.sql(place, "SELECT count(*) FROM t")).toEqual([[1]]);
    const old = server.backup("20250101T000000Z-first");
    server.sql(join(old, "app.db"), "CREATE TABLE t (n)");
    expect(server.run("restore_backup 20250101T000000Z-first", paths).code).toBe(0);
    expect(server.sql(place, "SELECT count(*) FROM t")).toEqual([[0]]);
    expect(server.names(server.shared)).toEqual(["app.db.d"]);
  });
});
