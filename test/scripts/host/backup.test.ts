import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  closeSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Server } from "./server.ts";

let server: Server;
beforeEach(() => {
  server = new Server();
});
afterEach(() => server.remove());

const paths = { BERTH_PERSISTENT_PATHS: "blog/db uploads" };
const header = "SQLite format 3\0";

/** Runs the backup step. Returns its answer, and the folder of the newest backup. */
function backUp(settings: Readonly<Record<string, string>> = paths, program = "") {
  const answer = server.run(`${program}\nback_up_data`, settings);
  const [newest] = server.run("backups").stdout.split("\n");
  return { ...answer, folder: join(server.backupPath, newest ?? "") };
}

/** A database with so many rows in the live data. */
function database(path: string, rows: number): string {
  const place = join(server.shared, path);
  const values = Array.from({ length: rows }, (_, index) => `(${index})`).join();
  server.sql(place, "CREATE TABLE t (n)", ...(rows > 0 ? [`INSERT INTO t VALUES ${values}`] : []));
  return place;
}

/** Another program that has a database open, once it has run `statements`, until the function that is returned is called. */
async function hold(place: string, statements: string): Promise<() => void> {
  const holding = `
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
${statements}
print("held", flush=True)
sys.stdin.read()`;
  const holder = spawn("python3", ["-c", holding, place], { stdio: ["pipe", "pipe", "inherit"] });
  await once(holder.stdout, "data");
  return () => holder.stdin.end();
}

/** All that is in a folder, with the folders in it, by their paths. */
function tree(folder: string): string[] {
  return execFileSync("find", [".", "-mindepth", "1", "-printf", "%P\\n"], { cwd: folder, encoding: "utf8" })
    .trim()
    .split("\n")
    .sort();
}

describe("the backup of the data", () => {
  it("holds each database with all its rows, also those that wait in its log", () => {
    database("blog/db/app.db", 3);
    database("uploads/deep/er/other.sqlite", 2);
    server.sql(
      join(server.shared, "blog/db/app.db"),
      "PRAGMA journal_mode = WAL",
      "INSERT INTO t VALUES (7)",
    );
    server.write(join(server.shared, "uploads/picture.jpg"), "a picture");
    const { code, log, folder } = backUp();
    expect(code).toBe(0);
    expect(log).toMatch(/blog\/db\/app\.db: 4 rows, [\d.]+ s\n.*uploads\/deep\/er\/other\.sqlite: 2 rows/);
    expect(tree(folder).filter((path) => lstatSync(join(folder, path)).isFile())).toEqual([
      ".backup",
      "blog/db/app.db",
      "uploads/deep/er/other.sqlite",
    ]);
    expect(server.sql(join(folder, "blog/db/app.db"), "SELECT count(*) FROM t")).toEqual([[4]]);
    expect(server.names(server.backupPath)).toHaveLength(1);
  });

  it("is made with one path, with two, and with eight", () => {
    for (const count of [1, 2, 8]) {
      const names = Array.from({ length: count }, (_, index) => `data-${index}`);
      for (const name of names) server.write(join(server.shared, name, "readme"));
      const { code, folder } = backUp({ BERTH_PERSISTENT_PATHS: names.join(" ") });
      expect(code).toBe(0);
      expect(readFileSync(join(folder, ".backup"), "utf8")).toContain("taken=");
    }
    expect(server.names(server.backupPath)).toHaveLength(3);
  });

  it("is made however slowly the list of the paths comes", () => {
    database("blog/db/app.db", 1);
    const slow = "persistent_paths() { echo blog/db; sleep 0.3; echo uploads; }";
    expect(backUp(paths, slow).log).not.toContain("nothing to save");
    expect(server.names(server.backupPath)).toHaveLength(1);
  });

  it("is not made where there is no path, and says so", () => {
    expect(server.run("back_up_data", { BERTH_PERSISTENT_PATHS: " " })).toMatchObject({
      code: 0,
      log: "    no persistent paths, nothing to save\n",
    });
    expect(server.names(server.backupPath)).toEqual([]);
  });

  it("is nobody's to write but the deploy user's, and nobody else's to read", () => {
    database("blog/db/app.db", 1);
    const { folder } = backUp();
    for (const path of tree(folder)) expect(statSync(join(folder, path)).mode & 0o027, path).toBe(0);
    expect(statSync(folder).mode & 0o027).toBe(0);
  });

  it("keeps the live release's manifest, and says what was live", () => {
    server.release("20260101T000000Z-1-aaaa");
    database("blog/db/app.db", 1);
    const { folder } = backUp(paths, "LIVE_BEFORE=20260101T000000Z-1-aaaa RELEASE=next");
    expect(readFileSync(join(folder, ".manifest.json"), "utf8")).toContain('"version":"1.0.0"');
    expect(readFileSync(join(folder, ".backup"), "utf8")).toMatch(/live=20260101T000000Z-1-aaaa\nfor=next\n/);
  });

  it("has a name after the newest one's, also where the clock was set back", () => {
    server.backup("29990101T000000Z-first");
    database("blog/db/app.db", 1);
    expect(server.run("back_up_data", paths).code).toBe(0);
    expect(server.names(server.backupPath)).toEqual(["29990101T000000Z-first", "29990101T000001Z-first"]);
  });
});

describe("what visitors upload", () => {
  it.each([
    ["a header and nothing else", header],
    ["a header and seven bytes", `${header}garbage`],
    ["a header and pages of noise", header + "noise ".repeat(5000)],
    ["a header of an unknown format", `${header}\x10\x00\x09\x09\x00\x40\x20\x20${"\0".repeat(4072)}`],
  ])("does not stop a deploy: %s", (_, content) => {
    database("blog/db/app.db", 1);
    server.write(join(server.shared, "uploads/upload-of-a-visitor.jpg"), content);
    for (const time of [1, 2]) {
      const { code, log, folder } = backUp();
      expect(`${time}: ${code}`).toBe(`${time}: 0`);
      expect(log).toMatch(/warning: uploads\/upload-of-a-visitor\.jpg looks like a database and is none/);
      expect(log).toContain("blog/db/app.db: 1 rows");
      expect(readFileSync(join(folder, ".damaged/uploads/upload-of-a-visitor.jpg"), "latin1")).toBe(content);
    }
  });

  it("does not stop or hold a deploy: a FIFO, a socket, a loop of links, links to elsewhere", async () => {
    database("blog/db/app.db", 1);
    const uploads = join(server.shared, "uploads");
    mkdirSync(join(uploads, "a/b"), { recursive: true });
    const fifo = "import os, sys\nfor path in sys.argv[1:]: os.mkfifo(path)";
    execFileSync("python3", ["-c", fifo, join(uploads, "fifo"), join(uploads, "fifo.db")]);
    symlinkSync("..", join(uploads, "a/b/up"));
    symlinkSync("/", join(uploads, "everything"));
    server.sql("home/other.db", "CREATE TABLE secret (n)");
    symlinkSync(join(server.root, "home/other.db"), join(uploads, "other.db"));
    const socket = createServer();
    // A socket's address has room for 107 bytes only.
    await new Promise<void>((done) => socket.listen(join(server.root, "home/s"), done));
    renameSync(join(server.root, "home/s"), join(uploads, "socket.db"));
    const { code, log, folder } = backUp();
    socket.close();
    expect(code).toBe(0);
    expect(log).toContain(
      "warning: links are not followed, what is behind them is not saved: 3, the first is uploads/",
    );
    expect(tree(folder)).toEqual([".backup", "blog", "blog/db", "blog/db/app.db"]);
  });

  it("does not stop a deploy, and reaches no other place, by its name", () => {
    const folder = join(server.shared, "uploads");
    mkdirSync(folder, { recursive: true });
    const program = `
import os, sqlite3, sys
for name in [b"line\\nfeed", b"\\xff\\xfe bytes", b"\\x1b[31mred", b"-rf", b" ", b"zzz-evil\\n.."]:
    os.mkdir(os.path.join(os.fsencode(sys.argv[1]), name))
    os.chdir(os.path.join(os.fsencode(sys.argv[1]), name))
    connection = sqlite3.connect("x.db"); connection.execute("CREATE TABLE t (n)"); connection.close()
    os.rename("x.db", name)`;
    execFileSync("python3", ["-c", program, folder]);
    const { code, log, folder: saved } = backUp({ BERTH_PERSISTENT_PATHS: "uploads" });
    expect(code).toBe(0);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the log must hold none but line feeds
    expect(log).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
    expect(log.match(/: 0 rows/g)).toHaveLength(6);
    expect(server.names(join(saved, "uploads"))).toHaveLength(6);
    expect(server.names(server.backupPath)).toHaveLength(1);
    expect(
      server
        .run(`rm -r "$SHARED/uploads"/*; restore_backup "\${saved##*/}"; ls "$SHARED/uploads" | wc -l`, {
          BERTH_PERSISTENT_PATHS: "uploads",
          saved,
        })
        .stdout.trim(),
    ).toBe("8"); // two names have two lines
  });

  it("is looked at by the thousand without a list of names", () => {
    const folder = join(server.shared, "uploads");
    mkdirSync(folder, { recursive: true });
    execFileSync("python3", [
      "-c",
      "import sys\nfor n in range(20000): open(f'{sys.argv[1]}/{n}', 'w').close()",
      folder,
    ]);
    database("blog/db/app.db", 1);
    expect(backUp()).toMatchObject({ code: 0 });
  });

  it("is seen where the service cannot read it", () => {
    database("blog/db/app.db", 1);
    const unreadable = `as_service() { (PATH=$PATH; "$@" | sed 's/"kind": "end"/"kind": "note", "text": "x: 1, the first is y"}\\n{"kind": "end"/'); }`;
    expect(backUp(paths, unreadable).log).toContain("warning: x: 1, the first is y");
  });
});

describe("a database that cannot be copied", () => {
  it("is named where it was whole in the backup before and is damaged now", () => {
    const place = database("blog/db/app.db", 1000);
    const first = backUp();
    truncateSync(place, 5000);
    const { code, log } = backUp();
    expect(code).toBe(1);
    expect(log).toMatch(/error: the database blog\/db\/app\.db is damaged: /);
    expect(log).toContain(
      `cure: restore blog/db/app.db (it was whole in the backup ${first.folder.split("/").at(-1)})`,
    );
  });

  it("is saved by its bytes, with its log, where no backup knows it", async () => {
    const place = join(server.shared, "blog/db/app.db");
    server.sql(
      place,
      "PRAGMA journal_mode = WAL",
      "CREATE TABLE t (n)",
      "INSERT INTO t VALUES (hex(zeroblob(9000)))",
    );
    const release = await hold(place, 'connection.execute("CREATE TABLE later (n)")');
    const file = openSync(place, "r+");
    writeSync(file, "noise ".repeat(1000), 4096);
    closeSync(file);
    const { code, folder } = backUp();
    const [bytes, log] = [readFileSync(place), readFileSync(`${place}-wal`)];
    release();
    expect(code).toBe(0);
    expect(readFileSync(join(folder, ".damaged/blog/db/app.db")).equals(bytes)).toBe(true);
    expect(readFileSync(join(folder, ".damaged/blog/db/app.db-wal")).equals(log)).toBe(true);
  });

  it("is named where it stays locked", async () => {
    const release = await hold(database("blog/db/app.db", 1), 'connection.execute("BEGIN EXCLUSIVE")');
    const impatient = `as_service() {
      local program=\${4/SECONDS_FOR_ONE = 300/SECONDS_FOR_ONE = 0}
      "\${@:1:3}" "\${program/timeout=60/timeout=0}" "\${@:5}"
    }`;
    const { code, log } = backUp(paths, impatient);
    release();
    expect(code).toBe(1);
    expect(log).toContain("error: the database blog/db/app.db could not be saved: it stayed locked for 0 s");
    expect(log).toContain("cure: look what uses blog/db/app.db");
  });

  it("is named where the service's user may not read it: the user of before is no longer the service's", () => {
    database("blog/db/app.db", 1);
    const another = `
REFUSING='import os
opened = os.open
def refusing(path, *rest, **more):
    if path == sys.argv[2] + "/blog/db": raise PermissionError(13, "Permission denied", path)
    return opened(path, *rest, **more)
os.open = refusing
'
as_service() { case $3 in -c) "\${@:1:3}" "$REFUSING$4" "\${@:5}" ;; *) "$@" ;; esac; }`;
    const place = join(server.shared, "blog/db");
    const backup = backUp(paths, another);
    expect(backup.code).toBe(1);
    expect(backup.log).toContain(
      `error: the database blog/db could not be saved: the service's user may not read ${place}\n`,
    );
    const room = server.run(`${another}\nRELEASE_PATH=$SHARED; require_room`, paths);
    expect(room.code).toBe(1);
    expect(room.log).toContain(
      `error: the data cannot be measured: blog/db: the service's user may not read ${place}\n`,
    );
    expect(room.log).toContain("berth host prepare --service-user");
    for (const { log } of [backup, room]) expect(log).not.toContain("Traceback");
  });

  it("is not begun where the copies have no room", () => {
    database("blog/db/app.db", 1);
    const { code, log } = backUp({ ...paths, BERTH_RESERVE_MEGABYTES: "900000000" });
    expect(code).toBe(1);
    expect(log).toMatch(
      /error: .*backups\/helpdesk has \d+ MB free; the copies of the databases need 9\d+ MB with the reserve/,
    );
  });

  it("is not taken from one who answers in the service's place", () => {
    const cases = [
      [
        `{"kind": "database", "path": "../../evil", "size": 1, "rows": 0, "seconds": 0}\\nx`,
        "is in no persistent path",
      ],
      [
        `{"kind": "database", "path": "uploads/../../evil", "size": 1, "rows": 0, "seconds": 0}\\nx`,
        "is in no persistent path",
      ],
      [
        `{"kind": "database", "path": "/etc/evil", "size": 1, "rows": 0, "seconds": 0}\\nx`,
        "is in no persistent path",
      ],
      [
        `{"kind": "database", "path": "uploads/x", "size": 100, "rows": 0, "seconds": 0}\\nx`,
        "did not come to its end",
      ],
      ["nonsense\\n", "is not a copy of one"],
      [`{"kind": "database"}\\n`, "is not a copy of one"],
      [`[1]\\n`, "is not a copy of one"],
      ["", "could not be read to their end"],
    ];
    for (const [answer, cause] of cases) {
      const { code, log } = backUp(paths, `as_service() { printf '${answer}'; }`);
      expect(code).toBe(1);
      expect(log).toContain(cause);
    }
    expect(server.names(server.root)).not.toContain("evil");
  });
});

describe("a backup, restored", () => {
  const restore = (name: string, settings: Readonly<Record<string, string>> = paths) =>
    server.run(`restore_backup ${name}`, settings);

  it("brings the rows back, and takes away what the data has beside them", () => {
    const place = database("blog/db/app.db", 3);
    const name = backUp().folder.split("/").at(-1)!;
    server.sql(place, "PRAGMA journal_mode = WAL", "DELETE FROM t");
    writeFileSync(`${place}-wal`, "of another database");
    const { code, log } = restore(name);
    expect(code).toBe(0);
    expect(log).toContain("blog/db/app.db: 3 rows");
    expect(server.names(join(server.shared, "blog/db"))).toEqual(["app.db"]);
    expect(server.sql(place, "SELECT count(*) FROM t")).toEqual([[3]]);
  });

  it("brings a damaged file's bytes back as they were", () => {
    const place = database("blog/db/app.db", 1000);
    truncateSync(place, 5000);
    const before = readFileSync(place);
    const name = backUp().folder.split("/").at(-1)!;
    writeFileSync(place, "something else");
    expect(restore(name).code).toBe(0);
    expect(readFileSync(place).equals(before)).toBe(true);
  });

  it("knows backups of earlier versions, whose files may be the service user's alone to read", () => {
    const place = database("blog/db/app.db", 2);
    const old = server.backup("20260101T000000Z-first");
    server.write(join(old, "manifest.json"), "{}");
    mkdirSync(join(old, "blog/db"), { recursive: true });
    server.sql(join(old, "blog/db/app.db"), "CREATE TABLE t (n)", "INSERT INTO t VALUES (1)");
    expect(restore("20260101T000000Z-first").code).toBe(0);
    expect(server.sql(place, "SELECT count(*) FROM t")).toEqual([[1]]);
    const refused = `print_backup_program() { echo 'import os, sys; sys.exit(13)'; }; as_service() { echo "as the service: $4" >>"$SERVER/asked"; return 1; }`;
    server.run(`${refused}; restore_backup 20260101T000000Z-first`, paths);
    expect(readFileSync(join(server.root, "asked"), "utf8")).toContain("as the service");
  });

  it("follows no link that the application has planted", () => {
    const place = database("blog/db/app.db", 1);
    const name = backUp().folder.split("/").at(-1)!;
    const precious = server.write("home/prod.db", "another application's");
    for (const planted of ["app.db", "app.db.restoring", "app.db-wal", "app.db-journal"]) {
      execFileSync("ln", ["-sfn", precious, join(server.shared, "blog/db", planted)]);
    }
    expect(restore(name).code).toBe(0);
    expect(readFileSync(precious, "utf8")).toBe("another application's");
    expect(lstatSync(place).isFile()).toBe(true);
    renameSync(join(server.shared, "blog"), join(server.root, "home/blog"));
    server.write("home/elsewhere/db/x");
    mkdirSync(join(server.shared, "uploads"), { recursive: true });
    symlinkSync(join(server.root, "home/elsewhere"), join(server.shared, "uploads/inner"));
    server.write(
      join(server.backupPath, name, "uploads/inner/db/app.db"),
      readFileSync(join(server.backupPath, name, "blog/db/app.db")),
    );
    execFileSync("rm", ["-r", join(server.backupPath, name, "blog")]);
    expect(restore(name).code).toBe(1);
    expect(server.names("home/elsewhere/db")).toEqual(["x"]);
  });

  it("leaves the data as it is where the backup is damaged", () => {
    const place = database("blog/db/app.db", 500);
    const { folder } = backUp();
    chmodSync(join(folder, "blog/db/app.db"), 0o640);
    truncateSync(join(folder, "blog/db/app.db"), 5000);
    const { code, log } = restore(folder.split("/").at(-1)!);
    expect(code).toBe(1);
    expect(log).toMatch(/could not be restored: .*damaged|malformed/);
    expect(server.names(join(server.shared, "blog/db"))).toEqual(["app.db"]);
    expect(server.sql(place, "SELECT count(*) FROM t")).toEqual([[500]]);
  });
});
