"""Talks to the application: asks for its health, and starts a release beside the live one to see whether it would run.

usage: python3 application.py answer URL VERSION
       python3 application.py preflight UNIT RELEASE CURRENT URL VERSION SECONDS TIMEOUT
       python3 application.py isolated  (the same; inside a network namespace of its own)

URL is http://host:port/path, https://…, or unix:/socket:/path. Exit codes: 0 healthy, 1 not, 98 (EADDRINUSE): the application
takes no socket from systemd and its port is taken, so this way of trying it says nothing.
"""

import http.client
import os
import shlex
import signal
import socket
import ssl
import struct
import sys
import tempfile
import time
from urllib.parse import urlsplit

ADDRESS_IN_USE = 98
SECONDS_FOR_AN_ANSWER = 3  # without it a request to the socket of a crash-looping service waits for ever


def main(verb, *arguments):
    if verb == "answer":
        healthy, text = answer(*arguments)
        print(text)
        return 0 if healthy else 1
    return preflight(verb == "isolated", *arguments)


def answer(url, version):
    """(healthy, one line for people)."""
    try:
        connection, path = connect(url)
        connection.request("GET", path, headers={"User-Agent": "berth", "Connection": "close"})
        response = connection.getresponse()
        body = response.read(65536).decode("utf-8", "replace")
        connection.close()
    except (OSError, http.client.HTTPException, ValueError) as error:
        return False, f"{url}: {error or type(error).__name__}"
    if response.status != 200:
        return False, f"{url} answers {response.status}"
    if version and version not in body:
        return False, f"{url} answers 200, but does not show the version {version}: {' '.join(body.split())[:200]}"
    return True, f"{url} answers 200{f' with version {version}' if version else ''}"


def connect(url):
    if url.startswith("unix:"):
        place, _, path = url[5:].partition(":")
        return UnixConnection(place), path or "/"
    parts = urlsplit(url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if parts.scheme == "https":
        context = ssl._create_unverified_context()  # it asks this same machine, by an address no certificate names
        return http.client.HTTPSConnection(parts.hostname, parts.port, timeout=SECONDS_FOR_AN_ANSWER, context=context), path
    return http.client.HTTPConnection(parts.hostname, parts.port, timeout=SECONDS_FOR_AN_ANSWER), path


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, place):
        super().__init__("localhost", timeout=SECONDS_FOR_AN_ANSWER)
        self.place = place

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(SECONDS_FOR_AN_ANSWER)
        self.sock.connect(self.place)


def preflight(isolated, unit, release, current, url, version, seconds, timeout):
    """Starts the unit's command in the release, on a spare port, and takes it down again."""
    command, environment = command_of(unit, release, current)
    places = [url] if isolated or not answers(url) else []
    listener = None
    if isolated:
        bring_loopback_up()
    else:
        listener = spare_listener()
        path = connect(url)[1]
        places.insert(0, f"http://127.0.0.1:{listener.getsockname()[1]}{path}")
    with tempfile.TemporaryFile() as output:
        process = start(command, environment, release, listener, output)
        try:
            verdict, text = watch(process, places, version, float(seconds), float(timeout))
        finally:
            stop(process)
        output.seek(0)
        lines = output.read().decode("utf-8", "replace").strip().splitlines()[-60:]
    if verdict == 1 and any("Address already in use" in line or "Errno 98" in line for line in lines):
        verdict = ADDRESS_IN_USE
    if verdict == 1:
        print("\n".join(f"| {line}" for line in lines))
    print(text)
    return verdict


def answers(url):
    try:
        connection, _ = connect(url)
        connection.connect()
        connection.close()
        return True
    except OSError:
        return False


def spare_listener():
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(128)
    return listener


def bring_loopback_up():
    """A fresh network namespace has its loopback down. SIOCSIFFLAGS with IFF_UP | IFF_RUNNING."""
    import fcntl

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, 0x8914, struct.pack("16sh14x", b"lo", 0x1 | 0x40))


def start(command, environment, release, listener, output):
    """The process id of the command, started as systemd would start it: descriptor 3 is the listening socket."""
    process = os.fork()
    if process == 0:
        try:
            os.setsid()
            os.chdir(release)
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            os.dup2(output.fileno(), 1)
            os.dup2(output.fileno(), 2)
            if listener:
                os.dup2(listener.fileno(), 3)
                os.set_inheritable(3, True)
                environment.update(LISTEN_FDS="1", LISTEN_PID=str(os.getpid()), WERKZEUG_RUN_MAIN="true", WERKZEUG_SERVER_FD="3")
            os.execvpe(command[0], command, environment)
        except OSError as error:
            os.write(2, f"{command[0]}: {error}\n".encode())
        os._exit(127)
    if listener:
        listener.close()
    return process


def watch(process, places, version, seconds, timeout):
    started, good, text = time.monotonic(), 0, "no answer"
    while True:
        passed = time.monotonic() - started
        if exit_code(process) is not None:
            return 1, f"the new release ended by itself after {passed:.1f} s (exit code {exit_code(process)})"
        for place in places:
            healthy, text = answer(place, version)
            if healthy:
                break
        good = good + 1 if healthy else 0
        if good >= 3 and passed >= seconds:
            return 0, f"it answers beside the live one: {text}"
        if passed > timeout:
            return 1, f"the new release is not healthy after {passed:.0f} s: {text}"
        time.sleep(0.2)


def stop(process):
    """Ends the command and every worker it has started."""
    for number, patience in ((signal.SIGTERM, 5), (signal.SIGKILL, 5)):
        try:
            os.killpg(process, number)
        except ProcessLookupError:
            return
        deadline = time.monotonic() + patience
        while is_there(process) and time.monotonic() < deadline:
            time.sleep(0.05)


def is_there(group):
    """True while any process of the group lives."""
    exit_code(group)
    try:
        os.killpg(group, 0)
        return True
    except ProcessLookupError:
        return False


ended = {}


def exit_code(process):
    """None while the process runs."""
    if process not in ended:
        try:
            done, status = os.waitpid(process, os.WNOHANG)
        except ChildProcessError:
            return 0
        if done:
            ended[process] = os.waitstatus_to_exitcode(status)
    return ended.get(process)


def command_of(unit, release, current):
    """ExecStart and the environment of the unit's [Service] part, with the paths of the release."""
    command, environment = "", {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"}
    for key, value in service_lines(unit):
        value = value.replace(current, release)
        if key == "ExecStart":
            command = value
        elif key == "Environment":
            environment.update(pair.split("=", 1) for pair in shlex.split(value) if "=" in pair)
        elif key == "EnvironmentFile":
            environment.update(environment_file(value))
    if not command:
        sys.exit(f"{unit} has no ExecStart")
    return shlex.split(command.lstrip("-@:+!")), environment


def service_lines(unit):
    section = ""
    with open(unit, encoding="utf-8") as file:
        for line in file.read().replace("\\\n", " ").splitlines():
            line = line.strip()
            if line.startswith("["):
                section = line
            elif section == "[Service]" and "=" in line and line[0] not in "#;":
                key, value = line.split("=", 1)
                yield key.strip(), value.strip()


def environment_file(path):
    try:
        with open(path.lstrip("-"), encoding="utf-8") as file:
            return dict(pair.split("=", 1) for pair in shlex.split(file.read(), comments=True) if "=" in pair)
    except FileNotFoundError:
        return {}


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
