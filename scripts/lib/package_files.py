"""Packs the application, its wheels and a manifest into one archive, the same bytes for the same commit.

usage: python3 package_files.py check SOURCE FACTS STAGED
       python3 package_files.py pack SOURCE FACTS STAGED OUTPUT REPORT

SOURCE is the application's folder. FACTS is JSON: {"version", "commit", "created", "include": […], "exclude": […], "target", "python_full_version"},
``created`` being the commit's time in ISO 8601. STAGED holds ``wheels/``, ``requirements.lock`` and ``requires``, the lines of check_wheels.py.
REPORT, GitLab's dotenv report, receives the sha256 of the manifest: the deploy takes the package with this one and no other.
``check`` prints what is left out and why, notes in STAGED what is there (a wheel that is built from the project leaves files beside its source,
which ``pack`` does not take), and exits with 1, and one line, for what must not or cannot be packed.
"""

import gzip
import hashlib
import json
import os
import platform
import re
import sys
import sysconfig
import tarfile
from datetime import datetime, timezone

from source_files import matches, source_files

# A key in a file of its own, or inside another (JSON, YAML, source code) where at least a line of it follows.
MARKER = rb"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----"
PRIVATE_KEY = re.compile(
    rb"^\s*" + MARKER + rb"|" + MARKER + rb"(?:\\[nr]|[\s\"'+,|>\\()])*(?:[A-Za-z-]+:[^\n\\]*(?:\\n|\s)+)*[A-Za-z0-9+/=]{32}"
    rb"|^PuTTY-User-Key-File-\d|AGE-SECRET-KEY-1[A-Z0-9]{58}",
    re.MULTILINE,
)
LINK = None
# In MB: https://docs.gitlab.com/administration/settings/continuous_integration/#set-maximum-artifacts-size
NEARLY_TOO_LARGE = 95


class Refused(Exception):
    """One line: what stands in the way, and the cure."""


def main(command, source, facts, *places):
    facts = json.loads(facts)
    left_out = {}
    try:
        files = application(source, facts["include"], facts["exclude"], left_out)
    except Refused as refusal:
        print(f"error: {refusal}")
        return 1
    if command == "pack":
        pack(files, facts, *places)
    else:
        with open(os.path.join(places[0], "seen.json"), "w", encoding="ascii") as file:
            json.dump(sorted(files), file)
        for path, reason in sorted(left_out.items()):
            print(f"left out: {path} ({reason})")
    return 0


def pack(files, facts, staged, output, report):
    created = datetime.fromisoformat(facts["created"].replace("Z", "+00:00")).astimezone(timezone.utc)
    with open(os.path.join(staged, "seen.json"), encoding="ascii") as file:
        seen = set(json.load(file))
    files = {**{path: found for path, found in files.items() if path in seen}, **dependencies(staged)}
    document = os.path.join(staged, "manifest.json")
    with open(os.path.join(staged, "requires"), encoding="utf-8") as file:
        requires = file.read().splitlines()
    with open(document, "wb") as file:
        file.write(manifest(facts, created, files, requires))
    files["manifest.json"] = document, 0o644
    write_archive(output, files, int(created.timestamp()))
    with open(report, "w", encoding="ascii") as file:
        file.write(f"BERTH_MANIFEST_SHA256={sha256(document)}\n")
    size = os.path.getsize(output) / 1e6
    print(f"{len(files)} files, {size:.1f} MB, version {facts['version']}")
    if size > NEARLY_TOO_LARGE:
        application = sum(os.path.getsize(place) for path, (place, mode) in files.items() if path.startswith("app/") and mode is not LINK) / 1e6
        print(
            f"warning: {size:.1f} MB is close to or above 100 MB, which a GitLab server of one's own takes at most unless its administrator has raised "
            f'"Maximum artifacts size"; {application:.1f} MB of it are the application\'s own files: leave out what the server does not need (input exclude)'
        )


def application(source, include, exclude, left_out):
    """{"app/<path>": (place, mode)} for each file that belongs to the application; the mode is LINK for a symbolic link."""
    paths = source_files(source, exclude, left_out)
    for pattern in include:
        if not any(matches(path, pattern) for path in paths):
            raise Refused(f'nothing matches "{pattern}" of the input include')
    chosen = [path for path in paths if not include or any(matches(path, pattern) for pattern in include)]
    if not chosen:
        raise Refused("no file is left for the package: look at the inputs source_folder, include and exclude")
    files = {}
    links = [path for path in chosen if os.path.islink(os.path.join(source, path))]
    for path in chosen:
        place = os.path.join(source, path)
        if path in links:
            continue
        if is_database(path, place):
            left_out[path] = "a database"
        else:
            files[f"app/{path}"] = place, 0o755 if os.stat(place).st_mode & 0o100 else 0o644
    refuse_links_outside(source, links, {*files, *folders_of(files)})
    return {**files, **{f"app/{path}": (os.path.join(source, path), LINK) for path in links}}


def is_database(path, place):
    """By content, whatever its name. Refuses a private key, which nobody should find out about from a quiet log line."""
    with open(place, "rb") as file:
        content = file.read()
    if PRIVATE_KEY.search(content) or b"\0" in content and PRIVATE_KEY.search(content.replace(b"\0", b"")):  # UTF-16
        raise Refused(f'"{path}" holds a private key: take it out of the repository, or name it in the input exclude')
    return content.startswith(b"SQLite format 3\0")


def refuse_links_outside(source, links, packed):
    """A link is packed as a link where it is relative and leads, inside the application, to something that is packed too."""
    wrong = [path for path in links if not leads_inside(source, path, packed)]
    if wrong:
        names = ", ".join(f'"{path}" -> {os.readlink(os.path.join(source, path))}' for path in wrong)
        raise Refused(f"links that lead to nothing in the package: {names}; make them relative links to packed files, or name them in the input exclude")


def leads_inside(source, path, packed):
    target = os.readlink(os.path.join(source, path))
    beside = os.path.normpath(os.path.join(os.path.dirname(path), target))
    root = os.path.realpath(source)
    real = os.path.relpath(os.path.realpath(os.path.join(source, path)), root)
    inside = not os.path.isabs(target) and beside.split("/")[0] != ".."
    return inside and f"app/{real}" in packed


def dependencies(staged):
    """{"wheels/<name>": …, "requirements.lock": …}"""
    names = ["requirements.lock", *(f"wheels/{name}" for name in os.listdir(os.path.join(staged, "wheels")))]
    return {name: (os.path.join(staged, name), 0o644) for name in names}


def manifest(facts, created, files, requires):
    """What the server checks a package against: each file's sha256 and mode, each link's target, by its path in the package."""
    listing = {
        path: {"sha256": sha256(place), "mode": f"{mode:04o}"}
        for path, (place, mode) in sorted(files.items())
        if mode is not LINK
    }
    links = {path: os.readlink(place) for path, (place, mode) in sorted(files.items()) if mode is LINK}
    document = {
        "version": facts["version"],
        "commit": facts["commit"],
        "created": created.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "python": "%d.%d" % sys.version_info[:2],
        "python_full_version": facts["python_full_version"],
        "target": facts["target"],
        "requires": requires,
        "platform": sysconfig.get_platform(),
        "libc": " ".join(platform.libc_ver()).strip() or "musl",
        "files": listing,
        "links": links,
    }
    return json.dumps(document, indent=1, ensure_ascii=False).encode() + b"\n"


def sha256(place):
    digest = hashlib.sha256()
    with open(place, "rb") as file:
        for block in iter(lambda: file.read(1 << 20), b""):
            digest.update(block)
    return digest.hexdigest()


def write_archive(output, files, time):
    """Sorted, owned by 0:0, everything as old as the commit; written beside and renamed."""
    beside = f"{output}.new"
    try:
        with open(beside, "wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as packed:
            with tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive:
                for folder in folders_of(files):
                    archive.addfile(entry(folder, time, 0o755, tarfile.DIRTYPE))
                for path, (place, mode) in sorted(files.items()):
                    if mode is LINK:
                        archive.addfile(entry(path, time, 0o777, tarfile.SYMTYPE, target=os.readlink(place)))
                        continue
                    with open(place, "rb") as file:
                        archive.addfile(entry(path, time, mode, tarfile.REGTYPE, os.path.getsize(place)), file)
        os.replace(beside, output)
    finally:
        if os.path.exists(beside):
            os.remove(beside)


def folders_of(files):
    """``app`` and ``wheels`` are always there; parents before their children."""
    folders = {"app", "wheels"}
    for path in files:
        parts = path.split("/")[:-1]
        folders.update("/".join(parts[: length + 1]) for length in range(len(parts)))
    return sorted(folders)


def entry(name, time, mode, kind, size=0, target=""):
    member = tarfile.TarInfo(name)
    member.type, member.mode, member.mtime, member.size, member.linkname = kind, mode, time, size, target
    return member


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
