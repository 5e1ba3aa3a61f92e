"""What a lock file gives the target: one line for each package, with its hashes.

Each reader takes the lock's folder, the names of the groups and extras that are wanted besides the application's own requirements, and the
variables of markers; it returns {name: line}. Locks of Poetry since 2.1 and PDM since 4.5 say of each package which groups and markers it is
for. The older ones and uv's hold a graph, which is walked from the project's own requirements.
https://docs.astral.sh/uv/concepts/projects/layout/#the-lockfile, https://peps.python.org/pep-0751/, https://pipenv.pypa.io/en/latest/pipfile.html
"""

import os
import re
import urllib.parse

from project_text import (
    NAME, Refused, at_address, canonical, entries, fits, from_git, holds, in_folder, pin, read_json, read_toml, requirements, table, texts,
)
from read_pyproject import direct, is_package, read_project


class Node:
    """A package of a graph: its line, and what it needs: [(name, constraint, marker, extras)], also by its extras."""

    def __init__(self, name, number, line, needs=(), extras=None):
        self.name, self.number, self.line = canonical(name), str(number), line
        self.needs, self.extras = list(needs), extras or {}


def walk(nodes, needs, environment, lock):
    """{name: line} of what the needs lead to. nodes: {name: [Node, …]}."""
    chosen, seen, open_needs = {}, set(), list(needs)
    while open_needs:
        name, constraint, marker, extras = open_needs.pop()
        name = canonical(name)
        if not holds(marker, environment):
            continue
        found = [each for each in nodes.get(name, []) if fits(each.number, constraint)]
        if not found:
            has = ", ".join(each.number for each in nodes.get(name, []))
            raise Refused(f"{lock} is out of date: {name} {constraint or ''}".rstrip() + f" is required, and it has {has or 'none'}")
        node = found[0]
        chosen[name] = node.line
        for extra in ["", *extras]:
            if (name, node.number, extra) in seen:
                continue
            seen.add((name, node.number, extra))
            more = node.extras.get(canonical(extra), []) if extra else node.needs
            open_needs += [(one, two, condition, which) for one, two, condition, which in more if holds(condition, environment, [extra])]
    return {name: line for name, line in sorted(chosen.items()) if line}


def by_name(nodes):
    found = {}
    for node in nodes:
        found.setdefault(node.name, []).append(node)
    return found


def uv(folder, wanted, environment, member="."):
    """uv.lock. member: the application's folder, seen from the lock's."""
    lock = read_toml(os.path.join(folder, "uv.lock"), "uv.lock")
    packages = entries(lock.get("package"))
    of_project = {str(table(each, "source").get(kind)): each for each in packages for kind in ("editable", "virtual") if kind in table(each, "source")}
    root = of_project.get(member)
    if root is None and not of_project:
        raise Refused("uv.lock has no project in it: run \"uv lock\" and commit uv.lock")
    if root is None:
        raise Refused(f'uv.lock has no project in "{member}", but in {", ".join(sorted(of_project))} (input source_folder)')
    nodes = by_name(uv_node(each, folder) for each in packages)
    needs = list(uv_needs(root.get("dependencies")))
    for part in ("optional-dependencies", "dev-dependencies"):
        for group, listed in table(root, part).items():
            needs += uv_needs(listed) if canonical(group) in wanted else []
    asked = [each for each in direct(read_project(os.path.join(folder, member)), wanted) if holds(each[2], environment)]
    known = {canonical(each[0]) for each in needs}
    for name, constraint, *_ in asked:
        if canonical(name) not in known or not any(fits(each.number, constraint) for each in nodes.get(canonical(name), [])):
            raise Refused(f"uv.lock is out of date: pyproject.toml requires {name} {constraint}".rstrip())
    own = {root["name"]: in_folder(root["name"], os.path.join(folder, member))} if "editable" in table(root, "source") else {}
    return {**walk(nodes, needs, environment, "uv.lock"), **own}


def uv_node(package, folder):
    name, number, source = package.get("name"), package.get("version", "0"), table(package, "source")
    files = [*entries(package.get("wheels")), *entries([package.get("sdist")])]
    if "git" in source:
        address = urllib.parse.urlsplit(source["git"])
        line = from_git(name, address._replace(query="", fragment="").geturl(), address.fragment, *urllib.parse.parse_qs(address.query).get("subdirectory", []))
    elif "registry" in source:
        line = pin(name, number, [each.get("hash") for each in files])
    elif "url" in source:
        line = at_address(name, source["url"])
    elif "virtual" in source:
        line = ""
    else:
        place = source.get("editable") or source.get("directory") or source.get("path") or ""
        line = in_folder(name, os.path.join(folder, place))
    extras = {canonical(extra): uv_needs(listed) for extra, listed in table(package, "optional-dependencies").items()}
    return Node(name, number, line, uv_needs(package.get("dependencies")), extras)


def uv_needs(listed):
    for each in entries(listed):
        yield each.get("name"), f"=={each['version']}" if "version" in each else "", each.get("marker"), texts(each.get("extra"))


def poetry(folder, wanted, environment):
    lock = read_toml(os.path.join(folder, "poetry.lock"), "poetry.lock")
    packages = entries(lock.get("package"))
    project = read_project(folder)
    needs = direct(project, wanted)
    if packages and all("groups" in each for each in packages):
        lines = {}
        for each in packages:
            groups = {canonical(group) for group in texts(each.get("groups"))} & {"main", *wanted}
            condition = each.get("markers")
            conditions = [condition.get(group) for group in groups] if isinstance(condition, dict) else [condition]
            if groups and any(holds(one, environment, wanted) for one in conditions) and not (each.get("optional") and not condition):
                lines[canonical(each["name"])] = poetry_line(each, lock, folder)
        refuse_old(lines, packages, needs, environment, "poetry.lock")
    else:
        lines = walk(by_name(poetry_node(each, lock, folder) for each in packages), needs, environment, "poetry.lock")
    own = {project["name"]: in_folder(project["name"], folder)} if is_package(project, folder) else {}
    return {**lines, **own}


def refuse_old(lines, packages, needs, environment, lock):
    """Where the project requires what its lock has not."""
    for name, constraint, marker, _ in needs:
        has = [str(each.get("version")) for each in packages if canonical(each.get("name")) == canonical(name)]
        if holds(marker, environment) and (canonical(name) not in lines or not any(fits(each, constraint) for each in has)):
            raise Refused(f"{lock} is out of date: {name} {constraint}".rstrip() + f" is required, and it has {', '.join(has) or 'none'}")


def poetry_line(package, lock, folder):
    name, number, source = package["name"], package["version"], table(package, "source")
    files = entries(package.get("files")) or entries(table(lock, "metadata", "files").get(name))
    if source.get("type") == "git":
        return from_git(name, source["url"], source.get("resolved_reference", ""), source.get("subdirectory", ""))
    if source.get("type") == "url":
        return at_address(name, source["url"])
    if source.get("type") in ("directory", "file"):
        return in_folder(name, os.path.join(folder, source["url"]))
    older = [f"sha256:{each}" for each in texts(table(lock, "metadata", "hashes").get(name))]
    return pin(name, number, [each.get("hash") for each in files] + older)


def poetry_node(package, lock, folder):
    needs, extras = [], {}
    for name, listed in table(package, "dependencies").items():
        for each in listed if isinstance(listed, list) else [listed]:
            each = each if isinstance(each, dict) else {"version": each}
            if not each.get("optional"):
                needs.append((name, each.get("version", "*"), each.get("markers"), texts(each.get("extras"))))
    for extra, listed in table(package, "extras").items():
        extras[canonical(extra)] = [(re.split(r"[ \[(;]", each)[0], "", None, ()) for each in texts(listed)]
    return Node(package["name"], package["version"], poetry_line(package, lock, folder), needs, extras)


def pdm(folder, wanted, environment):
    lock = read_toml(os.path.join(folder, "pdm.lock"), "pdm.lock")
    packages = entries(lock.get("package"))
    project = read_project(folder)
    needs = direct(project, wanted)
    if packages and all("groups" in each for each in packages):
        chosen = [each for each in packages if set(map(canonical, texts(each["groups"]))) & {"default", *wanted} and holds(each.get("marker"), environment)]
        lines = {canonical(each["name"]): pdm_line(each, lock, folder) for each in chosen}
        refuse_old(lines, packages, needs, environment, "pdm.lock")
    else:
        lines = walk(by_name(pdm_node(each, lock, folder) for each in packages if not each.get("extras")), needs, environment, "pdm.lock")
    own = {project["name"]: in_folder(project["name"], folder)} if is_package(project, folder) else {}
    return {**lines, **own}


def pdm_line(package, lock, folder):
    name, number = package["name"], package.get("version", "")
    if "git" in package:
        return from_git(name, package["git"], package.get("revision", ""), package.get("subdirectory", ""))
    if "path" in package:
        return in_folder(name, os.path.join(folder, package["path"]))
    if "url" in package:
        return at_address(name, package["url"])
    files = entries(package.get("files")) or entries(table(lock, "metadata", "files").get(f"{name} {number}"))
    return pin(name, number, [each.get("hash") for each in files])


def pdm_node(package, lock, folder):
    needs = []
    for text in texts(package.get("dependencies")):
        each = requirements.Requirement(text)
        needs.append((each.name, str(each.specifier), str(each.marker or "") or None, tuple(each.extras)))
    return Node(package["name"], package.get("version", "0"), pdm_line(package, lock, folder), needs)


def pylock(folder, wanted, environment):
    lock = read_toml(os.path.join(folder, "pylock.toml"), "pylock.toml")
    lines = {}
    for each in entries(lock.get("packages")):
        if re.search(r"\bin (extras|dependency_groups)\b", str(each.get("marker", ""))):
            raise Refused("pylock.toml is for several extras or groups: export one for this application")
        if not holds(each.get("marker"), environment):
            continue
        name, git, own = each.get("name", ""), table(each, "vcs"), table(each, "directory")
        files = [*entries(each.get("wheels")), *entries([each.get("sdist")]), *entries([each.get("archive")])]
        if git:
            lines[canonical(name)] = from_git(name, git.get("url", ""), git.get("commit-id", ""), git.get("subdirectory", ""))
        elif own:
            lines[canonical(name)] = in_folder(name, os.path.join(folder, own.get("path", "")))
        elif table(each, "archive"):
            lines[canonical(name)] = at_address(name, each["archive"].get("url", ""))
        else:
            lines[canonical(name)] = pin(name, each.get("version"), [f"{kind}:{sum}" for file in files for kind, sum in table(file, "hashes").items()])
    return lines


def pipenv(folder, wanted, environment):
    lock = read_json(os.path.join(folder, "Pipfile.lock"), "Pipfile.lock")
    parts = ["default"] + [part for part in lock if part in wanted or part == "develop" and wanted & {"dev", "develop"}]
    lines = {}
    for part in parts:
        for name, each in table(lock, part).items():
            if not isinstance(each, dict):
                raise Refused(f'Pipfile.lock says nothing of "{name}" that can be read')
            if holds(each.get("markers"), environment):
                lines.setdefault(canonical(name), pipenv_line(name, each, folder))
    for name, listed in (table(read_toml(os.path.join(folder, "Pipfile"), "Pipfile"), "packages").items() if os.path.exists(os.path.join(folder, "Pipfile")) else ()):
        each = listed if isinstance(listed, dict) else {"version": listed}
        number = str(table(lock, "default", name).get("version", "")).lstrip("=")
        known = any(canonical(other) == canonical(name) for other in table(lock, "default"))
        if not known or number and not fits(number, each.get("version", "*")):
            raise Refused(f"Pipfile.lock is out of date: Pipfile requires {name} {each.get('version', '')}".rstrip() + f", and it has {number or 'none'}")
    return lines


def pipenv_line(name, each, folder):
    """A line for an entry of Pipfile.lock or of Pipfile, where a version may be a constraint."""
    extras = f"[{','.join(texts(each.get('extras')))}]" if each.get("extras") else ""
    if "git" in each:
        return from_git(name, each["git"], each.get("ref", ""), each.get("subdirectory", ""))
    place = each.get("path") or each.get("file") or each.get("url")
    if place and "://" in place:
        return at_address(name, place)
    if place:
        return in_folder(name if os.path.isfile(os.path.join(folder, place)) else "", os.path.join(folder, place), texts(each.get("extras")))
    number = str(each.get("version", "*"))
    if number.startswith("==") and not number.startswith("===") and each.get("hashes"):
        return pin(name, number[2:], texts(each.get("hashes")))
    if not NAME.match(name) or "\n" in number:
        raise Refused(f'"{name}" {number} is no package with a version')
    return f"{name}{extras}{'' if number == '*' else number}"


def pipfile(folder, wanted, environment):
    document = read_toml(os.path.join(folder, "Pipfile"), "Pipfile")
    parts = ["packages"] + (["dev-packages"] if wanted & {"dev", "develop"} else []) + [part for part in document if part in wanted]
    lines = {}
    for part in parts:
        for name, listed in table(document, part).items():
            each = listed if isinstance(listed, dict) else {"version": listed}
            if holds(each.get("markers"), environment):
                lines.setdefault(canonical(name), pipenv_line(name, each, folder))
    return lines
