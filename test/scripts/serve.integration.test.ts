import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ask } from "../faults/server/customers.ts";
import { skippedWhere } from "../skipped.ts";

const serve = fileURLToPath(new URL("../../scripts/host/serve.py", import.meta.url));
const holderProgram = fileURLToPath(new URL("socket_holder.py", import.meta.url));

/** What any Python server does: it opens its port by itself, says nothing of SIGTERM, and drops its threads at its end. */
const application = (name: string) => `
import http.server, os, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self): self.answer()
    def do_POST(self):
        open("asked", "w").close()
        self.rfile.read(int(self.headers["Content-Length"]))
        self.answer()
    def answer(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"${name}")
    def log_message(self, *words): pass
class Application(http.server.ThreadingHTTPServer):
    daemon_threads = True
try:
    Application(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
except KeyboardInterrupt:
    sys.exit(7)
`;

describe("serve.py", skippedWhere(process.platform === "linux" ? "" : "needs Linux"), () => {
  let folder: string;
  let holder: ChildProcessWithoutNullStreams;
  let port: number;
  const said: string[] = [];

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "berth-serve-"));
    holder = spawn("python3", [holderProgram], { cwd: folder });
    said.length = 0;
    createInterface({ input: holder.stdout }).on("line", (line) => said.push(line));
    holder.stderr.pipe(process.stderr);
    port = Number(await line(/^\d+$/));
  });
  afterEach(async () => {
    const ended = once(holder, "close");
    holder.stdin.end();
    await ended;
    rmSync(folder, { recursive: true, force: true });
  });

  /** Waits for a line of the holder's. */
  async function line(pattern: RegExp): Promise<string> {
    for (let waited = 0; waited < 50_000; waited += 20) {
      const found = said.find((text) => pattern.test(text));
      if (found !== undefined) return found;
      await pause(20);
    }
    throw new Error(`${pattern} did not come: ${said.join("; ")}`);
  }

  /** Starts the application on the socket and returns how to end it: `stop` gives its exit code. */
  async function start(name: string, words?: readonly string[], stopTimeout = "10") {
    writeFileSync(join(folder, `${name}.py`), application(name));
    holder.stdin.write(`${JSON.stringify([name, [serve, ...(words ?? [`${name}.py`])], stopTimeout])}\n`);
    const pid = Number((await line(new RegExp(`^started ${name} `))).split(" ")[2]);
    return {
      stop: async () => {
        process.kill(pid, "SIGTERM");
        return Number((await line(new RegExp(`^ended ${name} `))).split(" ")[2]);
      },
    };
  }

  /** Waits until the application has begun with a slow request. */
  async function asked(): Promise<void> {
    while (!existsSync(join(folder, "asked"))) await pause(20);
  }

  const get = () => ask({ address: "127.0.0.1", port, path: "/" });
  const slowly = (pause: number) =>
    ask({ address: "127.0.0.1", port, method: "POST", path: "/", body: "0123456789", pause });
  const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

  it("gives the program the socket, lets a slow request finish, and keeps new ones for the next process", async () => {
    const old = await start("old");
    expect(await get()).toEqual({ status: 200, text: "old" });
    const slow = slowly(1500);
    await asked();
    const ended = old.stop();
    await pause(200);
    const waiting = get();
    expect(await slow).toEqual({ status: 200, text: "old" });
    expect(await ended).toBe(7);
    await start("new");
    expect(await waiting).toEqual({ status: 200, text: "new" });
  });

  it("does not wait for connections on which nothing is asked", async () => {
    const old = await start("old", undefined, "40");
    expect((await get()).status).toBe(200);
    const silent = createConnection(port, "127.0.0.1").on("error", () => undefined);
    await once(silent, "connect");
    await pause(100);
    const began = Date.now();
    expect(await old.stop()).toBe(7);
    expect(Date.now() - began).toBeLessThan(30_000);
    silent.destroy();
  });

  it("ends a request that takes longer than the stop's time", async () => {
    const old = await start("old", undefined, "1");
    expect((await get()).status).toBe(200);
    const slow = slowly(30_000);
    await asked();
    expect(await old.stop()).toBe(7);
    expect((await slow).status).toBe(0);
  });

  it.each([
    ["a module", ["-m", "as_module"]],
    ["a line of code", ["-c", "import as_module"]],
  ])("runs %s as python does", async (_, words) => {
    writeFileSync(join(folder, "as_module.py"), application("module"));
    await start("unused", words);
    expect(await get()).toEqual({ status: 200, text: "module" });
  });

  it("does nothing where systemd hands over no socket", async () => {
    writeFileSync(join(folder, "plain.py"), "import sys; print(sys.argv, __name__, sys.path[0])");
    const child = spawn("python3", [serve, "plain.py", "a b", "-x"], { cwd: folder });
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (part: string) => {
      output += part;
    });
    await once(child, "close");
    expect(output).toBe(`['plain.py', 'a b', '-x'] __main__ ${folder}\n`);
  });
});
