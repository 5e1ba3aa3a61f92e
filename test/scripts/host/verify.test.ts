import { createHash } from "node:crypto";
import { chmodSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Server } from "./server.ts";

let server: Server;
beforeEach(() => {
  server = new Server();
  server.property("MainPID", "100");
  server.property("NRestarts", "0");
  server.property("ActiveState", "active");
});
afterEach(() => server.remove());

const id = "20260101T000000Z-1-aaaa";

/** The verification with a service that answers; `settings` are over the usual ones. Returns its problems. */
function problems(settings: Readonly<Record<string, string>> = {}, program = ""): string[] {
  const healthy = `health_answer() { echo "$1 answers 200"; }; sleep() { :; }`;
  const { stdout, code, log } = server.run(`${healthy}; ${program}\nverify_server`, settings);
  expect({ code, log }).toEqual({ code: 0, log: "" });
  return stdout.split("\n").filter((line) => line.startsWith("problem"));
}

function liveRelease(): string {
  const folder = server.release(id);
  const content = "# the application\n";
  server.write(join(folder, "wsgi.py"), content);
  const sha256 = createHash("sha256").update(content).digest("hex");
  server.write(
    join(folder, ".berth/manifest.json"),
    JSON.stringify({ version: "1.0.0", files: { "app/wsgi.py": { sha256 } } }),
  );
  chmodSync(server.write(join(folder, ".env.production"), "A=b\n"), 0o640);
  server.live(id);
  return folder;
}

describe("the verification", () => {
  it("has nothing to say of a release that is as it was deployed", () => {
    liveRelease();
    expect(problems({ BERTH_RELEASE: id })).toEqual([]);
  });

  it("finds that nothing is live", () => {
    expect(problems()[0]).toContain("nothing is live");
  });

  it("finds another release live", () => {
    liveRelease();
    expect(problems({ BERTH_RELEASE: "20260102T000000Z-2-bbbb" })[0]).toContain(
      `live is ${id}, not 20260102`,
    );
  });

  it("finds a switch that is not confirmed", () => {
    liveRelease();
    server.write(join(server.state, "pending"), `from=\nto=${id}\nrun=run-0\ndata=\n`);
    expect(problems()[0]).toContain(`the switch to ${id} is not confirmed`);
  });

  it("finds a changed, a missing and a further file", () => {
    const folder = liveRelease();
    server.write(join(folder, "wsgi.py"), "# something else\n");
    server.write(join(folder, "more.py"));
    expect(problems()[0]).toMatch(
      /app\/wsgi\.py: not the content that was built; more\.py: not in the package/,
    );
  });

  it.each([0o644, 0o604, 0o641, 0o642, 0o777])("finds an environment file of mode %o", (mode) => {
    const folder = liveRelease();
    chmodSync(join(folder, ".env.production"), mode);
    expect(problems()[0]).toContain(`.env.production has mode ${mode.toString(8)}`);
  });

  it.each([0o640, 0o600, 0o440])("is content with an environment file of mode %o", (mode) => {
    const folder = liveRelease();
    chmodSync(join(folder, ".env.production"), mode);
    expect(problems()).toEqual([]);
  });

  it("finds a service that is not active, and one that was restarted or is another process meanwhile", () => {
    liveRelease();
    server.property("ActiveState", "failed");
    expect(problems()[0]).toContain("helpdesk is failed");
    server.property("ActiveState", "active");
    server.property("NRestarts", "2");
    expect(problems()[0]).toContain("does not stay up: 2 restarts");
    server.property("NRestarts", "0");
    const another = `sleep() { echo 101 >"$SERVER/units/helpdesk.service/MainPID"; }`;
    expect(problems({}, another)[0]).toContain("does not stay up");
  });

  it("finds one bad answer of three", () => {
    liveRelease();
    const third = `health_answer() { echo x >>"$SERVER/asked"; (($(wc -l <"$SERVER/asked") < 3)) || { echo 'answers 500'; return 1; }; }`;
    expect(problems({}, third)[0]).toContain("answer 3 of 3: answers 500");
  });
});
