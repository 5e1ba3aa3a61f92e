"""Which Python a project asks for, in the files where teams say it, held against the target's.

A version that is none, or that contradicts the target, is refused with both places. Another patch release of the same Python is not: that of the
target counts, and `requires-python`, which is a condition, is held against the whole version.
https://github.com/pyenv/pyenv#choose-the-python-version, https://devcenter.heroku.com/articles/python-runtimes,
https://asdf-vm.com/manage/configuration.html, https://mise.jdx.dev/configuration.html
"""

import os
import re

from project_text import Refused, ranges, read_json, read_text, read_toml, table, texts, version

# Higher than any CPython that there was or will be for a while: a version above is a slip of the keyboard.
MOST_MINOR, MOST_PATCH = 20, 40
NOTHING = ("latest", "system", "lts", "3", "3.*", "*")
OLDEST = (3, 10)
TARGETS = {(3, 10): "ubuntu-22.04", (3, 11): "debian-12", (3, 12): "ubuntu-24.04", (3, 13): "debian-13"}


def compare(folders, target, name, matrix=False):
    """Refuses the first contradiction; returns lines for the log. target: (3, 11, 2), or two numbers where the rest is unknown."""
    said = []
    for place, text in [] if matrix else versions(folders):
        asked = parse(text)
        if asked is None:
            raise Refused(f'{place} says "{text.strip()}", which is no version of Python: write one such as {cure_version(target)}')
        if asked == ():
            continue
        if asked[:2] != target[: len(asked[:2])]:
            raise contradiction(place, f"Python {text.strip()}", asked, target, name)
        if len(asked) == 3 and len(target) == 3 and asked != target:
            said.append(f"{place} says {text.strip()}: the target's {dotted(target)} counts")
    for place, text in conditions(folders):
        found = ranges(text)
        if found is None:
            raise Refused(f'{place} is "{text}", which is no condition on versions: write one such as ">=3.11"')
        number = dotted(target) if len(target) == 3 else f"{dotted(target)}.99"
        if not any(each.contains(version.Version(number)) for each in found):
            asked = next((wanted for wanted in TARGETS if any(each.contains(f"{dotted(wanted)}.99") for each in found)), ())
            raise contradiction(place, f"Python {text}", asked, target, name)
    return said


def contradiction(place, asked_text, asked, target, name):
    fitting = TARGETS.get(tuple(asked[:2])) if tuple(asked[:2]) != target[:2] else ""
    where = f"set target to {fitting}, or" if fitting else "set target to what the server has, or"
    if asked and asked[:2] < OLDEST:
        where = f"packages are made for Python {dotted(OLDEST)} and later:"
    return Refused(f"{place} wants {asked_text}, and the target {name} (input target) has Python {dotted(target)}: {where} correct {place.split(':')[0].split(' ')[0]}")


def cure_version(target):
    return dotted(target[:2])


def dotted(numbers):
    return ".".join(map(str, numbers))


def parse(text):
    """(3, 11, 2) or (3, 11); () for words that name none; None for what is no version of CPython."""
    text = text.strip()
    if text in NOTHING:
        return ()
    found = re.fullmatch(r"(?:c?python[-@]?)?(\d+)\.(\d+)(?:\.(\d+|\*))?t?(?:-(?:linux|macos|windows)[\w.-]*)?", text, re.ASCII)
    if not found:
        return None
    numbers = tuple(int(each) for each in found.groups() if each and each != "*")
    known = numbers[0] in (2, 3) and numbers[1] <= MOST_MINOR and (len(numbers) < 3 or numbers[2] <= MOST_PATCH)
    return numbers if known else None


def versions(folders):
    """(place, text) of each version that a file names: of each file the nearest one."""
    for name, reader in READERS.items():
        folder = next((each for each in folders if os.path.isfile(os.path.join(each, name))), None)
        if folder is not None:
            path = os.path.join(folder, name)
            yield from reader(path, os.path.relpath(path, folders[-1]))


def first_line(path, shown):
    """pyenv's file: the first version is what `python` is, others are for other commands."""
    found = [(number, line) for number, line in enumerate(read_text(path, shown).splitlines(), 1) if line.split("#")[0].strip()]
    if not found:
        raise Refused(f"{shown} has no version in it: write one such as 3.11, or remove the file")
    number, line = found[0]
    yield f"{shown}:{number}", line.split("#")[0].strip()


def tool_versions(path, shown):
    for number, line in enumerate(read_text(path, shown).splitlines(), 1):
        words = line.split("#")[0].split()
        if len(words) > 1 and words[0] == "python":
            yield f"{shown}:{number}", words[1]


def mise(path, shown):
    wanted = table(read_toml(path, shown), "tools").get("python")
    wanted = wanted.get("version") if isinstance(wanted, dict) else wanted
    for each in texts(wanted)[:1]:
        yield f"{shown} [tools]", each


def pipfile(path, shown):
    document = read_json(path, shown) if path.endswith(".lock") else read_toml(path, shown)
    requires = table(document, "_meta", "requires") or table(document, "requires")
    wanted = requires.get("python_full_version") or requires.get("python_version")
    for each in texts(wanted):
        yield f"{shown} (requires)", each


READERS = {
    ".python-version": first_line,
    "runtime.txt": first_line,
    ".tool-versions": tool_versions,
    "mise.toml": mise,
    ".mise.toml": mise,
    "Pipfile": pipfile,
    "Pipfile.lock": pipfile,
}


def conditions(folders):
    """(place, constraint) of requires-python and Poetry's own."""
    folder = next((each for each in folders if os.path.isfile(os.path.join(each, "pyproject.toml"))), None)
    if folder is None:
        return
    shown = os.path.relpath(os.path.join(folder, "pyproject.toml"), folders[-1])
    document = read_toml(os.path.join(folder, "pyproject.toml"), shown)
    for name, found in (("requires-python", table(document, "project").get("requires-python")), ("python", table(document, "tool", "poetry", "dependencies").get("python"))):
        if isinstance(found, str):
            yield f"{shown} ({name})", found
