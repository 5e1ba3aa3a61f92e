import { type ChildProcess, execFile, spawn } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { indexOrReason } from "../scripts/package-index.ts";
import { skippedWhere } from "../skipped.ts";

const example = fileURLToPath(new URL("../../examples/flask-helpdesk", import.meta.url));
const { start, reason } = indexOrReason();
const run = promisify(execFile);

/** The example as a consumer has it, with its requirements in a virtual environment, served in each way that it promises. */
describe("the Flask helpdesk", { ...skippedWhere(reason), timeout: 120_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), "berth-helpdesk-"));
  const python = join(folder, "venv/bin/python");
  const servers: ChildProcess[] = [];

  beforeAll(async () => {
    const index = await start();
    try {
      cpSync(example, folder, {
        recursive: true,
        filter: (path) => !/__pycache__|blog\/db|\/\.berth/.test(path),
      });
      await run("python3", ["-m", "venv", join(folder, "venv")]);
      const install = [
        "-m",
        "pip",
        "install",
        "--quiet",
        "-r",
        "requirements.txt",
        "-r",
        "requirements-test.txt",
      ];
      await run(python, install, { cwd: folder, env: { ...index.environment, PATH: process.env.PATH } });
    } finally {
      await index.stop();
    }
  }, 600_000);
  afterAll(() => {
    for (const server of servers) server.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  });

  it("passes its own tests", async () => {
    const { stdout } = await run(python, ["-B", "-m", "pytest", "-q", "-p", "no:cacheprovider"], {
      cwd: folder,
    });
    expect(stdout).toMatch(/\d+ passed/);
  });

  it.each<[string, (port: number) => string[]]>([
    ["python wsgi.py", () => ["wsgi.py"]],
    ["gunicorn", (port) => ["-m", "gunicorn", "--workers=3", `--bind=127.0.0.1:${port}`, "wsgi:application"]],
    ["waitress", (port) => ["-m", "waitress", `--listen=127.0.0.1:${port}`, "wsgi:application"]],
  ])("keeps its tickets when it is served by %s", async (_, args) => {
    const port = await freePort();
    const before = await ticketsIn(folder);
    const key = 'SECRET_KEY="a key with 16 characters, and \\"more\\""';
    writeFileSync(join(folder, ".env.production"), `${key}\nPORT="${port}"\nAPP_VERSION="1.4.0"\n`);
    const server = spawn(python, args(port), { cwd: folder, env: {}, stdio: "ignore" });
    servers.push(server);
    const url = `http://127.0.0.1:${port}`;
    await expect
      .poll(
        () =>
          fetch(`${url}/healthz`).then(
            (answer) => answer.status,
            () => 0,
          ),
        { timeout: 20_000 },
      )
      .toBe(200);
    const body = new URLSearchParams({ subject: "Printer on fire", requester: "Ada" });
    const opened = await fetch(`${url}/tickets`, { method: "POST", body });
    expect(opened.status).toBe(200);
    expect(await opened.text()).toContain("Printer on fire");
    expect(await (await fetch(`${url}/healthz`)).json()).toEqual({
      status: "ok",
      version: "1.4.0",
      tickets: before + 1,
    });
    server.kill("SIGTERM");
    expect(await ticketsIn(folder)).toBe(before + 1);
  });

  it("makes its database once, however many workers start at the same moment", async () => {
    const database = join(folder, "fresh/blog.db");
    const env = { SECRET_KEY: "0123456789abcdef", DATABASE: database };
    const starts = Array.from({ length: 6 }, () => run(python, ["-c", "import wsgi"], { cwd: folder, env }));
    await Promise.all(starts);
    expect(await ticketsIn(folder, database)).toBe(0);
  });

  it("says in one line which setting is missing", async () => {
    rmSync(join(folder, ".env.production"), { force: true });
    const failure = await run(python, ["wsgi.py"], { cwd: folder, env: {} }).catch((error) => error);
    expect(failure.stderr).toBe(
      "helpdesk: SECRET_KEY needs 16 characters or more: write it into .env.production (see .env.example)\n",
    );
  });
});

async function ticketsIn(folder: string, database = join(folder, "blog/db/blog.db")): Promise<number> {
  const count =
    "import sqlite3, sys; print(sqlite3.connect(sys.argv[1]).execute('SELECT count(*) FROM ticket').fetchone()[0])";
  const { stdout } = await run("python3", ["-c", count, database]).catch(() => ({ stdout: "0" }));
  return Number(stdout);
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
