"""Gives the wheels that were built here the same bytes on every runner: what the build tool takes from the checkout's modes and the clock is replaced.

usage: python3 steady_wheels.py WHEELS HASHED
A wheel whose sha256 is in HASHED came from an index, and stays as it is. https://reproducible-builds.org/docs/archives/
"""

import hashlib
import os
import re
import sys
import zipfile


def main(folder, hashed):
    with open(hashed, encoding="utf-8") as file:
        known = set(re.findall(r"--hash=sha256:([0-9a-f]{64})", file.read()))
    for name in sorted(os.listdir(folder)):
        path = os.path.join(folder, name)
        with open(path, "rb") as file:
            if hashlib.sha256(file.read()).hexdigest() in known:
                continue
        with zipfile.ZipFile(path) as old, zipfile.ZipFile(f"{path}.new", "w", zipfile.ZIP_DEFLATED) as new:
            for member in sorted(old.infolist(), key=lambda each: (".dist-info/" in each.filename, each.filename)):
                if member.is_dir():
                    continue
                steady = zipfile.ZipInfo(member.filename, (1980, 1, 1, 0, 0, 0))
                steady.create_system, steady.compress_type = 3, zipfile.ZIP_DEFLATED
                steady.external_attr = (0o100755 if member.external_attr >> 16 & 0o100 else 0o100644) << 16
                new.writestr(steady, old.read(member))
        os.replace(f"{path}.new", path)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
