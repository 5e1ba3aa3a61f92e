import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const host = (name: string) => fileURLToPath(new URL(`../../scripts/host/${name}`, import.meta.url));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "berth-trial-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, text: string): string {
  const file = join(folder, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

describe("the unit of a trial", () => {
  it("is the service's, in the release's folder, and reaches nothing outside", () => {
    expect(
      trialOf(
        `
[Unit]
Description=Shop
Requires=postgresql.service
OnFailure=mail@%n.service
FailureAction=reboot

[Service]
Type=notify
User=somebody
# ExecStart=/bin/false
WorkingDirectory=/srv/shop/current/src
Environment="GREETING=a = b" \\
  PATH=/srv/shop/current/venv/bin
ExecStartPre=+/bin/mkdir /run/shop
ExecStart=@-/srv/shop/current/venv/bin/gunicorn shop \\
  --bind 0.0.0.0:8000 wsgi
ExecStopPost=/bin/rm -rf /run/shop
ExecReload=/bin/kill -HUP $MAINPID
Restart=always
RestartSec=3
PIDFile=/run/shop.pid
RuntimeDirectory=%N shop/cache
RuntimeDirectoryMode=0700
RuntimeMaxSec=7d
StandardOutput=append:/var/log/shop.log
WatchdogSec=20
MemoryMax=300M
KillMode=process

[Install]
WantedBy=multi-user.target
`,
        "[Unit]\nRequires=shop.socket\n[Service]\nKillSignal=SIGINT\nProtectSystem=strict\n",
      ),
    ).toBe(`[Unit]
Description=shop: a release is tried
CollectMode=inactive-or-failed
StartLimitIntervalSec=0
[Service]
User=somebody
WorkingDirectory=/srv/shop/releases/7/src
Environment="GREETING=a = b"    PATH=/srv/shop/releases/7/venv/bin
ExecStart=/usr/bin/python3 /srv/shop/releases/7/.berth/application.py trial /run/shop-trial /srv/shop/releases/7/venv/bin/gunicorn    --bind 0.0.0.0:8000 wsgi
RuntimeDirectory=shop-trial/shop
BindPaths=/run/shop-trial/shop:/run/shop
RuntimeDirectory=shop-trial/shop/cache
BindPaths=/run/shop-trial/shop/cache:/run/shop/cache
MemoryMax=300M
KillSignal=SIGINT
ProtectSystem=strict
Type=exec
User=www-data
RuntimeMaxSec=90
TimeoutStopSec=5
RuntimeDirectory=shop-trial
RuntimeDirectoryMode=0711
`);
  });

  it.each([
    [
      "ExecStart=:/bin/a $HOME",
      ":/usr/bin/python3 /srv/shop/releases/7/.berth/application.py trial /run/shop-trial /bin/a $HOME",
    ],
    [
      "ExecStart=+!/bin/a",
      "/usr/bin/python3 /srv/shop/releases/7/.berth/application.py trial /run/shop-trial /bin/a",
    ],
    ["ExecStart=", ""],
    [
      "ExecStart=/usr/local/lib/berth/launch shop /srv/shop/current",
      "/usr/local/lib/berth/launch shop /srv/shop/releases/7 /usr/bin/python3 /srv/shop/releases/7/.berth/application.py trial /run/shop-trial",
    ],
  ])("takes no right of root's and keeps how words are read: %s", (line, expected) => {
    expect(trialOf(`[Service]\n${line}\n`)).toContain(`\nExecStart=${expected}\n`);
  });

  it("leaves the way to the loopback open for the question", () => {
    const text = trialOf("[Service]\nRestrictAddressFamilies=AF_UNIX\nIPAddressDeny=any\n");
    expect(text).toContain("\nRestrictAddressFamilies=AF_UNIX AF_INET\n");
    expect(text).toContain("\nIPAddressAllow=localhost\nIPAddressDeny=any\n");
    expect(trialOf("[Service]\nRestrictAddressFamilies=~AF_PACKET\n")).toContain("=~AF_PACKET\n");
  });

  it("has a network of its own where that is asked for", () => {
    expect(trialOf("[Service]\nExecStart=/bin/a\n")).not.toContain("PrivateNetwork");
    expect(trialOf("[Service]\nExecStart=/bin/a\n", "", "yes")).toMatch(/\nPrivateNetwork=yes\n$/);
  });

  function trialOf(unit: string, dropIn = "", isolated = "no"): string {
    const values = {
      name: "shop",
      user: "www-data",
      current: "/srv/shop/current",
      release: "/srv/shop/releases/7",
      seconds: "90",
      isolated,
    };
    const given = Object.entries(values).flatMap(([name, value]) => ["-v", `${name}=${value}`]);
    const files = [write("shop.service", unit), write("berth.conf", dropIn)];
    const text = execFileSync("awk", [...given, "-f", host("trial_unit.awk"), ...files], {
      encoding: "utf8",
    });
    return text.slice(text.indexOf("\n") + 1);
  }
});

describe("application.py", () => {
  it.each([
    ["opens the port of `listen` itself", "('127.0.0.1', port)", 99],
    ["takes the socket", "None", 0],
  ])("judges a server that %s", async (_, place, verdict) => {
    const spare = execFileSync("python3", [
      "-c",
      "import socket; s = socket.socket(); s.bind(('127.0.0.1', 0)); print(s.getsockname()[1])",
    ]);
    const port = spare.toString().trim();
    const program = write(
      "server.py",
      `
import http.server, socket
port = ${port}
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
    def log_message(self, *words): pass
place = ${place}
server = http.server.HTTPServer(place or ("127.0.0.1", 0), Handler)
if not place:
    server.socket = socket.socket(fileno=3)
server.serve_forever()`,
    );
    const tried = write(".berth/application.py", readFileSync(host("application.py"), "utf8"));
    write(".berth/trial", ["auto", `http://127.0.0.1:${port}/`, "", "0", "60", port, port, ""].join("\n"));
    const child = spawn("python3", [tried, "trial", folder, "python3", program], { detached: true });
    const ended = once(child, "close");
    const report = join(folder, "report");
    for (const end = performance.now() + 60_000; !existsSync(report) && performance.now() < end; )
      await new Promise((resume) => setTimeout(resume, 50));
    process.kill(-child.pid!, "SIGKILL");
    await ended;
    expect(readFileSync(report, "utf8").split("\n")[0]).toBe(String(verdict));
  });

  it.each([
    ["python wsgi.py", "wsgi"],
    ["python .berth/serve.py wsgi.py", "wsgi"],
    ["gunicorn --workers 2 --worker-class gthread config.wsgi", "config.wsgi"],
    ["gunicorn -c gunicorn_conf.py --bind unix:/run/a.sock shop:create_app()", "shop"],
    ["uvicorn app.main:app --host 0.0.0.0 --port 8000", "app.main"],
    ["python -m gunicorn config.wsgi:application", "config.wsgi"],
    ["python -m flask --app shop run --host localhost:80", "shop"],
    ["flask --app=config.wsgi run", "config.wsgi"],
    ["python -m shop.server", "shop.server"],
    ["hypercorn --chdir src inner:app", "inner"],
    ["python src/inner.py", "inner"],
    ["hidden-server --port 80", ""],
  ])("finds the module that a start command names: %s", (command, module) => {
    for (const name of [
      "wsgi.py",
      "config/wsgi.py",
      "shop/__init__.py",
      "shop/server.py",
      "gunicorn_conf.py",
    ])
      write(name, "");
    const program = `import sys; sys.path.insert(0, ${JSON.stringify(dirname(host("x")))}); import application; print(application.importing(sys.argv[1:])[0])`;
    const words = command.split(" ").map((word) => (word.startsWith(".berth") ? join(folder, word) : word));
    expect(execFileSync("python3", ["-B", "-c", program, ...words], { cwd: folder, encoding: "utf8" })).toBe(
      `${module}\n`,
    );
  });

  it.each([
    [400, "<!doctype html>\n<html lang=en>\n<title>Bad Request</title>", "answers 400: Bad Request"],
    [500, "", "answers 500: (nothing)"],
    [200, "version \u001b[31m1", "answers 200, but does not show the version 2: version  [31m1"],
    [200, '{"version": "2"}', "answers 200 with version 2"],
  ])("says what came: %s %j", async (status, body, said) => {
    const server = `
import http.server
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(${status})
        self.end_headers()
        self.wfile.write(${JSON.stringify(body)}.encode())
    def log_message(self, *words): pass
server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()`;
    const child = spawn("python3", ["-c", server], { stdio: ["ignore", "pipe", "inherit"] });
    const [port] = await once(child.stdout, "data");
    const asked = spawn("python3", [
      host("application.py"),
      "answer",
      `http://127.0.0.1:${String(port).trim()}/healthz`,
      "2",
    ]);
    let output = "";
    asked.stdout.on("data", (part) => {
      output += part;
    });
    const [code] = await once(asked, "close");
    child.kill();
    expect(output).toContain(said);
    expect(code).toBe(said === "answers 200 with version 2" ? 0 : 1);
  });
});
