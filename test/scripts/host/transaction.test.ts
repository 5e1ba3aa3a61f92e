import { existsSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Server } from "./server.ts";

let server: Server;
beforeEach(() => {
  server = new Server();
  server.property("ActiveState", "active");
  server.property("NRestarts", "0");
  server.property("MainPID", "100");
});
afterEach(() => server.remove());

const [a, b, c] = ["20260101T000000Z-1-aaaa", "20260102T000000Z-2-bbbb", "20260103T000000Z-3-cccc"] as const;

/** What stands in for the parts of a transaction that only a server has: an application that is healthy at once. */
const healthy = `
start_guard() { :; }
keep_for_recovery() { :; }
preflight() { :; }
install_recovery_unit() { :; }
health_answer() { echo "$1 answers 200"; }
sleep() { :; }`;

/** A transaction to its end. `program` runs before it, and may replace a part. */
function transact(settings: Readonly<Record<string, string>>, program = "") {
  const answer = server.run(`${healthy}\n${program}\n(transact) || true`, {
    BERTH_STABLE_SECONDS: "0",
    ...settings,
  });
  const place = join(server.state, "runs/run-1/result");
  const lines = existsSync(place) ? readFileSync(place, "utf8").trimEnd().split("\n") : [];
  const result = Object.fromEntries(lines.map((line) => [line.split("=")[0], line.replace(/^\w+=/, "")]));
  return { ...answer, result };
}

/** A new run of the same made-up server. */
function nextRun(): void {
  server.run('remove_inside "$STATE/runs" run-1; mkdir "$STATE/runs/run-1"');
}

const live = () => readlinkSync(join(server.deployPath, "current")).replace("releases/", "");
const deploy = (id: string) => ({ BERTH_ACTION: "deploy", BERTH_RELEASE: id });
const rollback = { BERTH_ACTION: "rollback", BERTH_RELEASE: "" };

describe("a transaction", () => {
  it("puts a release live, and says so", () => {
    server.release(a);
    server.release(b, { confirmed: false });
    server.live(a);
    const { result } = transact(deploy(b));
    expect(result).toMatchObject({ outcome: "live", code: "0", live: b, before: a, cause: "" });
    expect(live()).toBe(b);
    expect(readFileSync(join(server.releases, b, ".berth/confirmed"), "utf8")).toMatch(/, run run-1\n$/);
    expect(server.names(server.state)).toEqual(["lock", "log", "owner", "runs"]);
  });

  it("that fails in the watch goes back, and takes the release and its secrets away", () => {
    server.release(a);
    server.release(b, { confirmed: false });
    server.live(a);
    const { result } = transact(
      deploy(b),
      `watch_release() { [[ $1 == '' ]] || fail 'not healthy' 'repair it'; }`,
    );
    expect(result.outcome).toBe("live"); // the version of a made-up release is not asked for
    nextRun();
    server.release(c, { confirmed: false });
    const bad = transact(
      deploy(c),
      `watch_release() { [[ $(live_release) != ${c} ]] || fail 'not healthy' 'repair it'; }`,
    );
    expect(bad.result).toMatchObject({
      outcome: "switched-back",
      live: b,
      cause: "not healthy",
      cure: "repair it",
    });
    expect(live()).toBe(b);
    expect(server.names(server.releases)).toEqual([a, b]);
    expect(existsSync(join(server.state, "pending"))).toBe(false);
  });

  it("that cannot go back says so, and the next one goes back first", () => {
    server.release(a);
    server.release(b, { confirmed: false });
    server.live(a);
    const { result } = transact(
      deploy(b),
      `watch_release() { fail 'not healthy'; }; restart_service() { [[ $(live_release) == ${b} ]] || fail 'sudo is gone'; }`,
    );
    expect(result.outcome).toBe("failed");
    expect(result.cause).toBe(`not healthy; going back to ${a} failed too: sudo is gone`);
    expect(result.cure).toContain("run the job again: it goes back first");
    expect(existsSync(join(server.state, "pending"))).toBe(true);
    nextRun();
    server.release(c, { confirmed: false });
    const next = transact(deploy(c));
    expect(next.result).toMatchObject({ outcome: "live", live: c, before: a });
  });

  it("goes back in a second attempt where the first one failed", () => {
    server.release(a);
    server.release(b, { confirmed: false });
    server.live(a);
    const once = `
watch_release() { [[ $(live_release) != ${b} ]] || fail 'not healthy'; }
restart_service() { [[ $(live_release) == ${b} || -e $SERVER/tried ]] || { : >"$SERVER/tried"; fail 'not now'; }; }`;
    expect(transact(deploy(b), once).result).toMatchObject({
      outcome: "switched-back",
      live: a,
      cause: "not healthy",
    });
  });

  it("that is run again after a cut between switch and confirmation is right the first time", () => {
    server.release(a);
    server.release(b, { confirmed: false });
    server.live(b);
    server.write(join(server.state, "pending"), `from=${a}\nto=${b}\nrun=run-0\ndata=\nstarted=\n`);
    expect(transact(deploy(b)).result).toMatchObject({ outcome: "live", live: b, before: a });
  });

  it("leaves no old secrets behind", () => {
    server.release(a);
    server.live(a);
    server.write(join(server.releases, a, ".env.production"), "OLD=1\n");
    server.write(join(server.state, "runs/run-1/env"), "NEW=1\n");
    expect(transact(deploy(a)).result.outcome).toBe("live");
    expect(readFileSync(join(server.releases, a, ".env.production"), "utf8")).toBe("NEW=1\n");
    expect(server.names(join(server.state, "runs/run-1")).filter((name) => name.startsWith("env"))).toEqual(
      [],
    );
  });

  it("gives the old environment back where it fails", () => {
    server.release(a);
    server.live(a);
    server.write(join(server.releases, a, ".env.production"), "OLD=1\n");
    server.write(join(server.state, "runs/run-1/env"), "NEW=1\n");
    expect(transact(deploy(a), "preflight() { fail 'it does not run'; }").result.outcome).toBe("failed");
    expect(readFileSync(join(server.releases, a, ".env.production"), "utf8")).toBe("OLD=1\n");
    expect(server.names(join(server.state, "runs/run-1")).filter((name) => name.startsWith("env"))).toEqual(
      [],
    );
  });

  it("that fails in the backup gives its room back", () => {
    server.release(a);
    server.live(a);
    server.release(b, { confirmed: false });
    server.write(join(server.shared, "blog/x"), "");
    const cut = `as_service() { case "$*" in *' read '*) : >"$BERTH_BACKUP_PATH/.partial-run-1/half"; kill -TERM $$ ;; *) "$@" ;; esac; }`;
    const { result } = transact({ ...deploy(b), BERTH_PERSISTENT_PATHS: "blog" }, cut);
    expect(result).toMatchObject({ outcome: "failed", step: "Back up the data", live: a });
    expect(server.names(server.backupPath)).toEqual([]);
    expect(server.names(server.shared)).toEqual(["blog"]);
  });

  it("is refused while another one holds the lock, and takes nothing of it away", () => {
    server.release(a);
    server.live(a);
    server.release(b, { confirmed: false, complete: false });
    server.write(join(server.state, "lock"));
    server.write(join(server.backupPath, ".partial-run-0/half"));
    const { result } = transact(
      deploy(b),
      `flock() { [[ $* == '-w 0 9' || $* == '-n 9' ]] && return 1; command flock "$@"; }`,
    );
    expect(result).toMatchObject({ outcome: "refused", code: "75" });
    expect(live()).toBe(a);
    expect(server.names(server.backupPath)).toEqual([".partial-run-0"]);
  });
});

describe("a rollback", () => {
  const versions = [a, b, c] as const;

  /** A, B and C were put live one after the other. */
  function history(): void {
    server.release(a);
    server.live(a);
    for (const id of [b, c]) {
      server.release(id, { confirmed: false });
      expect(transact(deploy(id)).result.outcome).toBe("live");
      nextRun();
    }
  }

  it("goes one release back each time", () => {
    history();
    for (const id of [b, a]) {
      expect(transact(rollback).result).toMatchObject({ outcome: "live", live: id });
      nextRun();
    }
    expect(transact(rollback).result.cause).toBe("there is no release to roll back to");
    expect(server.names(server.releases)).toEqual([...versions]);
  });

  it("goes to the release that was live before, also where an older one was put live once more", () => {
    history();
    expect(transact(deploy(b)).result).toMatchObject({ outcome: "live", live: b, before: c });
    for (const id of [c, a]) {
      nextRun();
      expect(transact(rollback).result).toMatchObject({ outcome: "live", live: id });
    }
  });

  it("that is run again in the same pipeline is no second step back", () => {
    history();
    const request = { ...rollback, BERTH_REQUEST: "pipeline-7" };
    for (const time of [1, 2, 3]) {
      const { result, log } = transact(request);
      expect(result).toMatchObject({ outcome: "live", live: b });
      if (time > 1) expect(log).toContain(`has taken the server back to ${b} already`);
      nextRun();
    }
    expect(transact({ ...request, BERTH_REQUEST: "pipeline-8" }).result).toMatchObject({
      outcome: "live",
      live: a,
    });
    nextRun();
    expect(transact({ ...request, BERTH_REQUEST: "pipeline-8", BERTH_RELEASE: a }).result.outcome).toBe(
      "live",
    );
  });

  it("is one again where something else was put live since", () => {
    history();
    const request = { ...rollback, BERTH_REQUEST: "pipeline-7" };
    expect(transact(request).result).toMatchObject({ live: b });
    nextRun();
    expect(transact(deploy(c)).result).toMatchObject({ live: c });
    nextRun();
    expect(transact(request).result).toMatchObject({ outcome: "live", live: b });
  });

  it("to one that never was live is refused", () => {
    server.release(a);
    server.live(a);
    server.release(b, { confirmed: false });
    expect(transact({ ...rollback, BERTH_RELEASE: b }).result).toMatchObject({
      outcome: "failed",
      cause: `the release "${b}" is not one that was live here`,
    });
  });

  it("with an unknown backup is refused", () => {
    history();
    const { result } = transact({ ...rollback, BERTH_RESTORE_DATA: "20200101T000000Z-first" });
    expect(result.cause).toBe('there is no backup "20200101T000000Z-first"');
  });

  it("with data saves the present data, which outlives it whatever keep_backups says, and restores the other", () => {
    history();
    const paths = { BERTH_PERSISTENT_PATHS: "blog", BERTH_KEEP_BACKUPS: "1" };
    const place = join(server.shared, "blog/app.db");
    server.sql(place, "CREATE TABLE old (n)");
    expect(transact({ ...deploy(c), ...paths }).result.outcome).toBe("live");
    nextRun();
    const [before = ""] = server.names(server.backupPath);
    server.sql(place, "DROP TABLE old", "CREATE TABLE new (n)");
    const { result } = transact({ ...rollback, ...paths, BERTH_RESTORE_DATA: before });
    expect(result).toMatchObject({ outcome: "live", live: b });
    expect(server.sql(place, "SELECT name FROM sqlite_master")).toEqual([["old"]]);
    expect(server.names(server.backupPath)).toHaveLength(2);
  });

  it("with data that fails brings the present data back", () => {
    history();
    const paths = { BERTH_PERSISTENT_PATHS: "blog" };
    const place = join(server.shared, "blog/app.db");
    server.sql(place, "CREATE TABLE old (n)");
    const saved = server.run("back_up_data; newest_backup", paths).stdout;
    server.sql(place, "DROP TABLE old", "CREATE TABLE new (n)");
    const { result } = transact(
      { ...rollback, ...paths, BERTH_RESTORE_DATA: saved },
      `watch_release() { [[ $(live_release) != ${b} ]] || fail 'not healthy'; }`,
    );
    expect(result).toMatchObject({ outcome: "switched-back", live: c });
    expect(server.sql(place, "SELECT name FROM sqlite_master")).toEqual([["new"]]);
  });
});
