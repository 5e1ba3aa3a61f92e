"""A consistent copy of one database, and the check of it. A part of the program sqlite_copies.py: backup.sh puts the parts into one text.

`cp` gives corrupt copies of a database in use; SQLite's own backup does not.
"""

import os
import sqlite3
import stat
import time
import urllib.parse

SECONDS_FOR_ONE = 300
SECONDS_FOR_CHECKS = 300
BUSY, LOCKED, FULL = 5, 6, 13  # https://www.sqlite.org/rescode.html
checking_until = None


class Damaged(Exception):
    """It looks like a database, and is none that SQLite can read."""


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


def unlink(name, folder):
    try:
        os.unlink(name, dir_fd=folder)
    except FileNotFoundError:
        pass
