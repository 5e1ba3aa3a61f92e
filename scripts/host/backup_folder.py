"""The deploy user's half of backup and restore: it alone writes and reads backups. The other half is sqlite_copies.py.

usage: python3 backup_folder.py store FOLDER BEFORE RESERVE SHARED PATH...   takes the copies that come on standard input into FOLDER, an empty one.
           BEFORE is the backup before ("" where there is none), RESERVE the megabytes that stay free. A line for each to standard error;
           where it fails, cause and cure to standard output.
       python3 backup_folder.py send FOLDER                           the backup in FOLDER to standard output; exits with 13 (EACCES)
           where this user cannot read it: copies of earlier versions may be the service user's. "-" is the folder that is open
           as standard input

What comes through the pipe is the service's word, and the service may be an attacker's: a path is taken only where it lies in a
persistent path, and nothing that is there is followed or overwritten.
"""

import json
import os
import sys

FOLDER = os.O_RDONLY | os.O_NOFOLLOW | os.O_DIRECTORY | os.O_CLOEXEC
DAMAGED = ".damaged"  # below it, the bytes of files that look like databases and are none that can be read
NOT_DATA = {"backup", "manifest.json"}  # what earlier versions kept beside the copies


def main(verb, folder, *rest):
    if folder == "-":
        os.fchdir(0)
        folder = "."
    return store(folder, *rest) if verb == "store" else send_backup(folder)


class Failure(Exception):
    """Its two texts are the cause and the cure."""


def store(folder, before, reserve, shared, *paths):
    os.umask(0o027)
    try:
        while True:
            line = sys.stdin.buffer.readline(1 << 20)
            if not line:
                raise Failure("the databases could not be read to their end", "look at the lines above, then run the job again")
            facts = json.loads(line)
            if facts["kind"] == "end":
                return 0
            take(folder, before, int(reserve) << 20, shared, paths, facts)
    except Failure as failure:
        print(*failure.args, sep="\n")
    except (ValueError, KeyError, TypeError, AttributeError):
        print("what came from the databases is not a copy of one", "look at the application: somebody answers in its place", sep="\n")
    except OSError as error:
        print(f"the backup cannot be written: {error.strerror}", f"make room in {os.path.dirname(folder)}", sep="\n")
    return 1


def take(folder, before, reserve, shared, paths, facts):
    kind = facts["kind"]
    if kind == "plan":
        together = os.stat(folder).st_dev == os.stat(shared).st_dev
        require_room(os.path.dirname(folder), facts["bytes"] + facts["largest"] * together, reserve)
        require_room(shared, facts["largest"], reserve)
    elif kind == "note":
        say(f"warning: {facts['text']}")
    elif kind == "failure":
        raise Failure(f"the database {shown(facts['path'])} could not be saved: {facts['why']}", cure_of(folder, facts))
    else:
        path = facts["path"]
        if kind == "bytes" and before and os.path.lexists(os.path.join(before, facts["of"])):
            name = shown(facts["of"])
            raise Failure(f"the database {name} is damaged: {facts['why']}", cure_of_damage(name, os.path.basename(before)))
        write(folder, path if kind == "database" else f"{DAMAGED}/{path}", paths, facts["size"])
        if kind == "database":
            say(f"{shown(path)}: {facts['rows']} rows, {facts['seconds']} s")
        elif path == facts["of"]:
            say(f"warning: {shown(path)} looks like a database and is none that can be read ({facts['why']}); its bytes are saved")


def cure_of(folder, facts):
    if facts.get("full"):
        return f"make room in {os.path.dirname(folder)}, or lower keep_backups"
    return f"look what uses {shown(facts['path'])}, then run the job again"


def cure_of_damage(name, before):
    return f"restore {name} (it was whole in the backup {before}) or repair it; where it is not the application's data, remove it"


def require_room(place, needed, reserve):
    facts = os.statvfs(place)
    free = facts.f_bavail * facts.f_frsize
    if free < needed + reserve:
        raise Failure(
            f"{place} has {free >> 20} MB free; the copies of the databases need {(needed + reserve) >> 20} MB with the reserve",
            f"make room in {place}, or lower keep_backups",
        )


def write(folder, path, paths, left):
    inside = path.removeprefix(f"{DAMAGED}/")
    parts = path.split("/")
    if not any(inside == each or inside.startswith(f"{each}/") for each in paths) or {"", ".", ".."} & set(parts) or "\0" in path:
        raise Failure(f"{shown(path)} is in no persistent path", "look at the application: somebody answers in its place")
    with open(new_file(folder, parts), "wb") as file:
        while left > 0:
            block = sys.stdin.buffer.read(min(left, 1 << 20))
            if not block:
                raise Failure(f"{shown(path)} did not come to its end", "look at the lines above, then run the job again")
            file.write(block)
            left -= len(block)
        file.flush()
        os.fsync(file.fileno())


def new_file(folder, parts):
    descriptor = os.open(folder, FOLDER)
    try:
        for part in parts[:-1]:
            try:
                os.mkdir(part, 0o750, dir_fd=descriptor)
            except FileExistsError:
                pass
            outer, descriptor = descriptor, os.open(part, FOLDER, dir_fd=descriptor)
            os.close(outer)
        return os.open(parts[-1], os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o640, dir_fd=descriptor)
    finally:
        os.close(descriptor)


def say(text):
    print(f"    {text}", file=sys.stderr)


def shown(path):
    """A name for people: one line, nothing that a terminal would obey."""
    text = os.fsencode(path).decode("utf-8", "backslashreplace")
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)


def send_backup(folder):
    files = sorted(files_of(folder, ""))
    try:
        for path in files:
            os.close(os.open(os.path.join(folder, path), os.O_RDONLY | os.O_NOFOLLOW))
    except PermissionError:
        return 13
    for path in files:
        with open(os.open(os.path.join(folder, path), os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC), "rb") as file:
            left = os.fstat(file.fileno()).st_size
            kind = "bytes" if path.startswith(f"{DAMAGED}/") else "database"
            put({"kind": kind, "path": path.removeprefix(f"{DAMAGED}/"), "size": left})
            while left > 0:
                block = file.read(min(left, 1 << 20))
                sys.stdout.buffer.write(block)
                left -= len(block)
    put({"kind": "end"})
    return 0


def put(facts):
    sys.stdout.buffer.write(json.dumps(facts).encode() + b"\n")


def files_of(folder, below):
    """Regular files; no link is followed."""
    with os.scandir(os.path.join(folder, below)) as entries:
        for entry in entries:
            name = os.path.join(below, entry.name)
            if entry.is_dir(follow_symlinks=False):
                yield from files_of(folder, name)
            elif entry.is_file(follow_symlinks=False) and (below or name not in NOT_DATA) and not (not below and name.startswith(".")):
                yield name


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
