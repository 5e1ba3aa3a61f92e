import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { settings } from "../../../src/settings/settings.ts";

const scripts = fileURLToPath(new URL("../../../scripts/host/", import.meta.url));
const standIn = fileURLToPath(new URL("tools/stand-in", import.meta.url));

/** The files of scripts/host, and of scripts/lib that the program takes along, in an order in which they can be sourced. */
const files = [
  ...new Set([
    ...(readFileSync(join(scripts, "berth-host.sh"), "utf8").match(/(?<=%\/\*\}\/)\.\.\/lib\/\w+\.sh/g) ??
      []),
    "messages.sh",
    "settings.sh",
    ...readdirSync(scripts).filter((file) => file.endsWith(".sh") && file !== "berth-host.sh"),
  ]),
];

/** The interpreter itself: where `python3` is a script that looks for one, each call of it would cost a tenth of a second. */
const python = execFileSync("python3", ["-c", "import sys; print(sys.executable)"], {
  encoding: "utf8",
}).trim();

/** What one bash process printed, and how it ended. `log` is its standard error: what people read. */
export interface Answer {
  readonly code: number | null;
  readonly stdout: string;
  readonly log: string;
}

/** What a release of a made-up server is. */
export interface ReleaseOptions {
  readonly confirmed?: boolean;
  readonly complete?: boolean;
  /** Its `.berth/previous`. */
  readonly previous?: string;
  /** The version in its manifest. */
  readonly version?: string;
}

/**
 * A deploy path and a backup path in a temporary folder, and the functions of scripts/host on them. Nothing here is a server:
 * `systemctl`, `sudo`, `setpriv`, `id` and `journalctl` are stand-ins that note how they were called, and whatever is done as root or
 * as the service's user, this process's own user does.
 */
export class Server {
  readonly root = realpathSync(mkdtempSync(join(tmpdir(), "berth-server-")));
  readonly deployPath = join(this.root, "www/helpdesk");
  readonly backupPath = join(this.root, "backups/helpdesk");
  readonly shared = join(this.deployPath, "shared");
  readonly releases = join(this.deployPath, "releases");
  readonly state = join(this.deployPath, ".deploy");

  constructor() {
    for (const folder of ["tools", "units", "fails", "home"]) mkdirSync(join(this.root, folder));
    for (const folder of [this.releases, this.shared, join(this.state, "runs/run-1"), this.backupPath])
      mkdirSync(folder, { recursive: true });
    for (const tool of ["systemctl", "sudo", "setpriv", "id", "journalctl", "sync", "pkill"])
      symlinkSync(standIn, join(this.root, "tools", tool));
    this.write("tools/python3", `#!/bin/sh\nexec '${python}' "$@"\n`);
    chmodSync(join(this.root, "tools/python3"), 0o755);
  }

  /**
   * Sources all files of scripts/host in a bash of its own and runs `program` there, in strict mode, as `transact` would: with settings,
   * places and a run. `variables` are `BERTH_…` variables over the usual ones.
   */
  run(program: string, variables: Readonly<Record<string, string>> = {}): Answer {
    const prelude = [
      "set -Eeuo pipefail; umask 027",
      ...files.map((file) => `source '${scripts}${file}'`),
      'UNIT_FOLDER=$SERVER/units RUN=run-1 RELEASE="" RELEASE_PATH="" LIVE_BEFORE="" HOST_PROGRAM=/dev/null',
      "set_layout; RUN_PATH=$STATE/runs/$RUN",
    ];
    const { status, stdout, stderr } = spawnSync(
      "bash",
      ["--norc", "-c", `${prelude.join("\n")}\n${program}`],
      {
        encoding: "utf8",
        cwd: join(this.root, "home"),
        env: {
          PATH: `${join(this.root, "tools")}:${process.env.PATH ?? ""}`,
          LC_ALL: "C.UTF-8",
          SERVER: this.root,
          ...this.usualSettings(),
          ...variables,
        },
      },
    );
    return { code: status, stdout, log: stderr };
  }

  /** Every setting of the server with its default, but for the usual ones: what read_settings leaves where a job has sent nothing. */
  private usualSettings(): Record<string, string> {
    return {
      ...Object.fromEntries(
        settings.flatMap((each) =>
          each.server && each.variable !== undefined ? [[each.variable, String(each.default ?? "")]] : [],
        ),
      ),
      BERTH_SERVICE_NAME: "helpdesk",
      BERTH_SERVICE_USER: userInfo().username,
      BERTH_DEPLOY_PATH: this.deployPath,
      BERTH_BACKUP_PATH: this.backupPath,
      BERTH_RESERVE_MEGABYTES: "1",
      BERTH_ACTION: "deploy",
      BERTH_SWITCHES: "manage_units=true",
    };
  }

  /** Writes a file below the root, with the folders above it. Returns its path. */
  write(path: string, content: string | Uint8Array = ""): string {
    const place = path.startsWith("/") ? path : join(this.root, path);
    mkdirSync(dirname(place), { recursive: true });
    writeFileSync(place, content);
    return place;
  }

  /** Makes a release; complete and confirmed unless it is said otherwise. Returns its folder. */
  release(id: string, options: ReleaseOptions = {}): string {
    const { confirmed = true, complete = true, previous, version = "1.0.0" } = options;
    const folder = join(this.releases, id);
    const content = `# ${id}\n`;
    const sha256 = createHash("sha256").update(content).digest("hex");
    this.write(join(folder, "wsgi.py"), content);
    this.write(
      join(folder, ".berth/manifest.json"),
      JSON.stringify({ version, files: { "app/wsgi.py": { sha256 } } }),
    );
    if (complete) this.write(join(folder, ".complete"), "2026-01-02T00:00:00Z\n");
    if (confirmed) this.write(join(folder, ".berth/confirmed"), "2026-01-02T00:00:00Z, run earlier\n");
    if (previous !== undefined) this.write(join(folder, ".berth/previous"), `${previous}\n`);
    return folder;
  }

  /** Makes `current` point at a release. */
  live(id: string): void {
    const link = join(this.deployPath, "current");
    rmSync(link, { force: true });
    symlinkSync(`releases/${id}`, link);
  }

  /** Makes a whole backup with this name, as back_up_data leaves one. Returns its folder. */
  backup(name: string): string {
    const folder = join(this.backupPath, name);
    this.write(join(folder, "backup"), "taken=2026-01-02T00:00:00Z\n");
    return folder;
  }

  /** Sets what `systemctl show` answers for a unit. */
  property(name: string, value: string, unit = "helpdesk.service"): void {
    this.write(`units/${unit}/${name}`, `${value}\n`);
  }

  /** Runs an SQLite statement on a file below the root, making it where it is missing. Returns the rows of the last one, as JSON does. */
  sql(path: string, ...statements: string[]): unknown[][] {
    const place = path.startsWith("/") ? path : join(this.root, path);
    mkdirSync(dirname(place), { recursive: true });
    const program = `
import json, sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
for statement in sys.argv[2:]:
    rows = connection.execute(statement).fetchall()
connection.commit()
print(json.dumps(rows))`;
    const { stdout, stderr, status } = spawnSync(python, ["-c", program, place, ...statements], {
      encoding: "utf8",
    });
    if (status !== 0) throw new Error(stderr);
    return JSON.parse(stdout);
  }

  /** The names in a folder below the root, sorted; none where there is no folder. */
  names(folder: string): string[] {
    const place = folder.startsWith("/") ? folder : join(this.root, folder);
    return existsSync(place) ? readdirSync(place).sort() : [];
  }

  /** How the stand-ins were called, one line a call, in their order. */
  calls(): string[] {
    const file = join(this.root, "calls");
    return existsSync(file) ? readFileSync(file, "utf8").trimEnd().split("\n") : [];
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}
