"""The service's half of backup and restore: runs as the service's user, and meets the deploy user's half (backup_folder.py) in a pipe.

usage: python3 sqlite_copies.py size SHARED PATH...          prints the kilobytes of all databases, and of the largest one
       python3 sqlite_copies.py read SHARED SCRATCH PATH...  consistent copies of the databases in the persistent paths, to standard output
       python3 sqlite_copies.py copy SHARED TARGET PATH...   the same, into TARGET; prints a line for each
       python3 sqlite_copies.py restore SHARED PATH...       puts what comes on standard input in its places; nothing may use them

What lies in a persistent path may be a visitor's: it is looked at without following a link and without waiting for anybody. `cp` gives
corrupt copies of a database in use; SQLite's own backup does not. In the pipe each file is a line of JSON and then its bytes.
"""

import errno
import json
import os
import secrets
import sqlite3
import stat
import sys
import time
import urllib.parse

SECONDS_FOR_ONE = 300
SECONDS_FOR_CHECKS = 300
FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
FOLDER = os.O_RDONLY | os.O_NOFOLLOW | os.O_DIRECTORY | os.O_CLOEXEC
BUSY, LOCKED, FULL = 5, 6, 13  # https://www.sqlite.org/rescode.html


class Damaged(Exception):
    """It looks like a database, and is none that SQLite can read."""


class Refused(Exception):
    """A path, and why nothing is done there."""


def main(verb, shared, *rest):
    os.umask(0o007)
    try:
        run(verb, shared, *rest)
    except Refused as refused:
        if verb != "read":
            sys.exit("{}: {}".format(*refused.args))
        send("failure", path=refused.args[0], why=refused.args[1])
    except BrokenPipeError:
        os._exit(1)  # the other half has said why


def run(verb, shared, *rest):
    if verb == "size":
        sizes = [size for _, _, size in databases(shared, rest, Notes())]
        print((sum(sizes) + 1023) // 1024, (max(sizes, default=0) + 1023) // 1024)
    elif verb == "read":
        read(shared, rest[0], rest[1:])
    elif verb == "copy":
        copy_all(shared, rest[0], rest[1:])
    else:
        restore(shared, rest)


class Notes:
    """What a person should know of, in few lines however many files there are."""

    def __init__(self):
        self.seen = {}

    def add(self, kind, path):
        count, first = self.seen.get(kind, (0, path))
        self.seen[kind] = count + 1, first

    def lines(self):
        return [f"{kind}: {count}, the first is {shown(first)}" for kind, (count, first) in self.seen.items()]


def shown(path):
    """A name for people: one line, nothing that a terminal would obey."""
    text = os.fsencode(path).decode("utf-8", "backslashreplace")
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)


# ---- finding

def databases(shared, paths, notes):
    """(path, place, size) of each, by path. The size holds what waits in its log."""
    return sorted(found for path in paths for found in databases_in(path, place_of(shared, path), notes))


def place_of(shared, path):
    """Where a persistent path's data is. A file lives in a folder of its own, with its journals. Links on the way there are
    obeyed where they are not the service's: an installation that was taken over has its data elsewhere."""
    place, own = shared, os.stat(shared).st_uid == os.geteuid()
    parts = path.split("/")
    if os.path.isdir(os.path.join(shared, path + ".d")) and not os.path.isdir(os.path.join(shared, path)):
        parts[-1:] = [parts[-1] + ".d", parts[-1]]
    for part in parts:
        place = os.path.join(place, part)
        if os.path.islink(place) and os.lstat(place).st_uid == os.geteuid() and not own:
            raise Refused(path, f"{shown(place)} is a link that the service has made: it is not followed")
    return os.path.realpath(place)


def databases_in(path, root, notes):
    try:
        root_folder = os.open(root, FOLDER)
    except FileNotFoundError:
        return
    except NotADirectoryError:
        size = size_of_database(os.path.basename(root), os.open(os.path.dirname(root), FOLDER), path, notes)
        if size is not None:
            yield path, root, size
        return
    waiting = [""]
    while waiting:
        below = waiting.pop()
        try:
            folder = open_below(root_folder, below)
        except OSError:
            notes.add("folders that the service cannot read are not saved", os.path.join(path, below))
            continue
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    name = os.path.join(below, entry.name)
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(name)
                    elif entry.is_symlink():
                        notes.add("links are not followed, what is behind them is not saved", os.path.join(path, name))
                    elif entry.is_file(follow_symlinks=False):
                        size = size_of_database(entry.name, folder, os.path.join(path, name), notes)
                        if size is not None:
                            yield os.path.join(path, name), os.path.join(root, name), size
        finally:
            os.close(folder)
    os.close(root_folder)


def open_below(folder, path, make=False):
    """A descriptor of the folder PATH below the folder; no part of the way may be a link."""
    descriptor = os.dup(folder)
    for part in filter(None, path.split("/")):
        if make:
            try:
                os.mkdir(part, 0o770, dir_fd=descriptor)
            except FileExistsError:
                pass
        try:
            inner = os.open(part, FOLDER, dir_fd=descriptor)
        finally:
            os.close(descriptor)
        descriptor = inner
    return descriptor


def size_of_database(name, folder, path, notes):
    """Its bytes; None for what is not a database."""
    try:
        descriptor = os.open(name, FILE, dir_fd=folder)
    except FileNotFoundError:
        return None
    except OSError:
        notes.add("files that the service cannot read are not saved", path)
        return None
    try:
        facts = os.fstat(descriptor)
        if not stat.S_ISREG(facts.st_mode) or os.read(descriptor, 16) != b"SQLite format 3\0":
            return None
        try:
            return facts.st_size + os.stat(name + "-wal", dir_fd=folder, follow_symlinks=False).st_size
        except OSError:
            return facts.st_size
    finally:
        os.close(descriptor)


# ---- copying

def read(shared, scratch, paths):
    notes = Notes()
    found = databases(shared, paths, notes)
    send("plan", bytes=sum(size for _, _, size in found), largest=max((size for _, _, size in found), default=0))
    for path, place, _ in found:
        beside = os.path.join(scratch, secrets.token_hex(8))
        try:
            read_one(path, place, beside)
        except FileNotFoundError:
            continue  # removed by the application meanwhile
        except (OSError, sqlite3.Error) as reason:
            full = FULL in (code_of(reason), getattr(reason, "errno", 0) == errno.ENOSPC and FULL)
            return send("failure", path=path, why=str(reason), full=full)
        finally:
            for ending in ("", "-journal", "-wal", "-shm"):
                unlink(beside + ending, None)
    for line in notes.lines():
        send("note", text=line)
    send("end")


def read_one(path, place, beside):
    started = time.monotonic()
    try:
        rows = copy(place, beside)
        send_file("database", path, beside, rows=rows, seconds=round(time.monotonic() - started, 1))
    except Damaged as reason:
        for ending in ("", "-wal", "-journal"):
            if ending == "" or os.path.isfile(place + ending):
                copy_bytes(place + ending, beside)
                send_file("bytes", path + ending, beside, of=path, why=str(reason))


def copy_all(shared, target, paths):
    notes = Notes()
    for path, place, _ in databases(shared, paths, notes):
        copied = os.path.join(target, path)
        os.makedirs(os.path.dirname(copied), exist_ok=True)
        try:
            print(f"{shown(path)}: {copy(place, copied)} rows")
        except Damaged as reason:
            print(f"{shown(path)} is left out: {reason}")
        except (OSError, sqlite3.Error) as reason:
            sys.exit(f"{shown(path)} could not be copied: {reason}")
    print("\n".join(notes.lines()))


def copy(source, target):
    """The number of rows. Raises Damaged where the file is at fault, and sqlite3.Error or OSError where something else is."""
    deadline = time.monotonic() + SECONDS_FOR_ONE

    def still_in_time(status, remaining, total):
        if time.monotonic() > deadline:
            raise TimeoutError(f"it stayed locked for {SECONDS_FOR_ONE} s")

    held = os.open(source, FILE)  # closed last: a close would take SQLite's locks on the file away
    os.close(os.open(target, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600))
    try:
        live, saved = connect(source, "rw"), connect(target, "rw")
        try:
            # All pages in one step: a copy in portions starts again at each write, and may never end.
            live.backup(saved, pages=-1, progress=still_in_time, sleep=0.05)
            saved.execute("PRAGMA journal_mode = DELETE")
            return rows_of(saved)
        finally:
            saved.close()
            live.close()
    except sqlite3.Error as error:
        # The application may lock it and a disk may be full; whatever else SQLite says is about the file.
        if code_of(error) in (BUSY, LOCKED, FULL):
            raise
        raise Damaged(str(error)) from error
    finally:
        os.close(held)


def code_of(error):
    """SQLite's primary result code; Python tells it from 3.11 on."""
    return getattr(error, "sqlite_errorcode", BUSY if isinstance(error, sqlite3.OperationalError) else 0) & 0xFF


def connect(path, mode):
    return sqlite3.connect(f"file:{urllib.parse.quote(os.fsencode(path))}?mode={mode}", uri=True, timeout=60)


checking_until = None


def rows_of(database):
    """The number of rows in all tables, "unchecked" rows where the time for all checks is used up. What a schema asks to be computed
    is the schema's author's, perhaps a visitor's: no constraint is evaluated, and it ends."""
    global checking_until
    checking_until = checking_until or time.monotonic() + SECONDS_FOR_CHECKS
    database.set_progress_handler(lambda: time.monotonic() > checking_until, 100_000)
    database.execute("PRAGMA trusted_schema = OFF")
    database.execute("PRAGMA ignore_check_constraints = ON")
    try:
        verdict = database.execute("PRAGMA integrity_check(1)").fetchone()[0]
        if verdict != "ok":
            raise Damaged(verdict)
        tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'"
        names = [name.replace('"', '""') for (name,) in database.execute(tables).fetchall()]
        return sum(database.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names)
    except sqlite3.OperationalError:
        if time.monotonic() > checking_until:
            return "unchecked"
        raise


def copy_bytes(source, target):
    held = os.open(source, FILE)
    with open(held, "rb") as old, open(target, "wb") as new:
        if stat.S_ISREG(os.fstat(held).st_mode):
            while block := old.read(1 << 20):
                new.write(block)


def send(kind, **facts):
    sys.stdout.buffer.write(json.dumps({"kind": kind, **facts}).encode() + b"\n")
    sys.stdout.buffer.flush()


def send_file(kind, path, place, **facts):
    with open(os.open(place, FILE), "rb") as file:
        size = left = os.fstat(file.fileno()).st_size
        send(kind, path=path, size=size, **facts)
        while left > 0:
            block = file.read(min(left, 1 << 20))
            sys.stdout.buffer.write(block)
            left -= len(block)
    sys.stdout.buffer.flush()


# ---- restoring

def restore(shared, paths):
    stream = sys.stdin.buffer
    while True:
        facts = json.loads(stream.readline() or sys.exit("the backup ended early"))
        if facts["kind"] == "end":
            return
        path, left = facts["path"], facts["size"]
        persistent = [each for each in paths if path == each or path.startswith(each + "/")]
        if not persistent:
            print(f"{shown(path)} is in no persistent path now: left out")
            while left > 0:
                left -= len(stream.read(min(left, 1 << 20)) or sys.exit("the backup ended early"))
            continue
        place = place_of(shared, persistent[0])
        parent, name = os.path.split(place if path == persistent[0] else place + path[len(persistent[0]):])
        root = place if path != persistent[0] else parent
        folder = os.open(root, FOLDER)
        folder = open_below(folder, parent[len(root):], make=True)
        rows = put(stream, left, facts["kind"] == "database", folder, parent, name)
        os.close(folder)
        print(f"{shown(path)}: {rows}")


def put(stream, left, is_database, folder, parent, name):
    """Whole or not at all. What the old database still has beside it (-wal, -journal) must never meet the restored one."""
    beside = f".{secrets.token_hex(8)}.restoring"
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o660, dir_fd=folder)
    try:
        with open(descriptor, "wb") as file:
            while left > 0:
                block = stream.read(min(left, 1 << 20)) or sys.exit("the backup ended early")
                file.write(block)
                left -= len(block)
            file.flush()
            os.fsync(file.fileno())
        rows = f"{rows_in(os.path.join(parent, beside))} rows" if is_database else "its bytes, as they were"
        if is_database or not name.endswith(("-wal", "-journal")):
            settle(folder, parent, name)
        os.rename(beside, name, src_dir_fd=folder, dst_dir_fd=folder)
        os.fsync(folder)
        return rows
    finally:
        for rest in (beside, f"{beside}-journal", f"{beside}-wal", f"{beside}-shm"):
            unlink(rest, folder)


def rows_in(place):
    database = connect(place, "ro")
    try:
        return rows_of(database)
    except Damaged as reason:
        sys.exit(f"the copy is damaged: {reason}")
    finally:
        database.close()


def settle(folder, parent, name):
    """The old database takes what its log holds, so that it is whole until the new one has its name."""
    try:
        if not stat.S_ISREG(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode):
            return
        old = connect(os.path.join(parent, name), "rw")
        try:
            old.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            old.execute("PRAGMA journal_mode = DELETE")
        finally:
            old.close()
    except (OSError, sqlite3.Error):
        pass  # it is damaged, or gone: what is restored does not depend on it
    for ending in ("-wal", "-shm", "-journal"):
        unlink(name + ending, folder)


def unlink(name, folder):
    try:
        os.unlink(name, dir_fd=folder)
    except FileNotFoundError:
        pass


if __name__ == "__main__":
    main(*sys.argv[1:])
