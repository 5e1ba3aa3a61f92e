"""What pyproject.toml says of a project: its own requirements, its groups and extras, and whether it is a package that is built.

https://packaging.python.org/en/latest/specifications/pyproject-toml/, https://packaging.python.org/en/latest/specifications/dependency-groups/,
https://python-poetry.org/docs/pyproject/
"""

import os

from project_text import Refused, at_address, canonical, entries, from_git, in_folder, read_toml, requirements, table, texts


def read_project(folder):
    """The document of the folder's pyproject.toml, with its name as "name"; empty where there is none."""
    path = os.path.join(folder, "pyproject.toml")
    document = read_toml(path, "pyproject.toml") if os.path.exists(path) else {}
    name = table(document, "project").get("name") or table(document, "tool", "poetry").get("name") or ""
    return {**document, "name": canonical(name)}


def describes_project(document):
    return bool(table(document, "project") or table(document, "tool", "poetry"))


def groups_of(document):
    """{name: [requirement, …]} of all groups and extras, also Poetry's; a requirement is a text, or (name, Poetry's own form)."""
    project, tool = table(document, "project"), table(document, "tool", "poetry")
    found = {canonical(name): texts(listed) for name, listed in table(project, "optional-dependencies").items()}
    for name in table(document, "dependency-groups"):
        found.setdefault(canonical(name), []).extend(group(document, name, ()))
    for name, listed in table(document, "tool", "pdm", "dev-dependencies").items():
        found.setdefault(canonical(name), []).extend(texts(listed))
    found.setdefault("dev", []).extend(texts(table(document, "tool", "uv").get("dev-dependencies")))
    for name, listed in {"dev": {"dependencies": tool.get("dev-dependencies")}, **table(tool, "group")}.items():
        found.setdefault(canonical(name), []).extend(table(listed, "dependencies").items())
    optional = {canonical(name): value for name, value in table(tool, "dependencies").items()}
    for name, listed in table(tool, "extras").items():
        found.setdefault(canonical(name), []).extend((each, optional.get(canonical(each), "*")) for each in texts(listed))
    return {name: listed for name, listed in found.items() if listed or name != "dev"}


def group(document, name, above):
    """The requirements of a dependency group, and of those that it includes."""
    listed = {canonical(each): value for each, value in table(document, "dependency-groups").items()}.get(canonical(name))
    if not isinstance(listed, list) or canonical(name) in above:
        raise Refused(f'pyproject.toml: the group "{name}" of dependency-groups is missing, no list, or includes itself')
    for each in listed:
        if isinstance(each, str):
            yield each
        elif isinstance(each, dict) and "include-group" in each:
            yield from group(document, each["include-group"], (*above, canonical(name)))


def direct(document, wanted):
    """What the project itself requires, with these groups and extras: [(name, constraint, marker, extras)]."""
    project, tool = table(document, "project"), table(document, "tool", "poetry")
    found = [need(each) for each in texts(project.get("dependencies"))]
    if not found:
        found += [each for name, form in table(tool, "dependencies").items() for each in poetry_needs(name, form) if not is_optional(form)]
    for name, listed in groups_of(document).items():
        if name in wanted:
            found += [each for entry in listed for each in ([need(entry)] if isinstance(entry, str) else poetry_needs(*entry))]
    own = document.get("name")
    return [each for each in found if canonical(each[0]) not in ("python", own)]


def need(text):
    try:
        each = requirements.Requirement(text)
    except requirements.InvalidRequirement as error:
        raise Refused(f'pyproject.toml: "{text}" is no requirement: {str(error).splitlines()[0]}') from None
    return each.name, str(each.specifier), str(each.marker or "") or None, tuple(each.extras)


def is_optional(form):
    return isinstance(form, dict) and form.get("optional") is True


def poetry_needs(name, form):
    for each in form if isinstance(form, list) else [form]:
        each = each if isinstance(each, dict) else {"version": each}
        yield name, each.get("version", "") if not {"git", "path", "url"} & set(each) else "", each.get("markers"), tuple(texts(each.get("extras")))


def is_package(document, folder):
    """Whether the project is built as a wheel: it has a build system, does not decline, and its code is where a package's is."""
    tool, uv = table(document, "tool", "poetry"), table(document, "tool", "uv")
    if not document.get("name") or not (table(document, "build-system") or has_setup(folder)):
        return uv.get("package") is True
    if tool.get("package-mode") is False or uv.get("package") is False or table(document, "tool", "pdm").get("distribution") is False:
        return False
    if not tool or "packages" in tool:
        return True
    plain = document["name"].replace("-", "_")
    return any(os.path.exists(os.path.join(folder, *each)) for each in ((plain,), ("src", plain), (f"{plain}.py",), ("src", f"{plain}.py")))


def has_setup(folder):
    return any(os.path.exists(os.path.join(folder, name)) for name in ("setup.py", "setup.cfg"))


def lines_of(document, folder, wanted, pyproject="pyproject.toml"):
    """The lines of a requirements list for a project without a lock: itself where it is a package, else what it requires."""
    groups = groups_of(document)
    chosen = [each for name in sorted(wanted) for each in groups.get(name, [])]
    extras = {canonical(each) for each in table(document, "project", "optional-dependencies")} & wanted
    if is_package(document, folder):
        only_groups = [each for name in sorted(wanted - extras) for each in groups.get(name, [])]
        return [in_folder(document["name"], folder, extras), *(sourced(each, document, folder) for each in only_groups)]
    if not table(document, "project"):
        raise Refused(f'{pyproject} is Poetry\'s, without a lock and not a package: run "poetry lock" and commit poetry.lock')
    listed = [*texts(table(document, "project").get("dependencies")), *chosen]
    return [sourced(each, document, folder) for each in listed]


def sourced(entry, document, folder):
    """A requirement with the place that uv's sources give it. https://docs.astral.sh/uv/concepts/projects/dependencies/#dependency-sources"""
    if not isinstance(entry, str):
        raise Refused(f'pyproject.toml requires {entry[0]} in Poetry\'s own form: run "poetry lock" and commit poetry.lock')
    name, _, marker, extras = need(entry)
    sources = {canonical(each): value for each, value in table(document, "tool", "uv", "sources").items()}
    source = sources.get(canonical(name))
    source = (entries(source) or [{}])[0] if isinstance(source, list) else source or {}
    if "path" in source:
        return in_folder(name, os.path.join(folder, source["path"]), extras)
    if "git" in source:
        return from_git(name, source["git"], source.get("rev") or source.get("tag") or source.get("branch") or "", source.get("subdirectory", ""))
    if "url" in source:
        return at_address(name, source["url"])
    if "workspace" in source:
        raise Refused(f'pyproject.toml requires {name} of its workspace: run "uv lock" and commit uv.lock')
    return entry
