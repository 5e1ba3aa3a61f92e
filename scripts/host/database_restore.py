"""Puts what comes in the pipe in its places. A part of the program sqlite_copies.py: backup.sh puts the parts into one text."""

import json
import os
import secrets
import sqlite3
import stat
import sys


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
