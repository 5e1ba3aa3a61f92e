import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Server } from "./server.ts";

let server: Server;
beforeEach(() => {
  server = new Server();
});
afterEach(() => server.remove());

const id = "20260101T000000Z-1-aaaa";

/** The settings that a job sends, and what a request to the program is then. */
const settings = (more: Readonly<Record<string, string>> = {}) =>
  Object.entries({
    BERTH_SERVICE_NAME: "helpdesk",
    BERTH_SERVICE_USER: server.run('printf %s "$BERTH_SERVICE_USER"').stdout,
    BERTH_DEPLOY_PATH: server.deployPath,
    BERTH_BACKUP_PATH: server.backupPath,
    BERTH_RELEASE: id,
    ...more,
  })
    .map(([name, value]) => `${name}=${Buffer.from(value).toString("base64")}\n`)
    .join("");
const begin = (run: string, more: Readonly<Record<string, string>> = {}) =>
  server.run(`SYSTEM_FOLDER='^/usr/' RUN_PATH=''; request_begin ${run} <<<"$SENT"`, { SENT: settings(more) });

describe("a run", () => {
  it("begins with a folder of its own, which nobody else can read, and says what there is", () => {
    expect(begin("run-2").stdout).toBe("state=new\nlink=\n");
    server.release(id);
    server.live(id);
    expect(begin("run-3").stdout).toBe(`state=complete\nlink=${id}\n`);
    expect(server.run('stat -c %a "$STATE/runs/run-2"').stdout).toMatch(/^2?700\n$/);
    expect(server.run("open_run $BERTH_DEPLOY_PATH run-2; printf %s $BERTH_RELEASE").stdout).toBe(id);
  });

  it.each(["../run", "", ".run", "a b", "$(touch x)"])("has no name like %j", (name) => {
    const { code, log } = server.run('open_run $BERTH_DEPLOY_PATH "$NAME"', { NAME: name });
    expect(code).toBe(1);
    expect(log).toContain(`"${name}" is not a run's name`);
  });

  it("keeps the environment file to itself until it is used", () => {
    begin("run-2");
    server.run('request_put_environment $BERTH_DEPLOY_PATH run-2 <<<"SECRET=1"');
    expect(server.run('stat -c %a "$STATE/runs/run-2/env"').stdout).toBe("600\n");
  });

  it("that is abandoned leaves nothing; one that has started goes on", () => {
    begin("run-2");
    server.release(id, { confirmed: false, complete: false });
    expect(server.run("mkdir $STATE/runs/run-2/started; request_abandon $BERTH_DEPLOY_PATH run-2").code).toBe(
      0,
    );
    expect(server.names(server.releases)).toEqual([id]);
    expect(server.run("rmdir $STATE/runs/run-2/started; request_abandon $BERTH_DEPLOY_PATH run-2").code).toBe(
      0,
    );
    expect(server.names(server.releases)).toEqual([]);
    expect(server.names(join(server.state, "runs"))).toEqual(["run-1"]);
  });

  it("has one result, which is written once, and a line in the record", () => {
    server.release(id, { version: "2.0.0" });
    server.live(id);
    const { code } = server.run(`
open_release ${id}
write_result live 0
write_result failed 1 'too late'`);
    expect(code).toBe(0);
    const result = readFileSync(join(server.state, "runs/run-1/result"), "utf8");
    expect(result).toMatch(
      new RegExp(`^outcome=live\\ncode=0\\nrelease=${id}\\nlive=${id}\\nversion=2.0.0\\n`),
    );
    expect(readFileSync(join(server.state, "log"), "utf8").split("\n")).toHaveLength(2);
  });

  it("leaves its cause in memory where the disk takes no file, for whoever comes next, once", () => {
    const run = `run-${process.pid}-elsewhere`;
    expect(
      server.run(`RUN=${run}; say_elsewhere 'no space'; said_elsewhere ${run}; said_elsewhere ${run}`),
    ).toMatchObject({
      code: 0,
      stdout: "no space\n",
    });
  });

  it.each([
    ["a FIFO", 'mkfifo "$place"'],
    ["a file", 'echo planted >"$place"'],
    ["a link to a file of the deploy user's", 'ln -s "$SERVER/own" "$place"'],
    [
      "a link to a folder of the deploy user's",
      'mkdir "$SERVER/folder"; echo own >"$SERVER/folder/cause"; ln -s "$SERVER/folder" "$place"',
    ],
  ])("waits for nothing there, and shows nothing, where somebody has put %s in its place", (_, plant) => {
    const run = `run-${process.pid}-planted`;
    server.write("own", "own\n");
    const { code, stdout } = server.run(`place=/dev/shm/berth-${run}; ${plant}; trap 'rm -f "$place"' EXIT
      RUN=${run}; timed() { say_elsewhere 'no space' || echo "not said"; said_elsewhere ${run}; }
      timed & for ((i = 0; i < 100; i++)); do kill -0 $! 2>/dev/null || break; sleep 0.1; done
      if kill -9 $! 2>/dev/null; then echo hangs; fi; cat "$SERVER/own"`);
    expect({ code, stdout }).toEqual({ code: 0, stdout: "not said\nown\n" });
  });

  it("is abandoned where its process is dead, or a boot lies between; not while it is uploaded to", () => {
    for (const name of ["of-this-boot", "dead", "of-another-boot", "done"])
      server.write(join(server.state, "runs", name, "settings"));
    server.write(join(server.state, "runs/dead/pid"), "1\n");
    server.write(join(server.state, "runs/done/result"), "outcome=live\n");
    server.write(join(server.state, "runs/of-another-boot/boot"), "another\n");
    const program = "boot_id >$STATE/runs/of-this-boot/boot; boot_id >$STATE/runs/dead/boot; abandoned_runs";
    expect(server.run(program).stdout).toBe("dead\nof-another-boot\n");
  });

  it("says what the disk says to a file", () => {
    expect(server.run("disk_complaint").stdout).toBe("");
    expect(server.run("STATE=/dev/null; disk_complaint").stdout).toMatch(/Not a directory/);
  });
});

describe("the lock", () => {
  it("is one run's at a time, says whose, and is free when that has ended", () => {
    const program = `
BERTH_LABEL='pipeline 7'; RELEASE=${id}
take_lock
(exec 9>&-; is_locked && echo locked; run_under_way ${id}; is_being_deployed other || echo 'not the other one'; take_lock)
echo "refused with $?"`;
    const { stdout, log } = server.run(`set +e; ${program}`);
    expect(stdout).toBe("locked\nrun-1\nnot the other one\nrefused with 75\n");
    expect(log).toContain(`another deploy holds the lock: pipeline 7, run run-1, release ${id}, since `);
    expect(server.run("is_locked || echo free").stdout).toBe("free\n");
  });

  it("is taken from what a dead run has started", () => {
    server.write(join(server.state, "runs/run-0/settings"));
    server.write(join(server.state, "runs/run-0/pid"), "999999\n");
    server.write(
      join(server.state, "owner"),
      "label=a deploy\nrun=run-0\nrelease=x\nsince=2026-01-01T00:00:00Z\n",
    );
    const orphan = `(exec 9>>"$STATE/lock"; flock 9; exec sleep 300) & echo $! >"$SERVER/orphan"; until is_locked; do :; done
kill_session() { echo "session $1"; kill "$(cat "$SERVER/orphan")"; }
take_lock; echo taken`;
    expect(server.run(orphan)).toMatchObject({ code: 0, stdout: "session 999999\ntaken\n" });
  });

  it("is not there before the first deploy", () => {
    expect(server.run(`is_locked || echo free; run_under_way ${id}`).stdout).toBe("free\n");
    expect(existsSync(join(server.state, "lock"))).toBe(false);
  });
});
