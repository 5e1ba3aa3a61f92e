"""Prints a requirements list that names each wheel of a folder with its version and sha256.

usage: python3 lock_wheels.py WHEELS
``pip install --no-index --find-links WHEELS --require-hashes -r LIST`` then installs exactly these files.
"""

import email.parser
import hashlib
import os
import re
import sys
import zipfile


def main(wheels):
    print("# Every wheel of this package. Made by build_deployment_package; pip installs nothing else.")
    for line in sorted(requirement(os.path.join(wheels, name)) for name in os.listdir(wheels)):
        print(line)


def requirement(wheel):
    with zipfile.ZipFile(wheel) as archive:
        [path] = [name for name in archive.namelist() if re.fullmatch(r"[^/]+\.dist-info/METADATA", name)]
        metadata = email.parser.BytesHeaderParser().parsebytes(archive.read(path))
    with open(wheel, "rb") as file:
        digest = hashlib.sha256(file.read()).hexdigest()
    name = re.sub(r"[-_.]+", "-", metadata["Name"]).lower()
    return f"{name}=={metadata['Version']} --hash=sha256:{digest}"


if __name__ == "__main__":
    main(*sys.argv[1:])
