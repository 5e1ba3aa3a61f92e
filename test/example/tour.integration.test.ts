import { execFile, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { openSession, runPipeline } from "../../examples/tour/delivery.ts";
import { health } from "../../examples/tour/helpdesk.ts";
import { type Tour, tell } from "../../examples/tour/tell.ts";
import { run } from "../../src/host/subprocess.ts";
import { Needs } from "../../src/smoke/index.ts";
import { skippedWhere } from "../skipped.ts";

/* Each way in which `npm start` cannot go on. What needs a server is in tour.host.test.ts. */
const root = fileURLToPath(new URL("../..", import.meta.url));

describe("npm start", () => {
  it.each([
    [["--executor", "docker"], "--executor docker: must be auto, shell or container"],
    [["--exekutor", "shell"], "Unknown option '--exekutor'"],
  ])("called with %j says in one line what is wrong", async (args, message) => {
    const { code, stdout, stderr } = await start(args);
    expect({ code, stdout, lines: stderr.split("\n").length }).toEqual({ code: 2, stdout: "", lines: 2 });
    expect(stderr).toContain(`the tour ends here: ${message}`);
  });

  const where = skippedWhere(
    unreadableForOthers() ? "root's Node.js or checkout is closed to other users" : "",
  );
  it("says in one line that this user cannot have a server", where, async () => {
    const { code, stdout, stderr } = await start([], ordinaryUser());
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(
      /^the tour ends here: a throw-away server cannot run here: it needs (?:Linux|root)[^\n]*\n$/,
    );
  });
});

describe("a story that cannot go on", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "berth-tour-test-"));
    mkdirSync(join(folder, "tmp"));
    vi.stubEnv("TMPDIR", join(folder, "tmp"));
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true, force: true });
  });

  it("says that a job failed, its last lines, and where its log is", async () => {
    const { code, stderr } = await told((tour) =>
      deliver(tour, { pack: { script: ["echo no space is left", "exit 3"] } }),
    );
    expect(code).toBe(1);
    expect(stderr).toContain("    no space is left\n");
    const [traces = ""] = readdirSync(join(folder, "tmp"));
    const file = join(folder, "tmp", traces, "01-pack.log");
    expect(stderr.endsWith(`\nthe tour ends here: pack: failed; its whole log: ${file}\n`)).toBe(true);
    expect(readFileSync(file, "utf8")).toContain("no space is left");
    expect(readdirSync(join(folder, "tmp")), "only the log stays").toEqual([traces]);
  });

  it("says why a job could not be run", async () => {
    const { code, stderr } = await told((tour) =>
      deliver(tour, { pack: { image: "berth.invalid/nobody-has-this:1", script: ["true"] } }, "container"),
    );
    expect(code).toBe(1);
    expect(stderr).toMatch(/\n {4}no container engine [^\n]+\nthe tour ends here: pack: failed; [^\n]+\n$/);
  });

  it("says why the pipeline was not created", async () => {
    const { code, stderr } = await told((tour) => deliver(tour, { pack: {} }));
    expect(code).toBe(1);
    expect(stderr).toMatch(/\nthe tour ends here: the pipeline was not created: [^\n]*pack[^\n]*\n$/);
    expect(readdirSync(join(folder, "tmp"))).toEqual([]);
  });

  it("after Ctrl-C ends the job that runs, leaves nothing, and does not call it a failed proof", async () => {
    const interrupted = new AbortController();
    const { code, stderr } = await told(
      (tour) => deliver(tour, { wait: { script: ["sleep 600"] } }),
      interrupted,
      (line) => line.includes("  wait (") && interrupted.abort(),
    );
    expect(code).toBe(2);
    expect(stderr).toMatch(/\nthe tour ends here: interrupted\n$/);
    expect(readdirSync(join(folder, "tmp"))).toEqual([]);
  });

  it("says why there is no package index: pip reaches none, and apt knows no archive", async () => {
    writeFileSync(join(folder, "apt.conf"), aptWithoutSources(folder));
    vi.stubEnv("APT_CONFIG", join(folder, "apt.conf"));
    vi.stubEnv("XDG_CACHE_HOME", join(folder, "cache"));
    vi.stubEnv("PIP_CONFIG_FILE", "/dev/null");
    vi.stubEnv("PIP_INDEX_URL", `${await closedAddress()}/simple/`);
    const { code, stdout, stderr } = await told(async ({ say, signal }) => {
      await new Needs({ keep: false, say, signal }).provide(["packages"]);
    });
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/\nthe tour ends here: [^\n]*\bapt\b[^\n]*\n$/);
  });

  it("says that the application does not answer", async () => {
    const address = await closedAddress();
    const { code, stderr } = await told(async () => void (await health(thisMachine, address)));
    expect(code).toBe(1);
    expect(stderr).toMatch(/^the tour ends here: the application does not answer: curl: \(7\) [^\n]+\n$/);
  });

  it.each([
    ["an error", 502, "Bad Gateway", /the application does not answer: curl: \(22\) [^\n]*502/],
    ["what is no JSON", 200, "<h1>Welcome</h1>\n", /not as expected: <h1>Welcome<\/h1>/],
    ["JSON of another kind", 200, '{"status": "ok"}', /not as expected: {"status": "ok"}/],
  ])("says that the application answers with %s", async (_, status, body, message) => {
    const server = await serve((_request, response) => response.writeHead(status).end(body));
    try {
      const { code, stderr } = await told(async () => void (await health(thisMachine, server.address)));
      expect({ code, lines: stderr.split("\n").length }).toEqual({ code: 1, lines: 2 });
      expect(stderr).toMatch(message);
    } finally {
      await server.close();
    }
  });

  it("cleans up in reverse order also where a cleanup fails, and says which", async () => {
    const order: string[] = [];
    const { code, stderr } = await told(async (tour) => {
      tour.cleanUpWith(async () => order.push("first"));
      tour.cleanUpWith(async () => Promise.reject(new Error("the disk does not unmount")));
      tour.cleanUpWith(async () => order.push("last"));
      throw new Error("two\n  lines\n");
    });
    expect({ code, order }).toEqual({ code: 2, order: ["last", "first"] });
    expect(stderr).toBe("the tour ends here: two; lines\nthe disk does not unmount\n");
  });

  async function deliver(
    tour: Tour,
    jobs: Record<string, object>,
    executor: "shell" | "container" = "shell",
  ): Promise<void> {
    mkdirSync(join(folder, "project"));
    writeFileSync(join(folder, "project/.gitlab-ci.yml"), JSON.stringify(jobs));
    const session = await openSession(tour, executor, join(folder, "project"));
    await runPipeline(tour, session, { title: "A version", changes: {}, variables: [] });
  }
});

/** Tells a story as `npm start` does, and returns what came out; `watch` is called with each piece of talk. */
async function told(
  story: (tour: Tour) => Promise<void>,
  interrupted = new AbortController(),
  watch: (text: string) => unknown = () => undefined,
): Promise<{ code: number; stdout: string; stderr: string }> {
  const out: string[] = [];
  const err: string[] = [];
  const code = await tell(story, {
    signal: interrupted.signal,
    stdout: { write: (text) => out.push(text) },
    stderr: { write: (text) => [err.push(text), watch(text)] },
  });
  return { code, stdout: out.join(""), stderr: err.join("") };
}

function start(
  args: readonly string[],
  user: { uid?: number; gid?: number } = {},
): Promise<{ code: number; stdout: string; stderr: string }> {
  const command = ["--import", "tsx", join(root, "examples/tour/tour.ts"), ...args];
  return new Promise((done) => {
    execFile(process.execPath, command, { cwd: root, ...user }, (error, stdout, stderr) => {
      done({ code: typeof error?.code === "number" ? error.code : 0, stdout, stderr });
    });
  });
}

/** Root steps down to an ordinary user; everybody else is one. */
function ordinaryUser(): { uid?: number; gid?: number } {
  return process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
}

/** Root's own Node.js or checkout may be closed to others. */
function unreadableForOthers(): boolean {
  const user = ordinaryUser();
  return (
    user.uid !== undefined && spawnSync(process.execPath, ["--version"], { cwd: root, ...user }).status !== 0
  );
}

/** The application of these tests listens on this machine. */
const thisMachine = { run };

async function serve(listener: RequestListener) {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

/** An address on loopback on which nobody listens. */
async function closedAddress(): Promise<string> {
  const { address, close } = await serve(() => undefined);
  await close();
  return address;
}

function aptWithoutSources(folder: string): string {
  return ["Dir::Etc::SourceList", "Dir::Etc::SourceParts"]
    .map((name) => `${name} "/dev/null";\n`)
    .concat(`Dir::State::Lists "${folder}/lists";\n`)
    .join("");
}
