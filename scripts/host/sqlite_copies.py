"""Consistent copies of the SQLite databases below a folder, taken while the application writes to them.

usage: python3 sqlite_copies.py list FOLDER PATH           those at or below FOLDER/PATH, relative to FOLDER, one a line
       python3 sqlite_copies.py copy FOLDER PATH TARGET    copies each to TARGET/<the same path>; the folders are there already
       python3 sqlite_copies.py restore FOLDER SOURCE      puts the copies below SOURCE in their places in FOLDER; nothing may use them
       python3 sqlite_copies.py check FILE                 prints the number of rows; fails where it is damaged

`cp` gives corrupt copies of a database in use; SQLite's own backup does not. Each copy is checked and flushed to the disk.
"""

import os
import shutil
import sqlite3
import sys
import time

SECONDS_FOR_ONE = 300


def main(arguments):
    verb, folder = arguments[0], arguments[1]
    if verb == "check":
        print(check(folder))
    elif verb == "restore":
        for path in databases(arguments[2], "."):
            path = os.path.normpath(path)
            print(f"{path}: {restore(os.path.join(arguments[2], path), os.path.join(folder, path))} rows")
    elif verb == "list":
        print("\n".join(databases(folder, arguments[2])))
    else:
        for path in databases(folder, arguments[2]):
            started = time.monotonic()
            rows = copy(os.path.join(folder, path), os.path.join(arguments[3], path))
            print(f"{path}: {rows} rows, {time.monotonic() - started:.1f} s")


def databases(folder, path):
    if is_database(os.path.join(folder, path)):
        return [path]
    found = []
    for directory, names, files in os.walk(os.path.join(folder, path), followlinks=True):
        names[:] = [name for name in names if not is_loop(directory, name)]
        for name in files:
            place = os.path.join(directory, name)
            if is_database(place):
                found.append(os.path.relpath(place, folder))
    return sorted(found)


def is_loop(directory, name):
    """A link to a folder above itself would be walked for ever."""
    place = os.path.realpath(os.path.join(directory, name))
    return (os.path.realpath(directory) + "/").startswith(place + "/")


def is_database(path):
    try:
        with open(path, "rb") as file:
            return file.read(16) == b"SQLite format 3\0"
    except OSError:
        return False


def copy(source, target):
    deadline = time.monotonic() + SECONDS_FOR_ONE

    def still_in_time(status, remaining, total):
        if time.monotonic() > deadline:
            raise TimeoutError(f"{source} stayed locked for {SECONDS_FOR_ONE} s")

    live = sqlite3.connect(f"file:{quoted(source)}?mode=rw", uri=True, timeout=60)
    saved = sqlite3.connect(target)
    try:
        # All pages in one step: a copy in portions starts again at each write, and may never end.
        live.backup(saved, pages=-1, progress=still_in_time, sleep=0.05)
        saved.execute("PRAGMA journal_mode = DELETE")
    finally:
        saved.close()
        live.close()
    rows = check(target)
    with open(target, "rb+") as file:
        os.fsync(file.fileno())
    return rows


def restore(source, target):
    """Whole or not at all. What the old database still has beside it (-wal, -journal) must never meet the restored one."""
    rows = check(source)
    if os.path.exists(target):
        old = sqlite3.connect(f"file:{quoted(target)}?mode=rw", uri=True, timeout=10)
        old.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        old.execute("PRAGMA journal_mode = DELETE")
        old.close()
    beside = f"{target}.restoring"
    with open(source, "rb") as read, open(beside, "wb") as write:
        shutil.copyfileobj(read, write, 1 << 20)
        os.fsync(write.fileno())
    for ending in ("-wal", "-shm", "-journal"):
        if os.path.exists(target + ending):
            os.unlink(target + ending)
    os.replace(beside, target)
    folder = os.open(os.path.dirname(target), os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)
    return rows


def check(path):
    """The number of rows in all tables; an error where the database is damaged."""
    database = sqlite3.connect(f"file:{quoted(path)}?mode=ro", uri=True)
    try:
        verdict = database.execute("PRAGMA integrity_check").fetchone()[0]
        if verdict != "ok":
            sys.exit(f"{path} is damaged: {verdict}")
        tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'")
        names = [name.replace('"', '""') for (name,) in tables.fetchall()]
        return sum(database.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names)
    finally:
        database.close()


def quoted(path):
    return path.replace("%", "%25").replace("?", "%3f").replace("#", "%23")


if __name__ == "__main__":
    main(sys.argv[1:])
