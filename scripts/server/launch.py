#!/usr/bin/python3 -I
"""Starts a release as its own unit file says: start command and environment come with the release, the unit on the server never changes.

usage: launch NAME FOLDER [WORD…]    FOLDER is .../current, or .../releases/<id> to try one. A link is followed once, so that a running service
                                     stays with one release, whatever "current" becomes; in the unit's text .../current means this release.
                                     The words are put before the start command: what tries a release starts it so

An administrator installs this file once, owned by root ("berth host prepare --units launcher"). systemd runs it as the service's user, in
the service's sandbox: what it reads and starts is what that user may read and start. So a deploy that brings another command or
another environment needs nobody's help and gives nobody more than the service's user has.

Of FOLDER/.berth/units/NAME.service and berth.conf beside it count, in their [Service] part: ExecStart, Environment, EnvironmentFile and
WorkingDirectory, read as systemd reads them (systemd.service(5), systemd.exec(5)). Exits with 78 (EX_CONFIG) where that is not possible.
"""

import os
import re
import shlex
import sys

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def main(name, folder, *before):
    release = os.path.realpath(folder)
    current = re.compile(re.escape(os.path.join(os.path.dirname(os.path.dirname(release)), "current")) + r"(?![\w.-])")
    lines = service_lines(os.path.join(release, ".berth/units"), name)
    settings = [(key, current.sub(lambda _: release, value)) for key, value in lines]
    environment = dict(os.environ)
    for key, value in settings:
        if key == "Environment":
            environment.update(pair.split("=", 1) for pair in shlex.split(value.replace("%%", "%")) if "=" in pair)
    for key, value in settings:
        if key == "EnvironmentFile":
            environment.update(environment_file(value))
    commands = [value for key, value in settings if key == "ExecStart" and value]
    if not commands:
        raise ValueError(f"{name}.service of the release {os.path.basename(release)} has no ExecStart")
    os.chdir(next((value.lstrip("-") for key, value in reversed(settings) if key == "WorkingDirectory"), release))
    words = [*before, *command(commands[-1], environment)]
    os.execvpe(words[0], words, environment)


def service_lines(folder, name):
    for file in (f"{name}.service", "berth.conf"):
        try:
            with open(os.path.join(folder, file), encoding="utf-8") as text:
                yield from service_part(text.read())
        except FileNotFoundError:
            if file != "berth.conf":
                raise


def service_part(text):
    inside = False
    for line in re.sub(r"\\\n", " ", text).splitlines():
        line = line.strip()
        if line.startswith("["):
            inside = line == "[Service]"
        elif inside and "=" in line and line[0] not in "#;":
            key, value = line.split("=", 1)
            yield key.strip(), value.strip()


def command(text, environment):
    """Its words. A word $NAME becomes as many as the variable has, ${NAME} is put in its place, $$ is a dollar."""
    prefix = re.match(r"[-@:+!|]*", text).group()
    if "+" in prefix or "!" in prefix:
        raise ValueError(f"ExecStart={text}: the launcher has no other user's rights to give")
    words = []
    for word in shlex.split(text[len(prefix):]):
        if ":" in prefix:
            words.append(word)
        elif re.fullmatch(r"\$[A-Za-z_][A-Za-z0-9_]*", word):
            words += environment.get(word[1:], "").split()
        else:
            words.append(re.sub(r"\$\$|\$\{([A-Za-z_][A-Za-z0-9_]*)\}", lambda found: environment.get(found[1], "") if found[1] else "$", word))
    return [word.replace("%%", "%") for word in words]


def environment_file(path):
    try:
        with open(path.lstrip("-"), encoding="utf-8") as file:
            return dict(assignments(file.read()))
    except FileNotFoundError:
        if path.startswith("-"):
            return {}
        raise


def assignments(text):
    """NAME and value of each line, as systemd's parse_env_file reads them: quotes, and what a backslash before a character means there."""
    state, name, value, kept = "name", "", "", 0
    for character in text.rstrip("\n") + "\n":
        if state == "comment":
            if character == "\n":
                state = "name"
            elif character == "\\":
                state = "comment\\"
        elif state == "comment\\":
            state = "comment"
        elif state == "name":
            if character == "\n":
                name = ""
            elif character == "=":
                state, value, kept = "before", "", 0
            elif name or not character.isspace():
                state, name = ("comment", "") if not name and character in "#;" else ("name", name + character)
        elif state in ("before", "value"):
            if character == "\n":
                name = name.rstrip()
                if NAME.fullmatch(name):
                    yield name, value[:kept] + value[kept:].rstrip()
                state, name = "name", ""
            elif character == "\\":
                state = "value\\"
            elif state == "before" and character in "'\"":
                state = character
            elif state == "value" or not character.isspace():
                state, value = "value", value + character
        elif state == "value\\":
            state = "value"
            if character != "\n":
                value += character
                kept = len(value)
        elif state == '"\\':
            state = '"'
            if character != "\n":
                value += character if character in '"\\`$' else "\\" + character
        elif character == state:
            state, kept = "before", len(value)
        elif character == "\\" and state == '"':
            state = '"\\'
        else:
            value += character


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except (OSError, TypeError, ValueError) as error:
        print(f"launch: {error}", file=sys.stderr)
        sys.exit(78)
