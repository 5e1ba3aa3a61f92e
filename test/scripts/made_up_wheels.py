"""Writes wheels that hold one empty module each.

usage: python3 made_up_wheels.py FOLDER <JSON
JSON is a list of {"name", "version", "tag": "py3-none-any", "requires": […], "python": ">=3.8", "extras": […], "files": {path: text}}; all but
the name have defaults. Prints {file name: sha256} as JSON.
"""

import hashlib
import json
import os
import sys
import zipfile


def main(folder):
    os.makedirs(folder, exist_ok=True)
    made = {}
    for each in json.load(sys.stdin):
        name, version, tag = each["name"], each.get("version", "1.0"), each.get("tag", "py3-none-any")
        plain = name.replace("-", "_")
        info = f"{plain}-{version}.dist-info"
        metadata = [f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}"]
        metadata += [f"Requires-Python: {each['python']}"] if "python" in each else []
        metadata += [f"Provides-Extra: {one}" for one in each.get("extras", [])]
        metadata += [f"Requires-Dist: {one}" for one in each.get("requires", [])]
        files = {
            f"{plain}.py": "",
            **each.get("files", {}),
            f"{info}/METADATA": "\n".join(metadata) + "\n",
            f"{info}/WHEEL": f"Wheel-Version: 1.0\nGenerator: made up\nRoot-Is-Purelib: true\nTag: {tag}\n",
        }
        files[f"{info}/RECORD"] = "".join(f"{path},,\n" for path in [*files, f"{info}/RECORD"])
        path = os.path.join(folder, f"{plain}-{version}-{tag}.whl")
        with zipfile.ZipFile(path, "w") as archive:
            for inside, text in files.items():
                archive.writestr(zipfile.ZipInfo(inside, (1980, 1, 1, 0, 0, 0)), text)
        with open(path, "rb") as file:
            made[os.path.basename(path)] = hashlib.sha256(file.read()).hexdigest()
    print(json.dumps(made))


if __name__ == "__main__":
    main(*sys.argv[1:])
