import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { listHosts } from "../../src/host/index.ts";
import { whereHostsBoot } from "../host/hosts.ts";

/* `npm start` where a server can be had: what Ctrl-C ends, and what it leaves. The other ways to fail: tour.test.ts. */
const root = fileURLToPath(new URL("../..", import.meta.url));
const namesOfHosts = () => listHosts().map(({ name }) => name);

describe("npm start after Ctrl-C", await whereHostsBoot(), () => {
  let temporary: string;
  beforeEach(() => {
    temporary = mkdtempSync(join(tmpdir(), "berth-tour-test-"));
    mkdirSync(join(temporary, "tmp"));
  });
  afterEach(() => rmSync(temporary, { recursive: true, force: true }));

  it("ends while pip waits for the package index", async () => {
    const index = createServer();
    const asked = once(index, "request");
    await new Promise<void>((resolve) => index.listen(0, "127.0.0.1", resolve));
    const { port } = index.address() as AddressInfo;
    const tour = start({ PIP_INDEX_URL: `http://127.0.0.1:${port}/simple/`, PIP_CONFIG_FILE: "/dev/null" });
    try {
      await Promise.race([asked, tour.ended]);
      tour.interrupt();
      const { code, stdout, stderr } = await tour.ended;
      expect({ code, stdout, stderr }).toEqual({
        code: 2,
        stdout: "",
        stderr: "the tour ends here: interrupted\n",
      });
      expect(readdirSync(join(temporary, "tmp"))).toEqual([]);
    } finally {
      index.closeAllConnections();
      index.close();
    }
  });

  it("ends in the first job, and takes the server down", async () => {
    const tour = start({});
    await Promise.race([tour.says("  validate_syntax ("), tour.ended]);
    const [, host] = /^The server (\S+) answers/m.exec(tour.stderr()) ?? [];
    expect(namesOfHosts(), tour.stderr()).toContain(host);
    tour.interrupt();
    const { code, stdout, stderr } = await tour.ended;
    expect({ code, stdout }, stderr).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/\nthe tour ends here: interrupted\n$/);
    expect(namesOfHosts()).not.toContain(host);
    expect(readdirSync(join(temporary, "tmp"))).toEqual([]);
  });

  function start(env: Record<string, string>) {
    const child = spawn(
      process.execPath,
      ["--import", "tsx", join(root, "examples/tour/tour.ts"), "--executor=shell"],
      {
        cwd: root,
        env: { ...process.env, ...env, TMPDIR: join(temporary, "tmp"), TSX_DISABLE_CACHE: "1" },
        stdio: ["ignore", "pipe", "pipe"],
      },
    );
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    return {
      stderr: () => stderr,
      interrupt: () => child.kill("SIGINT"),
      says: (text: string) =>
        new Promise<void>((resolve) => child.stderr.on("data", () => stderr.includes(text) && resolve())),
      ended: new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) => {
        child.on("close", (code) => resolve({ code, stdout, stderr }));
      }),
    };
  }
});
