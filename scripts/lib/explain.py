"""Says in one line which requirement failed, why, and what would be right: from the words of uv and pip, which say it in many.

usage: python3 explain.py WORDS PIP_WHEEL NAMED TARGET PYTHON IMAGE
WORDS is what the tool said. NAMED is the requirements' file; TARGET the server's name; PYTHON its version; IMAGE one that has compilers, git and the
usual libraries. PIP_WHEEL is asked which versions there are. Prints the line. Exits with 75 where trying again may help, else with 0.
"""

import os
import re
import subprocess
import sys

PASSING = 75
SPACES = re.compile(r"\s+")


def main(words, pip, named, target, python, image):
    with open(words, encoding="utf-8", errors="replace") as file:
        lines = file.read().splitlines()
    said = Said(lines, pip, named, target, python, image)
    for look in (disk, list_fault, missing_tool, refused, unreachable, hashes, git, python_version, platform, conflict, absent, not_built):
        found = look(said)
        if found:
            line, passing = found if isinstance(found, tuple) else (found, False)
            print(line)
            return PASSING if passing else 0
    errors = [line.strip() for line in lines if re.match(r"\s*(error|cause)\b", line, re.IGNORECASE)]
    print(SPACES.sub(" ", " ".join(errors[:2]))[:400] or f"{named} cannot be installed; the tool's own words are below")
    return 0


class Said:
    def __init__(self, lines, pip, named, target, python, image):
        self.lines, self.pip, self.named, self.target, self.python, self.image = lines, pip, named, target, python, image
        self.text = "\n".join(lines)
        self.flat = SPACES.sub(" ", self.text)

    def find(self, pattern):
        return re.search(pattern, self.flat)

    def package(self):
        """The package that was being built when it failed."""
        for pattern in (
            r"Failed to build `([^`@ ]+)", r"Failed to download and build `([^`@ ]+)", r"Building wheel for (\S+) \([^)]*\): finished with status 'error'",
            r"Failed building wheel for (\S+)", r"Failed to build ([A-Za-z0-9][\w.-]+)",
        ):
            found = self.find(pattern)
            if found:
                return found[1].replace("==", " ")
        steps = re.findall(r"^\s*(?:Collecting|Processing) (\S+)", self.text, re.MULTILINE)
        return steps[-1].rstrip("/").split("/")[-1].replace("==", " ") if steps else "a package"


def disk(said):
    if said.find(r"No space left on device|os error 28\b|Disk quota exceeded"):
        return "no space is left on the runner's disk: make room, or give the job's temporary folder more (TMPDIR)"


def list_fault(said):
    """What is wrong with the list itself."""
    found = said.find(r"Couldn't parse requirement in `([^`]+)` at position (\d+) cause: (.+?)(?= \^|$)")
    if found:
        return f"{place(found[1], int(found[2]))} cannot be read: {found[3]}"
    found = said.find(r"(Unexpected .{1,120}?): (\S+?):(\d+):\d+") or said.find(r"(Invalid requirement: .{1,160}?) \(from line (\d+) of ([^)]+)\)")
    if found:
        file, number = (found[2], found[3]) if found[3].isdigit() else (found[3], found[2])
        return f"{file}:{number} cannot be read: {found[1]}"
    found = said.find(r"failed to decode file `([^`]+)`") or said.find(r"(UnicodeDecodeError): ")
    if found:
        return f"{said.named if found[1] == 'UnicodeDecodeError' else found[1]} is not UTF-8: save it as UTF-8"
    found = said.find(r"failed to read from file `([^`]+)`: No such file") or said.find(r"Could not open requirements file: .*?'([^']+)'")
    if found:
        return f"{said.named} names {found[1]}, which does not exist: correct the line with -r or -c"
    found = said.find(r"Distribution not found at: (\S+)") or said.find(r"(\S+) is not a valid editable requirement")
    if found:
        return f"{said.named} names {found[1]}, where no package is: correct the path"
    return None


def place(file, position):
    """FILE:LINE of a position in it, in bytes."""
    try:
        with open(file, "rb") as opened:
            return f"{file}:{opened.read(position).count(bytes([10])) + 1}"
    except OSError:
        return file


TOOLS = (
    (r"Cannot find command 'git'|Git executable not found|git: (?:command )?not found", "git", ""),
    (r"pg_config executable not found|pg_config is required", "pg_config (libpq)", ", or require psycopg2-binary or psycopg[binary]"),
    (r"mysql_config:? not found|Can not find valid pkg-config name|mysqlclient-dev", "MySQL's client library", ""),
    (r"can't find Rust compiler|Cargo, the Rust package manager, is not installed|`cargo`.{0,40}(?:No such file|not found)", "a Rust compiler", None),
    (r"pkg-config.{0,40}not found|Did not find pkg-config", "pkg-config", ""),
    (
        r"[Yy]ou need a C compiler|Unknown compiler\(s\)|CMAKE_C_COMPILER not set|unable to execute '?\S*(?:gcc|cc|g\+\+)'?|command '\S*(?:gcc|cc|g\+\+|clang)' failed: No such file"
        r"|No such file or directory: '\S*(?:gcc|cc|g\+\+|clang)'|(?:gcc|cc|g\+\+): (?:command )?not found",
        "a C compiler", "",
    ),
    (r"fatal error: ([\w./+-]+\.h): No such file", "the header {}", ""),
    (r"cannot find -l([\w.+-]+)", "the library {}", ""),
    (r"(?:No such file or directory: '|Could not find )((?:gdal|xml2|xslt|curl|freetype|krb5|net-snmp)-config)", "{}", None),
)


def missing_tool(said):
    for pattern, needs, other in TOOLS:
        found = said.find(pattern)
        if found:
            needs = needs.format(*found.groups()) if found.groups() else needs
            cure = "take an image that has one" if other is None else f"set image to {said.image}, which has it{other}"
            return f"{said.package()} needs {needs} to be built, which this job's image lacks: {cure} (input image)"
    return None


def refused(said):
    """An index that does not let the job in. https://docs.astral.sh/uv/concepts/indexes/"""
    found = said.find(r"An index URL \((\S+)\) could not be queried due to a lack of valid authentication credentials \((\d+ [\w ]+)\)") or said.find(
        r"An index \((\S+)\) returned a (\d+ [\w ]+?) error"
    ) or said.find(r"HTTP status client error \((4\d\d [\w ]+)\) for url \((\S+?)\)")
    if not found:
        return None
    address, status = (found[1], found[2]) if "://" in found[1] else (found[2], found[1])
    return f"the package index {plain(address)} answers {status}: correct its login or address (PIP_INDEX_URL, PIP_EXTRA_INDEX_URL or pip.conf)"


def plain(address):
    return re.sub(r"://[^/@]*@", "://", address)


def unreachable(said):
    found = said.find(r"HTTP status server error \((5\d\d [\w ]+)\) for url \((\S+?)\)")
    if found:
        return f"the package index answers {found[1]} at {plain(found[2])}: it is out of order; try again later", True
    address = said.find(r"(?:error sending request for url|Failed to fetch: ?)\s*\(?`?(https?://[^\s)`]+)") or said.find(r"HTTPS?ConnectionPool\(host='([^']+)'")
    where = plain(address[1]) if address else "the package index"
    if said.find(r"dns error|failed to lookup address|Name or service not known|Temporary failure in name resolution|getaddrinfo failed"):
        return f"the name of {where} is not known on this runner: correct the address (PIP_INDEX_URL), or the runner's DNS", True
    if said.find(r"Connection refused|os error 111"):
        return f"nobody answers at {where} (connection refused): correct the address (PIP_INDEX_URL), or wait until it runs", True
    if said.find(r"certificate verify failed|invalid peer certificate|UnknownIssuer"):
        return f"the certificate of {where} is not trusted here: name its authority's file in PIP_CERT"
    if said.find(r"operation timed out|timed out|ReadTimeout"):
        return f"{where} does not answer in time: try again later, or set PIP_DEFAULT_TIMEOUT", True
    if said.find(r"IncompleteRead|ProtocolError|error decoding response body|end of file before message length|unexpected EOF|Connection (?:reset|broken)|BadZipFile|invalid (?:Zip|zip)|has an invalid wheel|EOF while parsing"):
        return f"a download was cut off or is damaged ({said.package()}): try again; if it stays, empty the job's cache", True
    return None


def hashes(said):
    found = said.find(r"DO NOT MATCH THE HASHES.*?([A-Za-z0-9][\w.-]*==\S+) from (\S+)") or said.find(r"Hash mismatch for `([^`]+)`")
    if found:
        return f"the file of {found[1].replace('==', ' ')} in the index is not the one whose hash {said.named} has: renew the hashes, if you trust the file", False
    found = said.find(r"In --require-hashes mode, all requirements must have their versions pinned with ==.*?: (.{1,200}?)(?= from | The | \(|$)")
    return f"hashes are demanded, and {found[1].strip()} has none: add it to {said.named} with its hash, or unset PIP_REQUIRE_HASHES" if found else None


def git(said):
    if not said.find(r"Git operation failed|git (?:clone|fetch|rev-parse)\b.{0,400}(?:did not run successfully|exit)"):
        return None
    reason = said.find(r"fatal: (.{1,200}?)(?= fatal:|$| note:| error:| ×)")
    address = said.find(r"`([^`]+ @ git\+[^`]+)`") or said.find(r"(git\+\S+)")
    return f"git cannot fetch {plain(address[1]) if address else said.package()}: {reason[1] if reason else 'its words are below'}; correct the address, the branch or the login", bool(said.find(r"Could not resolve host|Failed to connect"))


def python_version(said):
    found = said.find(r"Because (\S+) requires Python (\S+?),? and") or said.find(r"Package '([^']+)' requires a different Python: \S+ not in '([^']+)'")
    if not found:
        swapped = said.find(r"does not satisfy Python ?(\S+?) and (?:all versions of )?(\S+) depends? on Python")
        found = swapped and (None, swapped[2], swapped[1])
    if not found:
        return None
    return f"{found[1].replace('==', ' ')} needs Python {found[2]}, and {said.target} has {said.python}: take another version of it, or set target to a server that has such a Python"


def platform(said):
    found = said.find(r"(?:Because|and) (\S+) has no (?:wheels with a matching (?:platform|Python ABI|Python implementation) tag \(e\.g\., `([^`]+)`\)|usable wheels)")
    if not found:
        return None
    hint = said.find(r"on the following platforms?: (.{1,300}?)(?= hint:|$)") or said.find(r"with the following Python (?:ABI|implementation) tags?: (.{1,300}?)(?= hint:|$)")
    there = f"; there are wheels for {hint[1].replace('`', '')}" if hint else ""
    return f"{found[1].replace('==', ' ')} has no wheel for {said.target} ({found[2] or 'its Python'}{there}) and no source: take another version of it"


def conflict(said):
    found = said.find(r"(Because .* depends? on .* and you require .*?)(?:, we can conclude that your requirements are unsatisfiable|$)")
    if found and not said.find(r"was not found in the (?:package registry|provided package locations)|there (?:is no|are no) version"):
        sentence = re.sub(r", we can conclude that you require .*?\. And because", ", and", found[1][len("Because "):])
        return f"two requirements contradict each other: {sentence[:300]}: change one of them in {said.named}"
    found = said.find(r"The conflict is caused by: (.{1,300}?) To fix this") or said.find(r"(Cannot install .{1,300}?) because these package versions have conflicting")
    return f"two requirements contradict each other: {found[1]}: change one of them in {said.named}" if found else None


def absent(said):
    stale = said.find(r"Ignoring version (\S+) of (\S+) since it has invalid metadata")
    if stale and not said.find(r"was not found in the (?:package registry|provided package locations)"):
        return f"{stale[2]} {stale[1]} has metadata that pip does not read any more: take a later version of it"
    found = said.find(r"Because (?:only )?(\S+) was not found in the (?:package registry|provided package locations)") or said.find(r"No matching distribution found for ([A-Za-z0-9][\w.-]*)")
    version = said.find(r"there (?:is no|are no) versions? of (\S+?)(?:,| and)") or said.find(r"No matching distribution found for (\S+)")
    if found and not (version and has_version(version[1]) and versions_of(said, found[1])):
        by = said.find(re.escape(found[1]) + r" was not found in the (?:package registry|provided package locations) and (?:all versions of )?(\S+) depends? on")
        return f"{found[1]}{f' (required by {by[1]})' if by else ''} is not in the package index: correct the name in {said.named}, or set the index that has it (PIP_INDEX_URL)"
    if version:
        name = re.split(r"[<>=!~;\[]", version[1])[0]
        there = versions_of(said, name)
        return f"{version[1].replace('==', ' ')} does not exist in the package index{f': there are {there}' if there else ''}; correct the version in {said.named}"
    return None


def has_version(text):
    return bool(re.search(r"[<>=!~]", text))


def versions_of(said, name):
    """The newest versions in the index, as pip tells them; nothing where it does not."""
    command = [sys.executable, os.path.join(said.pip, "pip"), "--no-input", "--disable-pip-version-check", "index", "versions", "--", name]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=60).stdout
    except (OSError, subprocess.SubprocessError):
        return ""
    found = re.search(r"Available versions: (.+)", answer)
    return ", ".join(found[1].split(", ")[:8]) if found else ""


def not_built(said):
    if not said.find(r"Failed to build|Failed building wheel|metadata-generation-failed|subprocess-exited-with-error|build backend returned an error"):
        return None
    if said.find(r"Multiple top-level (?:packages|modules) discovered in a flat-layout"):
        return f"{said.package()} does not say which of its folders are packages: name them in pyproject.toml ([tool.setuptools] packages), or leave [build-system] out if it is no package"
    module = said.find(r"(?:ModuleNotFoundError: No module named|ImportError: cannot import name) '([\w.]+)'")
    if module:
        return f"{said.package()} does not build: it needs {module[1]}, which it does not ask for; take a later version of it"
    reasons = [line.strip() for line in said.lines if re.match(r"\s*(?:\w+\.)*\w*(?:Error|Exception)\b.*:", line) and "subprocess" not in line]
    reason = f": {reasons[-1][:200]}" if reasons else ""
    return f"{said.package()} does not build{reason}; take a version that has a wheel for Python {said.python}, or correct its build"


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
