import type { ThrowawayHost } from "../../../src/host/index.ts";
import { deployPath } from "./transaction.ts";

/** What lies on the server when nothing is under way. */
export interface Inspection {
  /** Subjects of all tickets in the live database. */
  readonly subjects: string[];
  /** `ok`, or what SQLite's integrity_check found. */
  readonly integrity: string;
  /** Everything that should not be there, in words: half-made releases, notes, temporary files, secrets, processes. */
  readonly leftovers: string[];
}

/** Looks over the server as root. To be asked after a deploy that succeeded. */
export async function inspect(host: ThrowawayHost): Promise<Inspection> {
  const { code, stdout, stderr } = await host.run([
    "python3",
    "-c",
    program,
    deployPath,
    "/var/backups/flask_helpdesk",
  ]);
  if (code !== 0) throw new Error(`the inspection ended with ${code}: ${stderr}`);
  return JSON.parse(stdout);
}

const program = `
import json, os, pathlib, sqlite3, subprocess, sys

place, backups = map(pathlib.Path, sys.argv[1:])
state = place / ".deploy"
leftovers = []

def say(text):
    leftovers.append(str(text))

for release in sorted((place / "releases").iterdir()):
    if not (release / ".complete").exists() or not (release / ".berth/confirmed").exists():
        say(f"unfinished release {release.name}")
    settings = release / ".env.production"
    if settings.exists() and settings.stat().st_mode & 0o007:
        say(f"{settings} can be read by everybody")
for name in ["pending", "current.new"]:
    if (state / name).exists():
        say(f"{state / name} is still there")
for run in (state / "runs").iterdir():
    if (run / "env").exists():
        say(f"a secret is left in {run}")
    if (run / "pid").exists() and not (run / "result").exists():
        say(f"no result in {run}")
for folder, names, files in os.walk(place):
    names[:] = [name for name in names if name != "venv"]
    for name in files:
        if ".new." in name or name.startswith(".rsync-partial"):
            say(os.path.join(folder, name))
for entry in [*pathlib.Path("/dev/shm").glob("berth-*"), *(place / "shared").glob(".trial-*")]:
    say(entry)
for entry in backups.rglob("*"):
    if ".new" in entry.name or entry.name.startswith(".partial-"):
        say(entry)
    if entry.suffix in (".db", ".sqlite3"):
        found = sqlite3.connect(f"file:{entry}?mode=ro&immutable=1", uri=True).execute("PRAGMA integrity_check").fetchone()[0]
        if found != "ok":
            say(f"{entry}: {found}")
live = (place / "current").resolve()
for process in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
    try:
        words = process.read_bytes().split(b"\\0")
        folder = pathlib.Path(os.readlink(process.parent / "cwd"))
    except OSError:
        continue
    if place / "releases" in folder.parents and live not in [folder, *folder.parents]:
        say(f"a process is left in {folder}: " + b" ".join(words).decode())
    if b"transact" in words or b"guard" in words:
        say("a process is left: " + b" ".join(words).decode())
for line in subprocess.run(["systemctl", "list-units", "--failed", "--plain", "--no-legend"], capture_output=True, text=True).stdout.splitlines():
    say("failed unit: " + line.split()[0])

connection = sqlite3.connect(place / "current/blog/db/blog.db")
print(json.dumps({
    "subjects": [row[0] for row in connection.execute("SELECT subject FROM ticket")],
    "integrity": connection.execute("PRAGMA integrity_check").fetchone()[0],
    "leftovers": leftovers,
}))
`;
