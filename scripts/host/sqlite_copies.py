"""The service's half of backup and restore: runs as the service's user, and meets the deploy user's half (backup_folder.py) in a pipe.

usage: python3 sqlite_copies.py size SHARED PATH...          prints the kilobytes of all databases, and of the largest one
       python3 sqlite_copies.py read SHARED SCRATCH PATH...  consistent copies of the databases in the persistent paths, to standard output
       python3 sqlite_copies.py copy SHARED TARGET PATH...   the same, into TARGET; prints a line for each
       python3 sqlite_copies.py restore SHARED PATH...       puts what comes on standard input in its places; nothing may use them

In the pipe each file is a line of JSON and then its bytes. Its parts are databases.py, database_copy.py and database_restore.py.
"""

import errno
import json
import os
import secrets
import sqlite3
import sys
import time


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


if __name__ == "__main__":
    main(*sys.argv[1:])
