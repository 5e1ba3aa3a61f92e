import { readFileSync, readlinkSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Server } from "./server.ts";

let server: Server;
beforeEach(() => {
  server = new Server();
});
afterEach(() => server.remove());

const [old, id] = ["20260101T000000Z-1-aaaa", "20260102T000000Z-2-bbbb"] as const;

describe("the environment file of a release", () => {
  const install = () => server.run(`open_release ${id}; install_environment_file`);
  const file = () => readFileSync(join(server.releases, id, ".env.production"), "utf8");

  it("is what the job has sent, readable by the deploy user and the service's group alone", () => {
    server.release(id);
    server.write(join(server.state, "runs/run-1/env"), "SENT=1\n");
    expect(install().code).toBe(0);
    expect(file()).toBe("SENT=1\n");
    expect(statSync(join(server.releases, id, ".env.production")).mode & 0o777).toBe(0o640);
    expect(server.names(join(server.state, "runs/run-1"))).toEqual([]);
  });

  it("is its own where nothing was sent, or else the live release's, or an in-place installation's", () => {
    server.release(id);
    server.write(join(server.deployPath, ".env.production"), "IN_PLACE=1\n");
    expect(install().code).toBe(0);
    expect(file()).toBe("IN_PLACE=1\n");
    server.release(old);
    server.write(join(server.releases, old, ".env.production"), "LIVE=1\n");
    server.live(old);
    server.run(`rm ${server.releases}/${id}/.env.production`);
    expect(install().code).toBe(0);
    expect(file()).toBe("LIVE=1\n");
    server.write(join(server.releases, id, ".env.production"), "OWN=1\n");
    expect(install().code).toBe(0);
    expect(file()).toBe("OWN=1\n");
  });

  it("is none where there is none", () => {
    server.release(id);
    expect(install().log).toContain("none was sent and there is none to keep");
  });
});

describe("the room for a release", () => {
  const require = (settings: Readonly<Record<string, string>>) =>
    server.run(`open_release ${id}; require_room`, settings);

  it("is asked for with the copies of the databases", () => {
    server.release(id);
    server.sql(
      join(server.shared, "blog/app.db"),
      "CREATE TABLE t (n)",
      "INSERT INTO t VALUES (zeroblob(9000000))",
    );
    const without = require({ BERTH_PERSISTENT_PATHS: "" });
    const needed = (log: string) => Number(/about (\d+) MB needed/.exec(log)?.[1]);
    expect(without.code).toBe(0);
    const copies = needed(require({ BERTH_PERSISTENT_PATHS: "blog" }).log) - needed(without.log);
    expect(copies).toBeGreaterThanOrEqual(16); // of all databases, and SQLite's own of the largest one
    expect(copies).toBeLessThanOrEqual(19);
  });

  it("is refused where it is not there, with a cure", () => {
    server.release(id);
    const { code, log } = require({ BERTH_RESERVE_MEGABYTES: "9999999" });
    expect(code).toBe(1);
    expect(log).toMatch(
      /error: .* has \d+ MB free; this release needs about \d+ MB with its backup and the reserve/,
    );
    expect(log).toContain("cure: make room");
  });
});

describe("before_switch on a copy", () => {
  const attempt = (command: string) =>
    server.run(`open_release ${id}; LIVE_BEFORE=${old}; link_persistent_paths; try_before_switch`, {
      BERTH_PERSISTENT_PATHS: "blog app.db",
      BERTH_BEFORE_SWITCH: command,
    });
  const change = (place: string) =>
    `python3 -c 'import sqlite3; c = sqlite3.connect("${place}"); c.execute("DROP TABLE t"); c.commit()'`;

  beforeEach(() => {
    server.release(id);
    for (const place of ["blog/x.db", "app.db.d/app.db"])
      server.sql(join(server.shared, place), "CREATE TABLE t (n)");
  });

  it("changes copies of folders and of files, and leaves the data and no copy", () => {
    for (const place of ["blog/x.db", "app.db"]) expect(attempt(change(place)).code).toBe(0);
    for (const place of ["blog/x.db", "app.db.d/app.db"])
      expect(server.sql(join(server.shared, place), "SELECT name FROM sqlite_master")).toEqual([["t"]]);
    expect(server.names(server.shared)).toEqual(["app.db.d", "blog"]);
    expect(readlinkSync(join(server.releases, id, "app.db"))).toBe(join(server.shared, "app.db.d/app.db"));
  });

  it("stops the deploy where it fails", () => {
    const { code, log } = attempt("exit 3");
    expect(code).toBe(1);
    expect(log).toContain("before_switch failed on a copy of the data");
    expect(server.names(server.shared)).toEqual(["app.db.d", "blog"]);
  });
});
