import { existsSync, mkdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Server } from "./server.ts";

let server: Server;
beforeEach(() => {
  server = new Server();
});
afterEach(() => server.remove());

const [a, b] = ["20260101T000000Z-1-aaaa", "20260102T000000Z-2-bbbb"] as const;

/** Notes a switch from a to b by the run `run-0`, as one that was cut short leaves it; b is live already. */
function cutSwitch(confirmedBy?: string): void {
  server.release(a);
  server.release(b, { confirmed: false });
  if (confirmedBy !== undefined)
    server.write(join(server.releases, b, ".berth/confirmed"), `2026-01-02T00:00:00Z, run ${confirmedBy}\n`);
  server.live(b);
  server.write(join(server.state, "pending"), `from=${a}\nto=${b}\nrun=run-0\ndata=\nstarted=\n`);
}

/** The folder of a run that died: with its settings, and without a result. */
function deadRun(name: string, release: string, action = "deploy"): string {
  const settings = {
    BERTH_SERVICE_NAME: "helpdesk",
    BERTH_SERVICE_USER: process.env.USER ?? "root",
    BERTH_DEPLOY_PATH: server.deployPath,
    BERTH_BACKUP_PATH: server.backupPath,
    BERTH_ACTION: action,
    BERTH_RELEASE: release,
  };
  const lines = Object.entries(settings).map(
    ([key, value]) => `${key}=${Buffer.from(value).toString("base64")}\n`,
  );
  const folder = join(server.state, "runs", name);
  server.write(join(folder, "settings"), lines.join(""));
  server.write(join(folder, "boot"), "an earlier one\n");
  server.write(join(folder, "step"), "Watch\n");
  return folder;
}

const live = () => readlinkSync(join(server.deployPath, "current")).replace("releases/", "");

describe("a switch that was interrupted", () => {
  it("is undone: the release that was live is live again, and the other one is gone", () => {
    cutSwitch();
    const { code, log } = server.run("recover_leftovers");
    expect({ code, log }).toMatchObject({ code: 0 });
    expect(log).toContain(`the switch to ${b} was interrupted before its confirmation: back to ${a}`);
    expect(live()).toBe(a);
    expect(server.names(server.releases)).toEqual([a]);
    expect(server.calls()).toContain("systemctl restart helpdesk.service");
    expect(existsSync(join(server.state, "pending"))).toBe(false);
  });

  it("is undone without a loss of what is to be put live next: a Retry is right the first time", () => {
    cutSwitch();
    deadRun("run-0", b);
    const { code } = server.run(`PROTECTED_RELEASE=${b}; recover_leftovers; is_complete ${b}`);
    expect(code).toBe(0);
    expect(live()).toBe(a);
    expect(server.names(server.releases)).toEqual([a, b]);
  });

  it("stays where that very run had confirmed it", () => {
    cutSwitch("run-0");
    expect(server.run("recover_leftovers").code).toBe(0);
    expect(live()).toBe(b);
  });

  it("is undone where the release had been confirmed by an earlier run, which keeps it", () => {
    cutSwitch("run-00");
    expect(server.run("recover_leftovers").code).toBe(0);
    expect(live()).toBe(a);
    expect(server.names(server.releases)).toEqual([a, b]);
  });

  it("gives the release of before its environment file back", () => {
    cutSwitch("run-00");
    server.write(join(server.releases, b, ".env.production"), "NEW=1\n");
    writeFileSync(join(deadRun("run-0", b), "env.before"), "OLD=1\n");
    expect(server.run("recover_leftovers").code).toBe(0);
    expect(readFileSync(join(server.releases, b, ".env.production"), "utf8")).toBe("OLD=1\n");
    expect(existsSync(join(server.state, "runs/run-0/env.before"))).toBe(false);
  });
});

describe("a run that died", () => {
  it("gets a result that names the step, and its half-made release goes", () => {
    server.release(a);
    server.live(a);
    server.release(b, { confirmed: false, complete: false });
    const folder = deadRun("run-0", b);
    writeFileSync(join(folder, "env"), "SECRET=1\n");
    expect(server.run("recover_leftovers").code).toBe(0);
    const result = readFileSync(join(folder, "result"), "utf8");
    expect(result).toMatch(/^outcome=failed$/m);
    expect(result).toContain('cause=the deploy was killed in the step "Watch"');
    expect(server.names(server.releases)).toEqual([a]);
    expect(existsSync(join(folder, "env"))).toBe(false);
  });

  it("gives the room of a half-made backup, and of copies for a trial, back", () => {
    server.release(a);
    server.live(a);
    deadRun("run-0", b);
    for (const place of [
      join(server.backupPath, ".partial-run-0/blog/db"),
      join(server.shared, ".scratch-run-0"),
      join(server.shared, ".trial-run-0/blog"),
      join(server.shared, ".new-123/data"),
    ])
      mkdirSync(place, { recursive: true });
    server.write(join(server.state, "current.new"));
    server.write(join(server.state, "settings.new.77"));
    server.write(join(server.shared, "blog/app.db"));
    expect(server.run("recover_leftovers").code).toBe(0);
    expect(server.names(server.backupPath)).toEqual([]);
    expect(server.names(server.shared)).toEqual(["blog"]);
    expect(server.names(server.state)).toEqual(["log", "runs"]);
  });

  it("was one that is live and confirmed, where it died after that: old secrets go", () => {
    server.release(a);
    server.write(join(server.releases, a, ".berth/confirmed"), "2026-01-02T00:00:00Z, run run-0\n");
    server.live(a);
    const folder = deadRun("run-0", a);
    writeFileSync(join(folder, "env.before"), "OLD=1\n");
    expect(server.run("recover_leftovers").code).toBe(0);
    expect(readFileSync(join(folder, "result"), "utf8")).toMatch(/^outcome=live$/m);
    expect(existsSync(join(folder, "env.before"))).toBe(false);
  });

  it("was a rollback, whose release is kept; what was started in it for a trial ends", () => {
    server.release(a);
    server.release(b);
    server.live(b);
    writeFileSync(join(deadRun("run-0", "", "rollback"), "release"), `${a}\n`);
    server.write(
      "units/listed",
      "helpdesk-trial.service loaded active running helpdesk: a release is tried\n",
    );
    expect(server.run("recover_leftovers").code).toBe(0);
    expect(server.calls().some((call) => call.endsWith("systemctl stop helpdesk-trial.service"))).toBe(true);
    expect(server.names(server.releases)).toEqual([a, b]);
  });
});

describe("a release that is discarded", () => {
  const discard = (id: string) => server.run(`discard_release '${id}'`);

  it("is one that never was live", () => {
    server.release(b, { confirmed: false });
    expect(discard(b).log).toContain(`removed the unfinished release ${b}`);
    expect(server.names(server.releases)).toEqual([]);
  });

  it("is never one that was confirmed", () => {
    server.release(b);
    expect(discard(b).code).toBe(0);
    expect(server.names(server.releases)).toEqual([b]);
  });

  it("is never the live one", () => {
    server.release(b, { confirmed: false });
    server.live(b);
    expect(discard(b).code).toBe(0);
    expect(server.names(server.releases)).toEqual([b]);
  });

  it("is nothing where there is none, and where no name is given", () => {
    server.release(a, { confirmed: false });
    expect(discard("").code).toBe(0);
    expect(discard(b).code).toBe(0);
    expect(server.names(server.releases)).toEqual([a]);
  });
});
