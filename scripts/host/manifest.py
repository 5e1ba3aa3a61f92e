"""Compares a release folder with its manifest: every file and link there, as it was built, and nothing else.

usage: python3 manifest.py uploaded|compiled RELEASE_FOLDER SHARED_FOLDER [PERSISTENT_PATH…] <SHA256_OF_THE_MANIFEST
In a release that is compiled, __pycache__ is the host's own; in one that was just uploaded, it is not in the package. The sum is the one that the build job gave to GitLab; an empty line leaves the manifest itself unchecked. A persistent path may be
a link into SHARED_FOLDER: there the data has taken the place of what the package brought. No other link is followed.
Prints one line for each difference (at most 20) and exits with 1 when there is one.
"""

import hashlib
import json
import os
import sys

# What the host adds to a release; everything else must be in the manifest.
NOT_FROM_THE_PACKAGE = {".berth", "venv", ".env.production", ".complete", ".rsync-partial"}


def main(state, folder, shared, *persistent):
    with open(os.path.join(folder, ".berth", "manifest.json"), "rb") as file:
        content = file.read()
    wanted = sys.stdin.read().strip()
    if wanted and hashlib.sha256(content).hexdigest() != wanted:
        print("manifest.json: not the one that the build job made")
        return 1
    linked = {path for path in persistent if leads_into(shared, os.path.join(folder, path))}
    differences = list(compare(folder, shared, json.loads(content), linked, state == "compiled"))
    for line in differences[:20]:
        print(line)
    return 1 if differences else 0


def leads_into(shared, place):
    return os.path.islink(place) and os.path.normpath(os.readlink(place)).startswith(shared + "/")


def compare(folder, shared, manifest, linked, compiled):
    files, links = manifest["files"], manifest.get("links", {})
    for path, facts in sorted(files.items()):
        place = place_on_host(path)
        if is_below(place, linked):
            continue
        problem = difference(folder, place, facts["sha256"])
        if problem:
            yield f"{path}: {problem}"
    for path, target in sorted(links.items()):
        place = os.path.join(folder, place_on_host(path))
        if leads_out(place, folder, shared):
            yield f"{path}: a link that leads out of the application"
        elif not is_below(place_on_host(path), linked) and (not os.path.islink(place) or os.readlink(place) != target):
            yield f"{path}: not the link that was built"
    for path in entries(folder, compiled):
        known = links if os.path.islink(os.path.join(folder, path)) else files
        if f"app/{path}" not in known and path not in linked:
            yield f"{path}: not in the package"


def leads_out(place, *inside):
    """Whether what is behind a link, through all links on its way, is in none of the folders."""
    behind = os.path.realpath(place) + "/"
    return not any(behind.startswith(os.path.realpath(folder) + "/") for folder in inside)


def place_on_host(path):
    """The package's app/ is the release folder itself; wheels and the lock are kept in .berth."""
    first, _, rest = path.partition("/")
    return rest if first == "app" else os.path.join(".berth", path)


def is_below(path, linked):
    return any(path == place or path.startswith(place + "/") for place in linked)


def difference(folder, path, wanted):
    """None where PATH is a plain file with the sha256 WANTED, reached through no link."""
    place = folder
    for part in path.split("/"):
        place = os.path.join(place, part)
        if os.path.islink(place):
            return "a link has taken its place"
    if not os.path.isfile(place):
        return "missing"
    return None if sha256(place) == wanted else "not the content that was built"


def entries(folder, compiled):
    """Everything that is not a folder, relative to FOLDER. Links to folders are not entered."""
    for directory, names, files in os.walk(folder):
        links = [name for name in names if os.path.islink(os.path.join(directory, name))]
        if compiled:
            names[:] = [name for name in names if name != "__pycache__"]
        if directory == folder:
            names[:] = [name for name in names if name not in NOT_FROM_THE_PACKAGE]
            links, files = ([name for name in some if name not in NOT_FROM_THE_PACKAGE] for some in (links, files))
        for name in files + links:
            yield os.path.relpath(os.path.join(directory, name), folder)


def sha256(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        for block in iter(lambda: file.read(1 << 20), b""):
            digest.update(block)
    return digest.hexdigest()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
