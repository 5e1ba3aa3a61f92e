"""Whether the wheels of a package are all that a Python needs, and whether that Python and its C library can load them.

usage: python3 check_wheels.py PIP_WHEEL describe WHEELS REQUIREMENTS [PYTHON [GLIBC]]
       python3 check_wheels.py PIP_WHEEL judge PYTHON <DESCRIPTION
PIP_WHEEL is pip's own wheel, for its parsers of markers, versions and tags.

``describe`` prints one line for each wheel of the folder WHEELS, as the manifest's ``requires`` has it; and exits with 1, after one line on
standard error for each fault, where the wheels do not fit PYTHON, a full version, and GLIBC; both are this Python's own where they are not given.
REQUIREMENTS, a requirements list, names the extras. A line is ``FILE | python >=3.8 | glibc 2.34 | extras a,b | requires NAME>=1; MARKER``: what
depends on the Python that runs it. It holds neither a double quote nor a square bracket.

``judge`` reads these lines, as a JSON list, and prints a finding for this Python, the server's: ``ok TEXT``, ``note TEXT`` or ``problem TEXT<tab>CURE``,
with a tab after the first word. PYTHON is what the package was made for.

https://packaging.python.org/en/latest/specifications/ (dependency specifiers, core metadata, platform compatibility tags)
"""

import email.parser
import glob
import json
import os
import platform
import re
import sys
import zipfile

sys.path.insert(0, sys.argv[1])
from pip._vendor.packaging import markers, requirements, specifiers, tags  # noqa: E402

DEPENDS_ON_PYTHON = re.compile(r"\b(python_version|python_full_version|implementation_\w+|platform_\w+|sys_platform|os_name)\b")


def main(_pip, command, *arguments):
    return {"describe": describe, "judge": judge}[command](*arguments)


def describe(folder, listed, python="", glibc=""):
    wheels = [read(path) for path in sorted(glob.glob(os.path.join(folder, "*.whl")))]
    world = world_of(python, glibc)
    choose_extras(wheels, extras_of(listed), world)
    for wheel in wheels:
        print(line_of(wheel))
    faults = faults_of(wheels, world)
    for fault in faults:
        print(f"error: {fault}", file=sys.stderr)
    return 1 if faults else 0


def judge(python):
    wheels = [parse(line) for line in json.load(sys.stdin)]
    world = world_of("", "")
    own = world["environment"]["python_full_version"]
    faults = faults_of(wheels, world)
    for fault in faults[:20]:
        print(f"problem\t{fault}\tset the input target to what this server is, Python {own}, and build again")
    if not faults:
        for_another = f", made for {python}" if python not in ("", own) else ""
        print(f"ok\tPython {own} has all that the {len(wheels)} wheels need{for_another}")
    return 0


def world_of(python, glibc):
    """What markers, versions and tags are compared with."""
    environment = markers.default_environment()
    if python:
        minor = ".".join(python.split(".")[:2])
        environment.update(python_full_version=python, python_version=minor, implementation_version=python)
    name, own = platform.libc_ver()
    newest = glibc or (own if name == "glibc" else "")
    known = {str(tag) for tag in tags.sys_tags()}
    if glibc:  # this job's may be newer, or older: then what it cannot run itself is not in the package
        known = {tag for tag in known if not is_newer(re.search(r"manylinux_2_(\d+)", tag), glibc)}
    return {"environment": environment, "tags": known, "glibc": newest}


def is_newer(match, glibc):
    return bool(match) and int(match[1]) > int(glibc.split(".")[1])


def read(path):
    """A wheel's name, version, and what it says of itself."""
    with zipfile.ZipFile(path) as archive:
        [place] = [name for name in archive.namelist() if re.fullmatch(r"[^/]+\.dist-info/METADATA", name)]
        metadata = email.parser.BytesHeaderParser().parsebytes(archive.read(place))
        compiled = [name for name in archive.namelist() if re.search(r"\.so(\.|$)", name)] if "-linux_" in path else []
        needed = [int(each) for name in compiled for each in re.findall(rb"GLIBC_2\.(\d+)", archive.read(name))]
    return {
        "file": os.path.basename(path),
        "python": str(metadata["Requires-Python"] or "").strip(),
        "glibc": f"2.{max(needed)}" if needed else "",
        "extras": set(),
        "requires": [requirements.Requirement(each) for each in metadata.get_all("Requires-Dist", [])],
    }


def parse(line):
    first, *rest = line.split(" | ")
    fields = [each.split(" ", 1) for each in rest]
    found = {name: value for name, value in fields if name != "requires"}
    return {
        "file": first,
        "python": found.get("python", ""),
        "glibc": found.get("glibc", ""),
        "extras": set(found["extras"].split(",")) if "extras" in found else set(),
        "requires": [requirements.Requirement(value) for name, value in fields if name == "requires"],
    }


def line_of(wheel):
    """Only what depends on the Python: the rest was proved by installing it. Extras of what is required are with its own wheel."""
    fields = [wheel["file"]]
    fields += [f"{name} {wheel[name]}" for name in ("python", "glibc") if wheel[name]]
    fields += [f"extras {','.join(sorted(wheel['extras']))}"] if wheel["extras"] else []
    for each in wheel["requires"]:
        if each.marker and DEPENDS_ON_PYTHON.search(str(each.marker)):
            fields.append(f"requires {each.name}{each.specifier}; {each.marker}".replace('"', "'"))
    return " | ".join(fields)


def extras_of(listed):
    """{name: {"extra"}} of a requirements list."""
    found = {}
    with open(listed, encoding="utf-8-sig", errors="replace") as file:
        for name, extras in re.findall(r"^\s*([A-Za-z0-9][\w.-]*)\s*\[([^\]]*)\]", file.read(), re.MULTILINE):
            found.setdefault(canonical(name), set()).update(canonical(each.strip()) for each in extras.split(","))
    return found


def choose_extras(wheels, wanted, world):
    """Each wheel's extras: those of the list, and those that wheels ask of each other, until nothing is added."""
    by_name = {name_of(wheel): wheel for wheel in wheels}
    for name, extras in wanted.items():
        if name in by_name:
            by_name[name]["extras"] |= extras
    grown = True
    while grown:
        grown = False
        for wheel in wheels:
            for each in active(wheel, world):
                other = by_name.get(canonical(each.name))
                extras = {canonical(extra) for extra in each.extras}
                if other and not extras <= other["extras"]:
                    other["extras"] |= extras
                    grown = True


def active(wheel, world):
    """What the wheel requires there, with its extras."""
    for each in wheel["requires"]:
        extras = wheel["extras"] or {""}
        if not each.marker or any(each.marker.evaluate({**world["environment"], "extra": extra}) for extra in extras):
            yield each


def faults_of(wheels, world):
    """One line for each reason why these wheels do not install and load there."""
    python = world["environment"]["python_full_version"]
    versions = {name_of(wheel): version_of(wheel) for wheel in wheels}
    faults = []
    for wheel in wheels:
        called = f"{name_of(wheel)} {version_of(wheel)}"
        if not fitting(wheel["file"], world["tags"]):
            faults.append(f"{called} is for another platform: {wheel['file']}" + (f", and there is glibc {world['glibc']}" if world["glibc"] else ""))
        if wheel["glibc"] and world["glibc"] and is_newer(re.match(r"2\.(\d+)", wheel["glibc"]), world["glibc"]):
            faults.append(f"{called} was compiled with glibc {wheel['glibc']}, and there is {world['glibc']}")
        if wheel["python"] and not specifiers.SpecifierSet(wheel["python"]).contains(python.rstrip("+"), prereleases=True):
            faults.append(f"{called} needs Python {wheel['python']}, and there is {python}")
        for each in active(wheel, world):
            has = versions.get(canonical(each.name))
            if has is None:
                faults.append(f"{called} needs {each.name}{each.specifier} on Python {python}, and the package does not have it")
            elif not each.specifier.contains(has, prereleases=True):
                faults.append(f"{called} needs {each.name}{each.specifier} on Python {python}, and the package has {has}")
    return faults


def fitting(file, known):
    interpreters, interfaces, platforms = file[: -len(".whl")].split("-")[-3:]
    every = (f"{one}-{two}-{three}" for one in interpreters.split(".") for two in interfaces.split(".") for three in platforms.split("."))
    return any(tag.lower() in known for tag in every)


def name_of(wheel):
    return canonical(wheel["file"].split("-")[0])


def version_of(wheel):
    return wheel["file"].split("-")[1]


def canonical(name):
    return re.sub(r"[-_.]+", "-", name).lower()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
