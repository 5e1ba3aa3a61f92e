import { chmodSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Server } from "./server.ts";

let server: Server;
beforeEach(() => {
  server = new Server();
});
afterEach(() => server.remove());

describe("the checks of a server", () => {
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
