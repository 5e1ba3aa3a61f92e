import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Server } from "./server.ts";

let server: Server;
beforeEach(() => {
  server = new Server();
});
afterEach(() => server.remove());

const [a, b, c] = ["20260101T000000Z-1-aaaa", "20260102T000000Z-2-bbbb", "20260103T000000Z-3-cccc"] as const;

describe("the release to go back to", () => {
  const target = () => server.run("rollback_target").stdout.trim();

  it("is the one that was live before, also where an older and a newer one are there", () => {
    server.release(a);
    server.release(b, { previous: a });
    server.release(c, { previous: b });
    server.live(b);
    expect(target()).toBe(a);
  });

  it("is the newest older one where that is gone, never a newer one", () => {
    server.release(b, { previous: "gone" });
    server.release(c, { previous: b });
    server.live(b);
    expect(target()).toBe("");
    server.release(a);
    expect(target()).toBe(a);
  });

  it("is none that was never confirmed", () => {
    server.release(a, { confirmed: false });
    server.release(b, { previous: a });
    server.live(b);
    expect(target()).toBe("");
  });

  it("is none where nothing is live", () => {
    server.release(a);
    expect(server.run("rollback_target")).toMatchObject({ code: 0, stdout: "" });
  });
});

describe("the layout", () => {
  it("names the live release and its version", () => {
    server.release(a, { version: "2.3.4" });
    server.live(a);
    expect(server.run('live_release; version_of "$(live_release)"').stdout).toBe(`${a}\n2.3.4\n`);
  });

  it("lists confirmed releases newest first, by their names", () => {
    for (const id of [b, a, c]) server.release(id);
    server.release("20260104T000000Z-4-dddd", { confirmed: false });
    expect(server.run("confirmed_releases").stdout).toBe(`${c}\n${b}\n${a}\n`);
  });

  it("writes a file whole, or leaves the old one and nothing beside it", () => {
    const file = server.write("www/helpdesk/.deploy/note", "old\n");
    expect(server.run(`printf 'new\\n' | write_file "$STATE/note"; cat "$STATE/note"`).stdout).toBe("new\n");
    const failed = server.run(`mv() { return 1; }; printf 'newer\\n' | write_file ${file}`);
    expect(failed.code).toBe(1);
    expect(server.run(`cat ${file}`).stdout).toBe("new\n");
    expect(server.names(server.state)).toEqual(["note", "runs"]);
  });
});
