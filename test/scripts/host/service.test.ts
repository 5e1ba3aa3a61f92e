import { chmodSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Server } from "./server.ts";

let server: Server;
beforeEach(() => {
  server = new Server();
});
afterEach(() => server.remove());

/** The error and the cure that people read. */
const said = (log: string) => log.match(/(?<=^ {4})(error|cure): .*/gm);

describe("a service that does not start again", () => {
  beforeEach(() => {
    server.write("fails/systemctl-restart", "1\n");
  });

  it("is systemd's word where systemd was asked", () => {
    const { code, log } = server.run("may_be_root() { true; }; restart_service");
    expect(code).toBe(1);
    expect(said(log)).toEqual([
      "error: systemd could not start helpdesk.service",
      "cure: repair the application; its journal is above",
    ]);
  });

  it("is sudo's where sudo refused: there is no journal to read", () => {
    const { code, log } = server.run("may_be_root() { false; }; restart_service");
    expect(code).toBe(1);
    expect(said(log)).toEqual([
      'error: deploy may not run "systemctl restart helpdesk.service" as root',
      'cure: install the sudoers file that "berth host prepare" prints',
    ]);
  });
});

describe("a guard that ends what a transaction has started", () => {
  it("has nothing to say of processes that are another user's: each user ends its own", () => {
    const pkill = join(server.root, "tools/pkill");
    rmSync(pkill);
    server.write(
      pkill,
      '#!/bin/sh\necho "pkill $*" >>"$SERVER/calls"\necho "pkill: killing pid 7 failed: Operation not permitted" >&2\nexit 1\n',
    );
    chmodSync(pkill, 0o755);
    expect(server.run("kill_session 77 KILL")).toEqual({ code: 0, stdout: "", log: "" });
    expect(server.calls().filter((call) => call.startsWith("pkill "))).toEqual([
      "pkill -KILL --session 77",
      "pkill -KILL --session 77",
    ]);
  });
});
