"""Makes two tiny distributions for the tests: a wheel `greeting` and a source archive `farewell`, which requires it.

usage: python3 tiny_distributions.py FOLDER

The source archive brings its own build backend, so that pip needs no index. Its wheel's dates are those of SOURCE_DATE_EPOCH or
else of now, as with setuptools, flit and hatchling.
"""

import io
import os
import sys
import tarfile

BACKEND = '''
import os, time, zipfile

def write_wheel(folder, name, version, module, requires=()):
    moment = int(os.environ.get("SOURCE_DATE_EPOCH", time.time()))
    info = f"{name}-{version}.dist-info"
    files = {
        f"{name}.py": module,
        f"{info}/METADATA": f"Metadata-Version: 2.1\\nName: {name}\\nVersion: {version}\\n"
        + "".join(f"Requires-Dist: {one}\\n" for one in requires),
        f"{info}/WHEEL": "Wheel-Version: 1.0\\nGenerator: tiny\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
    }
    files[f"{info}/RECORD"] = "".join(f"{path},,\\n" for path in [*files, f"{info}/RECORD"])
    wheel = f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(os.path.join(folder, wheel), "w") as archive:
        for path, text in files.items():
            archive.writestr(zipfile.ZipInfo(path, time.gmtime(moment)[:6]), text)
    return wheel

def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    return write_wheel(wheel_directory, "farewell", "2.0", "from greeting import NAME\\n", ["greeting>=1"])
'''


def main(folder):
    scope = {}
    exec(BACKEND, scope)
    os.makedirs(folder, exist_ok=True)
    os.environ["SOURCE_DATE_EPOCH"] = "315532800"
    scope["write_wheel"](folder, "greeting", "1.0", "NAME = 'Ada'\n")
    with tarfile.open(os.path.join(folder, "farewell-2.0.tar.gz"), "w:gz") as archive:
        for name, text in {
            "pyproject.toml": '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n',
            "backend.py": BACKEND,
            "PKG-INFO": "Metadata-Version: 2.1\nName: farewell\nVersion: 2.0\n",
        }.items():
            member = tarfile.TarInfo(f"farewell-2.0/{name}")
            member.size = len(text.encode())
            archive.addfile(member, io.BytesIO(text.encode()))


if __name__ == "__main__":
    main(*sys.argv[1:])
