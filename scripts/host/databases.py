"""Where the databases in the persistent paths are. A part of the program sqlite_copies.py: backup.sh puts the parts into one text.

What lies in a persistent path may be a visitor's: it is looked at without following a link and without waiting for anybody.
"""

import os
import stat

FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
FOLDER = os.O_RDONLY | os.O_NOFOLLOW | os.O_DIRECTORY | os.O_CLOEXEC


class Refused(Exception):
    """A path, and why nothing is done there."""


class Notes:
    """What a person should know of, in few lines however many files there are."""

    def __init__(self):
        self.seen = {}

    def add(self, kind, path):
        count, first = self.seen.get(kind, (0, path))
        self.seen[kind] = count + 1, first

    def lines(self):
        return [f"{kind}: {count}, the first is {shown(first)}" for kind, (count, first) in self.seen.items()]


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
    except PermissionError:
        raise Refused(path, f"the service's user may not read {shown(root)}") from None
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


def shown(path):
    """A name for people: one line, nothing that a terminal would obey."""
    text = os.fsencode(path).decode("utf-8", "backslashreplace")
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)
