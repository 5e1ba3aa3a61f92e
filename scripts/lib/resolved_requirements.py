"""Divides what uv resolved into what pip takes by its hash and what has none, and holds it against the hashes that the project has.

usage: python3 resolved_requirements.py RESOLVED REQUIREMENTS HASHED OTHER [NAME]
RESOLVED is the output of ``uv pip compile --generate-hashes``; REQUIREMENTS the project's file, whose ``-r`` are followed. HASHED and OTHER are
written: requirement files for ``pip wheel --no-deps``, the first also for ``--require-hashes``; both have the options of REQUIREMENTS, such as
its ``--index-url``. NAME is what messages call REQUIREMENTS. OTHER holds what lies in the project or behind an address (``-e .``, ``name @ git+https://…``).
uv looks at no hash when it resolves. So where REQUIREMENTS has one, only the files with its hashes are taken, and what is resolved must be
in it, as pip demands. Exits with 1, and one line for each, for what is not.
https://pip.pypa.io/en/stable/reference/requirements-file-format/
"""

import os
import re
import shlex
import sys

ENTRY = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[[^\]]*\])?\s*==\s*([^\s;\\]+)")
NAME = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)")
HASH = re.compile(r"--hash[=\s]+(\w+:[0-9a-fA-F]+)")
FILES = ("-r", "--requirement")
KEPT = "-i --index-url --extra-index-url -f --find-links --trusted-host --no-index --pre --prefer-binary --no-binary --only-binary".split()


def main(resolved, requirements, hashed_file, other_file, name=""):
    name = name or requirements
    options, allowed = read(requirements, [], {})
    hashed, other, problems = [], [], []
    for line in logical_lines(resolved):
        entry = ENTRY.match(line)
        hashes = HASH.findall(line)
        if not entry or not hashes:
            other.append(line)
            continue
        if allowed or os.environ.get("BERTH_REQUIRE_HASHES"):
            wanted = allowed.get(canonical(entry[1]))
            if wanted is None:
                problems.append(f'{name} has hashes, but none for {entry[1]}=={entry[2]}, which the target needs: make the list for the target\'s Python')
                continue
            hashes = [each for each in hashes if each in wanted]
            if not hashes:
                problems.append(f"no file of {entry[1]}=={entry[2]} in the package index has a hash that {name} names")
                continue
        hashed.append(line.split(" --hash")[0] + "".join(f" --hash={each}" for each in hashes))
    for problem in problems:
        print(f"error: {problem}", file=sys.stderr)
    for path, lines in ((hashed_file, hashed), (other_file, other)):
        with open(path, "w", encoding="utf-8") as file:
            file.write("".join(f"{line}\n" for line in (options + lines if lines else [])))
    return 1 if problems else 0


def read(path, options, allowed):
    """The options of the file and of those it names, and {name: {"sha256:…"}} of every requirement with a hash."""
    folder = os.path.dirname(os.path.abspath(path))
    for line in logical_lines(path):
        if not line.startswith("-"):
            name = NAME.match(line)
            if name and HASH.search(line):
                allowed.setdefault(canonical(name[1]), set()).update(each.lower() for each in HASH.findall(line))
            continue
        words = shlex.split(line.replace("=", " ", 1) if line.startswith("--") else re.sub(r"^(-\w)(?=\S)", r"\1 ", line))
        if words[0] in FILES and len(words) > 1:
            read(os.path.join(folder, words[1]), options, allowed)
        elif words[0] in KEPT:
            if words[0] in ("-f", "--find-links") and os.path.exists(os.path.join(folder, words[1])):
                words[1] = os.path.join(folder, words[1])
            options.append(" ".join(words[:1] + [shlex.quote(word) for word in words[1:]]))
    return options, allowed


def logical_lines(path):
    """Lines as pip reads them: continued ones joined, comments and blank ones left out. Other encodings than UTF-8 were refused by uv."""
    with open(path, encoding="utf-8-sig", errors="replace") as file:
        text = re.sub(r"\\\n", " ", file.read())
    lines = (re.sub(r"(^|\s)#.*$", "", line).strip() for line in text.splitlines())
    return [re.sub(r"\s+", " ", line) for line in lines if line]


def canonical(name):
    return re.sub(r"[-_.]+", "-", name).lower()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
