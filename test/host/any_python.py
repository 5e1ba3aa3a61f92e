"""Makes an unpacked deployment package fit another Python: wheels with compiled parts lose them and fall back to their Python code.

usage: python3 any_python.py FOLDER VERSION

MarkupSafe is the one such wheel of the example application; its compiled part only makes it faster. So a server with another
Debian can be deployed to from a machine that has wheels for its own Python alone.
"""

import base64
import hashlib
import json
import pathlib
import sys
import zipfile


def main(folder, version):
    lock = (folder / "requirements.lock").read_text()
    manifest = (folder / "manifest.json").read_text()
    for wheel in folder.glob("wheels/*-cp*.whl"):
        plain = wheel.with_name("-".join(wheel.stem.split("-")[:2]) + "-py3-none-any.whl")
        before = sha256(wheel)
        without_compiled_parts(wheel, plain)
        wheel.unlink()
        lock = lock.replace(before, sha256(plain))
        manifest = manifest.replace(wheel.name, plain.name)
    (folder / "requirements.lock").write_text(lock)
    (folder / "manifest.json").write_text(json.dumps({**json.loads(manifest), "python": version, "python_full_version": f"{version}.0"}))


def without_compiled_parts(wheel, plain):
    with zipfile.ZipFile(wheel) as old, zipfile.ZipFile(plain, "w") as new:
        record, name_of_record = [], ""
        for name in old.namelist():
            content = old.read(name)
            if name.endswith(".so"):
                continue
            if name.endswith(".dist-info/RECORD"):
                name_of_record = name
                continue
            if name.endswith(".dist-info/WHEEL"):
                lines = content.decode().splitlines()
                content = "\n".join([*(line for line in lines if not line.startswith(("Tag:", "Root-Is-Purelib:"))), "Root-Is-Purelib: true", "Tag: py3-none-any", ""]).encode()
            new.writestr(entry(name), content)
            digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
            record.append(f"{name},sha256={digest},{len(content)}")
        new.writestr(entry(name_of_record), "\n".join([*record, f"{name_of_record},,", ""]))


def entry(name):
    """The same content makes the same archive, whenever it is written."""
    return zipfile.ZipInfo(name, date_time=(1980, 1, 2, 0, 0, 0))


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


main(pathlib.Path(sys.argv[1]), sys.argv[2])
