"""Prints one line for each wheel of a package, with its size and where it comes from, and writes the package's list of contents for GitLab.

usage: python3 list_wheels.py WHEELS HASHED FACTS REPORT
WHEELS is the folder; HASHED the list with the hashes that an index gave, or none; FACTS is JSON with "version", "commit" and "created". REPORT is
written in the form CycloneDX, the same bytes for the same commit. https://cyclonedx.org/docs/1.5/json/,
https://docs.gitlab.com/ci/yaml/artifacts_reports/#artifactsreportscyclonedx
"""

import email.parser
import hashlib
import json
import os
import re
import sys
import uuid
import zipfile


def main(folder, hashed, facts, report):
    wheels = sorted((read(os.path.join(folder, name)) for name in os.listdir(folder)), key=lambda wheel: wheel["name"])
    known = set()
    if os.path.isfile(hashed):
        with open(hashed, encoding="utf-8") as file:
            known = set(re.findall(r"--hash=sha256:([0-9a-f]{64})", file.read()))
    sums = {}
    for wheel in wheels:
        origin = "from an index" if wheel["sha256"] in known else "built here" if known else "from an index or built here"
        sums[origin] = sums.get(origin, 0) + wheel["size"]
        print(f"{wheel['size'] / 1e6:8.1f} MB  {wheel['name']} {wheel['version']}, {origin}")
    total = ", ".join(f"{size / 1e6:.1f} MB {origin}" for origin, size in sorted(sums.items()))
    print(f"{len(wheels)} wheels: {total or 'none is needed'}")
    with open(report, "w", encoding="utf-8") as file:
        json.dump(contents(wheels, json.loads(facts)), file, indent=1, sort_keys=True)
        file.write("\n")
    return 0


def read(path):
    with zipfile.ZipFile(path) as archive:
        [place] = [name for name in archive.namelist() if re.fullmatch(r"[^/]+\.dist-info/METADATA", name)]
        metadata = email.parser.BytesHeaderParser().parsebytes(archive.read(place))
    with open(path, "rb") as file:
        digest = hashlib.sha256(file.read()).hexdigest()
    name = re.sub(r"[-_.]+", "-", str(metadata["Name"])).lower()
    licence = str(metadata["License-Expression"] or "")
    return {"name": name, "version": str(metadata["Version"]), "sha256": digest, "size": os.path.getsize(path), "licence": licence}


def contents(wheels, facts):
    identity = uuid.uuid5(uuid.NAMESPACE_URL, "\n".join([facts["commit"], *(wheel["sha256"] for wheel in wheels)]))
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "serialNumber": f"urn:uuid:{identity}",
        "version": 1,
        "metadata": {
            "timestamp": facts["created"],
            "component": {"type": "application", "bom-ref": "application", "name": "application", "version": facts["version"]},
            "properties": [{"name": "gitlab:meta:schema_version", "value": "1"}, {"name": "gitlab:dependency_scanning:language:name", "value": "Python"}],
        },
        "components": [component(wheel) for wheel in wheels],
    }


def component(wheel):
    address = f"pkg:pypi/{wheel['name']}@{wheel['version'].replace('+', '%2B')}"
    found = {
        "type": "library",
        "bom-ref": address,
        "purl": address,
        "name": wheel["name"],
        "version": wheel["version"],
        "hashes": [{"alg": "SHA-256", "content": wheel["sha256"]}],
    }
    return {**found, "licenses": [{"expression": wheel["licence"]}]} if wheel["licence"] else found


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
