"""What the files that describe a project share: reading them, names, versions, markers; and the one way to refuse.

pip's own wheel, whose path is the variable BERTH_PIP_WHEEL, lends its parsers of TOML, versions and markers: Python has one of TOML since 3.11 only.
https://packaging.python.org/en/latest/specifications/
"""

import json
import os
import re
import sys
import urllib.parse

sys.path.insert(0, os.environ["BERTH_PIP_WHEEL"])
try:
    import tomllib
except ModuleNotFoundError:
    from pip._vendor import tomli as tomllib
from pip._vendor.packaging import markers, requirements, specifiers, version  # noqa: E402

NAME = re.compile(r"^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$")
VERSION = re.compile(r"^[A-Za-z0-9.!+_-]+$")
HASH = re.compile(r"^[a-z0-9]+:[0-9A-Fa-f]{32,128}$")
ADDRESS = re.compile(r"^[!-~]+$")


class Refused(Exception):
    """One line: what is wrong, where, and what would be right."""


def read_text(path, shown):
    try:
        with open(path, encoding="utf-8-sig") as file:
            return file.read()
    except UnicodeDecodeError as error:
        raise Refused(f"{shown} is not UTF-8 (byte {error.start}): save it as UTF-8") from None


def read_toml(path, shown):
    try:
        return tomllib.loads(read_text(path, shown))
    except tomllib.TOMLDecodeError as error:
        raise Refused(f"{shown} is no valid TOML: {error}") from None


def read_json(path, shown):
    try:
        return json.loads(read_text(path, shown))
    except ValueError as error:
        raise Refused(f"{shown} is no valid JSON: {error}") from None


def table(value, *names):
    """The table below these names; an empty one where something else stands there, or nothing."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def entries(value):
    """The tables of a list, and nothing else of it."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def texts(value):
    """The texts of a list or a single text."""
    value = [value] if isinstance(value, str) else value
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def canonical(name):
    return re.sub(r"[-_.]+", "-", str(name)).lower()


def holds(marker, environment, extras=()):
    """Whether an environment marker, which may be absent, is true there, for one of the extras or without any."""
    if not marker:
        return True
    try:
        parsed = markers.Marker(marker)
        return any(parsed.evaluate({**environment, "extra": extra}) for extra in ["", *extras])
    except (markers.InvalidMarker, markers.UndefinedComparison, markers.UndefinedEnvironmentName):
        raise Refused(f'the marker "{marker}" cannot be read') from None


def environment_of(python):
    """The variables of markers for this machine, with a full version of Python such as 3.11.2 in place of its own."""
    environment = markers.default_environment()
    if python:
        minor = ".".join(python.split(".")[:2])
        environment.update(python_full_version=python, python_version=minor, implementation_version=python)
    return environment


def ranges(constraint):
    """A constraint as a list of specifier sets of which one must hold: PEP 440's, and Poetry's ^ ~ || and plain versions.

    https://python-poetry.org/docs/dependency-specification/#version-constraints. None where it cannot be read.
    """
    try:
        return [specifiers.SpecifierSet(",".join(map(plain, re.split(r"\s*,\s*|(?<=[\w*])\s+(?=[<>=!~^])", part.strip())))) for part in re.split(r"\s*\|\|?\s*", str(constraint).strip())]
    except (specifiers.InvalidSpecifier, version.InvalidVersion, ValueError):
        return None


def plain(part):
    part = part.strip()
    if part in ("", "*"):
        return ""
    found = re.match(r"^(\^|~(?!=)|)\s*v?(\d[\w.+!-]*?)(\.\*)?$", part)
    if not found:
        return re.sub(r"^=(?!=)", "==", part)
    sign, number, star = found.groups()
    release = list(version.Version(number).release)
    if star:
        return f"=={number}.*"
    if not sign:
        return f"=={number}"
    at = next((index for index, each in enumerate(release) if each), len(release) - 1) if sign == "^" else min(1, len(release) - 1)
    upper = release[: at + 1]
    upper[-1] += 1
    return f">={number},<{'.'.join(map(str, upper))}"


def fits(number, constraint):
    """Whether a version satisfies a constraint; one that cannot be read does not say no."""
    found = ranges(constraint)
    try:
        return found is None or any(each.contains(number, prereleases=True) for each in found)
    except version.InvalidVersion:
        return False


def pin(name, number, hashes=()):
    """A line of a requirements list for one version, whatever the hashes. Refuses what would be read as something else."""
    if not NAME.match(str(name)) or not VERSION.match(str(number)):
        raise Refused(f'"{name}" {number} is no package with a version')
    return f"{name}=={number}" + "".join(f" --hash={each}" for each in sorted(set(hashes)) if HASH.match(str(each)))


def at_address(name, address):
    """A line for a package behind an address."""
    if not NAME.match(str(name)) or not ADDRESS.match(str(address)):
        raise Refused(f'"{name}" has an address that cannot be read')
    return f"{name} @ {address}"


def in_folder(name, folder, extras=()):
    """A line for a package that lies in a folder of the project."""
    address = f"file://{urllib.parse.quote(os.path.realpath(folder))}"
    wanted = f"[{','.join(sorted(extras))}]" if extras else ""
    return at_address(name, address).replace(" @", f"{wanted} @", 1) if name else f"{os.path.realpath(folder)}{wanted}"


def from_git(name, address, commit, subdirectory=""):
    address = address if address.startswith(("git+", "git@")) else f"git+{address}"
    address = re.sub(r"^git@([^:]+):", r"git+ssh://git@\1/", address)
    return at_address(name, address + (f"@{commit}" if commit else "") + (f"#subdirectory={subdirectory}" if subdirectory else ""))
