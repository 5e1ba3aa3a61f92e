import { chmodSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Server } from "./server.ts";

let server: Server;
beforeEach(() => {
  server = new Server();
});
afterEach(() => server.remove());

describe("the checks of a server", () => {
  it("find data that is another user's than the service's", () => {
    const paths = { BERTH_PERSISTENT_PATHS: "blog/db data uploads", BERTH_SERVICE_USER: "helpdesk" };
    for (const path of ["blog/db", "data"]) mkdirSync(join(server.shared, path), { recursive: true });
    const another = 'as_service() { [[ $1 != test || $3 != */data ]] && "$@"; }';
    const { code, stdout } = server.run(`${another}; check_data`, paths);
    expect(code).toBe(0);
    const place = join(server.shared, "data");
    expect(stdout).toBe(
      `problem\thelpdesk cannot read and write ${place}\tas root: chown -R helpdesk: ${place}; where the application is to run as helpdesk from now on: the script of "berth host prepare --service-user helpdesk"\n`,
    );
    expect(server.run("check_data", paths).stdout).toBe("");
    expect(server.run("as_service() { false; }; check_data", paths).stdout).toBe("");
  });

  it.each([
    ["deploy", "echo b true", /^note\tlogind ends .*KillExcludeUsers=root deploy/],
    ["deploy", "echo b false", /^$/],
    ["deploy", "exit 1", /^$/],
    ["root", "echo b true", /^$/],
  ])("say whether logind ends a deploy with its connection: %s, %s", (user, answer, said) => {
    chmodSync(server.write("tools/busctl", `#!/bin/sh\n${answer}\n`), 0o755);
    const { code, stdout } = server.run(`id() { echo ${user}; }; check_logind`);
    expect(code).toBe(0);
    expect(stdout).toMatch(said);
  });
});
