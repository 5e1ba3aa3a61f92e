"""Compares a release folder with its manifest: every file there, with the right content, and nothing else.

usage: python3 manifest.py RELEASE_FOLDER
Prints one line for each difference (at most 20) and exits with 1 when there is one.
"""

import hashlib
import json
import os
import sys

# What the host adds to a release; everything else must be in the manifest.
NOT_FROM_THE_PACKAGE = {".berth", "venv", ".env.production", ".complete", ".rsync-partial"}


def main(folder):
    with open(os.path.join(folder, ".berth", "manifest.json"), encoding="utf-8") as file:
        expected = json.load(file)["files"]
    differences = list(compare(folder, expected))
    for line in differences[:20]:
        print(line)
    return 1 if differences else 0


def compare(folder, expected):
    for path, facts in sorted(expected.items()):
        place = place_on_host(folder, path)
        if is_persistent(folder, place):
            continue
        if not os.path.isfile(place):
            yield f"{path}: missing"
        elif sha256(place) != facts["sha256"]:
            yield f"{path}: not the content that was built"
    for path in files_of(folder):
        if f"app/{path}" not in expected:
            yield f"{path}: not in the package"


def place_on_host(folder, path):
    """The package's app/ is the release folder itself; wheels and the lock are kept in .berth."""
    first, _, rest = path.partition("/")
    if first == "app":
        return os.path.join(folder, rest)
    if first == "wheels" or path == "requirements.lock":
        return os.path.join(folder, ".berth", path)
    return os.path.join(folder, path)


def is_persistent(folder, place):
    """True below a link: a persistent path, where the data has taken the place of what the package brought."""
    while place != folder and len(place) > len(folder):
        if os.path.islink(place):
            return True
        place = os.path.dirname(place)
    return False


def files_of(folder):
    for directory, names, files in os.walk(folder):
        names[:] = [name for name in names if name != "__pycache__"]  # made on the host, from the files' content
        if directory == folder:
            names[:] = [name for name in names if name not in NOT_FROM_THE_PACKAGE]
            files = [name for name in files if name not in NOT_FROM_THE_PACKAGE]
        for name in files:
            if os.path.islink(os.path.join(directory, name)):
                continue
            yield os.path.relpath(os.path.join(directory, name), folder)


def sha256(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        for block in iter(lambda: file.read(1 << 20), b""):
            digest.update(block)
    return digest.hexdigest()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
