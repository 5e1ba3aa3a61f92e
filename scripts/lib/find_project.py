"""Finds what a project's requirements are, says so in one line, and writes them where the job can take them.

usage: python3 find_project.py OUTPUT PROJECT SOURCE_FOLDER TARGET PYTHON
OUTPUT is a folder; PROJECT the checkout; SOURCE_FOLDER the application's folder in it; TARGET its name for people; PYTHON what the target has, such as
3.11.2 or 3.11. Reads BERTH_PIP_WHEEL; the inputs BERTH_REQUIREMENTS_FILE and BERTH_GROUPS; for tests BERTH_TEST_REQUIREMENTS_FILE and BERTH_TEST_GROUPS;
and BERTH_EVERY_PYTHON, set where a job is one of several that each have another Python, which no file of the project then contradicts.
Which files are looked for, in which order, is in project_kinds.json beside this program: the most exact one wins.

Writes OUTPUT/facts, records NAME=value that each end with a NUL:
  NAMED       the file as a message calls it
  LIST        a requirements list for uv or pip
  BASE        the folder from which its relative paths count
  LOCKED      1 where the list names all that is needed, each in one version; else empty
  TESTS       a second list, what only the tests need; empty where nothing is known
Exits with 1, and one line, where there is no answer.
"""

import json
import os
import re
import sys

import python_versions
import read_locks
from project_text import Refused, canonical, entries, environment_of, in_folder, read_toml, table
from read_pyproject import describes_project, groups_of, lines_of, read_project

HERE = os.path.dirname(os.path.abspath(__file__))


def main(output, project, source_folder, target, python):
    with open(os.path.join(HERE, "project_kinds.json"), encoding="utf-8") as file:
        kinds = json.load(file)
    search = Search(output, project, source_folder, kinds)
    try:
        find(search, target, python)
    except Refused as refusal:
        print(f"error: {refusal}", file=sys.stderr)
        return 1
    return 0


class Search:
    """The folders to look in, nearest first, and where the answer goes."""

    def __init__(self, output, project, source_folder, kinds):
        self.output, self.project, self.kinds = output, os.path.realpath(project), kinds
        self.source = os.path.realpath(os.path.join(project, source_folder))
        self.folders = [self.source]
        while self.folders[-1] != self.project:
            self.folders.append(os.path.dirname(self.folders[-1]))

    def shown(self, path):
        return os.path.relpath(path, self.project)

    def write(self, name, lines):
        path = os.path.join(self.output, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write("".join(f"{line}\n" for line in lines))
        return path


def find(search, target, python):
    numbers = tuple(map(int, python.split(".")))
    matrix = bool(os.environ.get("BERTH_EVERY_PYTHON"))
    for line in python_versions.compare(search.folders, numbers, target, matrix):
        print(line, file=sys.stderr)
    warn_of_misspelled(search)
    found = candidates(search)
    named = os.environ.get("BERTH_REQUIREMENTS_FILE", "")
    kind, path = chosen(search, named) if named else first(search, found)
    environment = environment_of(python if len(numbers) == 3 else "")
    wanted = set(map(canonical, os.environ.get("BERTH_GROUPS", "").split()))
    facts = {"NAMED": search.shown(path), "BASE": os.path.dirname(path), "LOCKED": "1" if kind.get("lock") else ""}
    others = beside(search, found, kind, path)
    lines = None
    if kind["reader"] == "list":
        refuse_groups(wanted, {}, facts["NAMED"], "groups")
        facts["LIST"], facts["BASE"] = path, base_of(search, path)
    else:
        refuse_groups(wanted, groups_there(search, kind, path), facts["NAMED"], "groups")
        try:
            lines = read(search, kind, path, wanted, environment)
        except Refused as refusal:
            raise Refused(f"{refusal}; there is also {', '.join(others)} (input requirements_file)" if others else str(refusal)) from None
        facts["LIST"] = search.write("requirements.txt", lines)
    also = f"; not read: {', '.join(others)} (input requirements_file chooses)" if others else ""
    amount = f", {len(lines)} packages" if lines is not None and kind.get("lock") else ""
    print(f"requirements: {facts['NAMED']}{amount}{also}", file=sys.stderr)
    facts["TESTS"] = tests(search, kind, path, wanted, environment, lines) if "BERTH_TEST_REQUIREMENTS_FILE" in os.environ else ""
    with open(os.path.join(search.output, "facts"), "w", encoding="utf-8") as file:
        file.write("".join(f"{name}={value}\0" for name, value in facts.items()))


def beside(search, found, kind, path):
    """The other files in its folder that say what an application requires."""
    read_too = {os.path.basename(path), kind.get("beside")}
    return [search.shown(each) for _, each in found if os.path.dirname(each) == os.path.dirname(path) and os.path.basename(each) not in read_too]


def candidates(search):
    """(kind, path) of all that could be the application's requirements, the most exact of the nearest folder first."""
    found = []
    for folder in search.folders:
        for kind in search.kinds["kinds"]:
            path = os.path.join(folder, kind["file"])
            if os.path.isfile(path) and is_there(kind, folder):
                found.append((kind, path))
        if folder == search.source:
            found = workspace(search) + found
    return found


def is_there(kind, folder):
    if kind["reader"] == "pyproject":
        return describes_project(read_project(folder))
    beside = kind.get("beside")
    return beside != "pyproject.toml" or os.path.isfile(os.path.join(folder, beside))


def workspace(search):
    """uv.lock of a folder above, where it knows the application's folder as a member."""
    for folder in search.folders[1:]:
        path = os.path.join(folder, "uv.lock")
        if os.path.isfile(path) and os.path.isfile(os.path.join(search.source, "pyproject.toml")):
            members = [value for each in entries(read_toml(path, search.shown(path)).get("package")) for value in table(each, "source").values()]
            if os.path.relpath(search.source, folder) in members:
                return [(search.kinds["kinds"][0], path)]
    return []


def first(search, found):
    if found:
        return found[0]
    for each in search.kinds["refused"]:
        if os.path.isfile(os.path.join(search.source, each["file"])):
            raise Refused(f'{search.shown(os.path.join(search.source, each["file"]))} is for {each["tool"]}, whose packages this job does not install: {each["cure"]}')
    if os.path.isfile(os.path.join(search.source, "pyproject.toml")):
        raise Refused(f"pyproject.toml has neither [project] nor [tool.poetry], so nothing says what the application requires: list it there, or in a requirements.txt")
    below = sorted(set(found_below(search)))[:3]
    cure = f"; there is {', '.join(below)}: set the input source_folder or requirements_file" if below else ": write a requirements.txt, or name the file (input requirements_file)"
    looked_for = ", ".join(each["file"] for each in search.kinds["kinds"] if "/" not in each["file"])
    where = "this project" if search.source == search.project else f"{search.shown(search.source)} or above it"
    raise Refused(f"there is nothing in {where} that says what the application requires (looked for {looked_for}){cure}")


def found_below(search):
    names = {each["file"] for each in search.kinds["kinds"]}
    for folder, folders, files in os.walk(search.project):
        folders[:] = [] if folder.count(os.sep) - search.project.count(os.sep) > 2 else [each for each in folders if not each.startswith((".", "node_modules", "venv"))]
        for name in files:
            plain = re.sub(r"[_\s]", "-", name.strip().lower())
            if name in names or plain in ("requirement.txt", "requirements.text") or plain == "requirements.txt" != name:
                yield search.shown(os.path.join(folder, name))


def chosen(search, named):
    path = os.path.join(search.project, named)
    if not os.path.isfile(path):
        found = [search.shown(each) for _, each in candidates(search)]
        raise Refused(f'there is no file "{named}" in this project (input requirements_file)' + (f"; there is {', '.join(found)}" if found else ""))
    by_name = {each["file"]: each for each in search.kinds["kinds"] if each["reader"] != "list"}
    return by_name.get(os.path.basename(named), {"reader": "list", "file": named}), path


def read(search, kind, path, wanted, environment):
    """The lines of a requirements list."""
    folder, reader = os.path.dirname(path), kind["reader"]
    try:
        if reader == "uv":
            member = os.path.relpath(search.source, folder) if os.path.isfile(os.path.join(search.source, "pyproject.toml")) else "."
            return list(read_locks.uv(folder, wanted, environment, member).values())
        if reader == "pyproject":
            return lines_of(read_project(folder), folder, wanted, search.shown(path))
        if reader == "package":
            return [in_folder("", folder)]
        return list(getattr(read_locks, reader)(folder, wanted, environment).values())
    except Refused as refusal:
        make = f': run "{kind["make"]}" and commit {kind["file"]}' if " is out of date" in str(refusal) else ""
        raise Refused(f"{refusal}{make}") from None
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        cure = f': run "{kind["make"]}" again' if "make" in kind else ""
        raise Refused(f"{search.shown(path)} has not the form that it should have ({type(error).__name__}: {error}){cure}") from None


def groups_there(search, kind, path):
    """The names of the groups and extras that the project has."""
    folder = search.source if kind["reader"] == "uv" and os.path.isfile(os.path.join(search.source, "pyproject.toml")) else os.path.dirname(path)
    if kind["reader"] in ("pipenv", "pipfile"):
        return {"dev", "develop", *(each for each in read_toml(os.path.join(folder, "Pipfile"), "Pipfile") if each not in ("source", "packages", "dev-packages", "requires"))}
    return set(groups_of(read_project(folder))) if kind["reader"] in ("uv", "poetry", "pdm", "pyproject") else set()


def refuse_groups(wanted, there, named, setting):
    missing = sorted(wanted - set(there))
    if missing:
        has = f"has {', '.join(sorted(there))}" if there else "has none"
        raise Refused(f"there is no group or extra {', '.join(missing)} (input {setting}): {named} {has}")


def tests(search, kind, path, wanted, environment, lines):
    """The path of a list of what only the tests need; says what it is."""
    named, known = os.environ["BERTH_TEST_REQUIREMENTS_FILE"], search.kinds["tests"]
    groups = set(map(canonical, os.environ.get("BERTH_TEST_GROUPS", "").split()))
    there = groups_there(search, kind, path)
    refuse_groups(groups, there, search.shown(path), "test_groups")
    if named:
        if not os.path.isfile(os.path.join(search.project, named)):
            raise Refused(f'there is no file "{named}" in this project (input test_requirements_file)')
        print(f"the tests' requirements: {named}", file=sys.stderr)
        return os.path.join(search.project, named)
    groups = groups or {each for each in known["groups"] if each in there} - wanted
    if groups:
        more = [each for each in read(search, kind, path, wanted | groups, environment) if each not in (lines or [])]
        if more:
            print(f"the tests' requirements: {', '.join(sorted(groups))} of {search.shown(path)} (input test_groups)", file=sys.stderr)
            return search.write("tests.txt", more)
    for folder in search.folders:
        for each in known["files"]:
            if os.path.isfile(os.path.join(folder, each)):
                print(f"the tests' requirements: {search.shown(os.path.join(folder, each))} (input test_requirements_file)", file=sys.stderr)
                return os.path.join(folder, each)
    print(f"the tests get pytest and pytest-cov: no file such as {known['files'][0]} or requirements-dev.txt, no group such as test or dev", file=sys.stderr)
    return ""


def base_of(search, path):
    """The folder from which relative paths in a requirements list count: where the team's own pip would run."""
    asked = list(relative_paths(path))
    bases = [search.source] if search.source == search.project or path.startswith(search.source + os.sep) else [os.path.dirname(path), search.source]
    bases = [*bases, os.path.dirname(path), search.project]
    for base in bases:
        if all(is_installable(os.path.join(base, each)) for each, _ in asked):
            if asked and base != search.project:
                print(f"paths in {search.shown(path)} count from {search.shown(base)}", file=sys.stderr)
            return base
    wrong, place = next((each, place) for each, place in asked if not is_installable(os.path.join(bases[0], each)))
    raise Refused(f'{search.shown(place)} names "{wrong}", which is no folder with a pyproject.toml or setup.py, counted from {" or ".join(dict.fromkeys(map(search.shown, bases)))}')


def is_installable(path):
    return os.path.isfile(path) or any(os.path.isfile(os.path.join(path, each)) for each in ("pyproject.toml", "setup.py", "setup.cfg"))


def relative_paths(path, above=()):
    """(path, file) of each requirement that is a path, also in the files that -r names."""
    if not os.path.isfile(path) or path in above:
        return
    with open(path, encoding="utf-8-sig", errors="replace") as file:
        for line in file.read().replace("\\\n", " ").splitlines():
            line = re.sub(r"(^|\s)#.*$", "", line).strip()
            option = re.match(r"^(-r|--requirement|-e|--editable)[=\s]*(.+)$", line)
            if option and option[1] in ("-r", "--requirement"):
                yield from relative_paths(os.path.join(os.path.dirname(path), option[2].strip()), (*above, path))
                continue
            text = option[2] if option else line
            text = re.split(r"\s;|\s--", text)[0].strip().strip("\"'")
            text = re.sub(r"\[[^\]]*\]$", "", re.sub(r"^file:(?!//)", "", text))
            if text and not text.startswith(("-", "/", "git+", "hg+", "svn+", "bzr+")) and "${" not in text and "://" not in text and " @ " not in text and (text.startswith(".") or "/" in text or option) and not re.match(r"^\w+@[\w.]+:", text):
                yield text, path


def warn_of_misspelled(search):
    known = {*python_versions.READERS}
    for name in os.listdir(search.source):
        plain = re.sub(r"[_\s]+", "-", name.strip().lower())
        meant = next((each for each in known if name not in known and plain == each.lower()), None)
        if meant and not os.path.exists(os.path.join(search.source, meant)):
            print(f'warning: "{name}" is read by nothing here: is {meant} meant?', file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
