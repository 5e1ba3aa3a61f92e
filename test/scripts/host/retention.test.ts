import { chmodSync, symlinkSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Server } from "./server.ts";

let server: Server;
beforeEach(() => {
  server = new Server();
});
afterEach(() => server.remove());

const ids = Array.from({ length: 6 }, (_, index) => `2026010${index + 1}T000000Z-${index + 1}-aaaa`);
const backupOf = (day: number) => `2026010${day}T000000Z-first`;

describe("the releases that are kept", () => {
  const prune = (keep: string) => server.run("prune_releases", { BERTH_KEEP_RELEASES: keep });

  it("are as many confirmed ones as keep_releases says, the newest", () => {
    for (const [index, id] of ids.entries()) server.release(id, { previous: ids[index - 1] ?? "" });
    server.live(ids[5]!);
    expect(prune("3").code).toBe(0);
    expect(server.names(server.releases)).toEqual(ids.slice(3));
  });

  it("hold the live one and the one to roll back to, also where these are the oldest", () => {
    for (const id of ids) server.release(id);
    server.release(ids[1]!, { previous: ids[0]! });
    server.live(ids[1]!);
    expect(prune("2").code).toBe(0);
    expect(server.names(server.releases)).toEqual([ids[0], ids[1], ids[4], ids[5]]);
  });

  it("do not count an upload, which goes a day after its last change", () => {
    server.release(ids[0]!);
    server.live(ids[0]!);
    server.release(ids[1]!, { confirmed: false, complete: false });
    expect(prune("1").code).toBe(0);
    expect(server.names(server.releases)).toEqual([ids[0], ids[1]]);
  });
});

describe("the runs that are kept", () => {
  it("are the newest fifty, and this one", () => {
    server.live(ids[0]!);
    for (let number = 1; number <= 55; number += 1) {
      server.write(join(server.state, `runs/old-${number}/result`), "outcome=live\n");
      utimesSync(join(server.state, `runs/old-${number}`), number, number);
    }
    utimesSync(join(server.state, "runs/run-1"), 0, 0);
    expect(server.run("prune_runs")).toMatchObject({ code: 0, log: "" });
    expect(server.names(join(server.state, "runs"))).toHaveLength(51);
    expect(server.names(join(server.state, "runs"))).not.toContain("old-5");
    expect(server.names(join(server.state, "runs"))).toContain("old-6");
  });

  it("say nothing where no deploy has been recorded yet, and keep the last thousand lines of a long record", () => {
    expect(server.run("prune_runs").log).toBe("");
    const lines = Array.from({ length: 1200 }, (_, index) => `line ${index}\n`);
    server.write(join(server.state, "log"), lines.join(""));
    expect(server.run('prune_runs; wc -l <"$STATE/log"; head -n 1 "$STATE/log"').stdout).toBe(
      "1000\nline 200\n",
    );
  });
});

describe("the backups that are kept", () => {
  it.each([1, 2, 3])("are as many as keep_backups says: %i", (keep) => {
    for (const day of [1, 2, 3, 4, 5]) server.backup(backupOf(day));
    expect(server.run("prune_backups", { BERTH_KEEP_BACKUPS: `${keep}` }).code).toBe(0);
    expect(server.names(server.backupPath)).toEqual([1, 2, 3, 4, 5].slice(5 - keep).map(backupOf));
  });

  it("hold what this run has saved and what it restores, whatever the number", () => {
    for (const day of [1, 2, 3, 4]) server.backup(backupOf(day));
    const program = `LAST_BACKUP=$BERTH_BACKUP_PATH/${backupOf(2)}; prune_backups`;
    expect(server.run(program, { BERTH_KEEP_BACKUPS: "0", BERTH_RESTORE_DATA: backupOf(3) }).code).toBe(0);
    expect(server.names(server.backupPath)).toEqual([backupOf(2), backupOf(3)]);
  });

  it("are not others' folders, which stay", () => {
    for (const day of [1, 2]) server.backup(backupOf(day));
    server.write(join(server.backupPath, "backup_20251231/blog.db"));
    server.write(join(server.backupPath, "zzz evil/backup"));
    expect(server.run("prune_backups", { BERTH_KEEP_BACKUPS: "1" }).code).toBe(0);
    expect(server.names(server.backupPath)).toEqual([backupOf(2), "backup_20251231", "zzz evil"]);
  });

  it.each([
    "0",
    "-1",
    "1.5",
    "x",
    "1000000000",
  ])("are not asked for by keep_backups %j: the job ends in one line", (keep) => {
    const { stdout } = server.run("data_settings_problem", { BERTH_KEEP_BACKUPS: keep });
    expect(stdout).toBe(
      `keep_backups is "${keep}"\tgive a number from 1 on: the backup that a deploy makes must outlive it\n`,
    );
  });

  it("do not follow a link that somebody has put in a backup's place", () => {
    server.write("home/precious/backup", "");
    symlinkSync(join(server.root, "home/precious"), join(server.backupPath, backupOf(1)));
    server.backup(backupOf(2));
    chmodSync(join(server.root, "home/precious"), 0o755);
    expect(server.run("prune_backups", { BERTH_KEEP_BACKUPS: "1" }).code).toBe(0);
    expect(server.names("home/precious")).toEqual(["backup"]);
  });
});
