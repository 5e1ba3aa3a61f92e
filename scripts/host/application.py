"""Talks to the application: asks for its health, and starts a release beside the live one to see whether it would run.

usage: python3 application.py answer URL VERSION
       python3 application.py trial FOLDER COMMAND…    inside the trial's unit, which systemd starts

URL is http://host:port/path, https://…, or unix:/socket:/path. `answer` ends with 0 where it is healthy, else with 1. `trial` reads from
the file `trial` beside this program: how (auto, isolated, import), URL, version, for how many seconds the release must be healthy and
within how many, the application's port, and `listen` (empty without it). It leaves FOLDER/report: 0 it runs; 1 it does not; 98 (EADDRINUSE): a port that it
opens is taken, so this way of trying it says nothing; 99: it opens the port of `listen` itself, so it could not start beside systemd's socket; one line for
people; the application's last lines where it does not run.
"""

import collections
import http.client
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from urllib.parse import urlsplit

ADDRESS_IN_USE = 98
TAKES_NO_SOCKET = 99
SECONDS_FOR_AN_ANSWER = 3  # without it a request to the socket of a crash-looping service waits for ever
NOTHING, WRONG, HEALTHY = range(3)


def main(verb, *arguments):
    if verb == "trial":
        return trial(*arguments)
    quality, text = answer(*arguments)
    print(text)
    return 0 if quality == HEALTHY else 1


def answer(url, version):
    """(NOTHING, WRONG or HEALTHY; one line for people)."""
    try:
        connection, path = connect(url)
        connection.request("GET", path, headers={"User-Agent": "berth", "Connection": "close"})
        response = connection.getresponse()
        body = response.read(65536).decode("utf-8", "replace")
        connection.close()
    except (OSError, http.client.HTTPException, ValueError) as error:
        return NOTHING, f"{url}: {error or type(error).__name__}"
    if response.status != 200:
        return WRONG, f"{url} answers {response.status}: {first_line(body)}"
    if version and version not in body:
        return WRONG, f"{url} answers 200, but does not show the version {version}: {first_line(body)}"
    return HEALTHY, f"{url} answers 200{f' with version {version}' if version else ''}"


def first_line(body):
    """The first words of a text or a page."""
    lines = re.sub(r"<[^>]*>", "\n", body).split("\n")
    line = next((line for line in lines if line.strip()), "(nothing)")
    return "".join(letter if letter.isprintable() else " " for letter in line).strip()[:200]


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


def trial(folder, *command):
    """Starts the command as its service would be started, and reports. It goes on until systemd stops the unit, and all of it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    with open(f"{os.path.dirname(os.path.abspath(__file__))}/trial", encoding="utf-8") as file:
        way, url, version, seconds, timeout, port, listen = file.read().split("\n")[:7]
    lines = collections.deque(maxlen=60)
    if way == "isolated" and not has_loopback():
        verdict, text = ADDRESS_IN_USE, "this server gives no service a network of its own"
    elif way == "import":
        module, imports = importing(command)
        verdict, text = 1, f"no module is named by: {' '.join(command)}"
        if module:
            verdict, text = watch_import(module, start(folder, imports, None, lines), float(timeout))
    else:
        places = [url] if way == "isolated" or not answers(url) else []
        listener, own = None, []
        if listen and is_place_of(listen, url):
            places, own = [], places  # with `listen` that place is systemd's: an application that opens it itself fails after the switch
        if way == "auto" or listen:
            listener = spare_listener()
            places.insert(0, f"http://127.0.0.1:{listener.getsockname()[1]}{connect(url)[1]}")
            os.environ["BERTH_TRIAL_PORT"] = port
        verdict, text = watch(start(folder, command, listener, lines), places, own, version, float(seconds), float(timeout))
    lines = [line.rstrip()[:1000] for line in list(lines)]
    if verdict == 1 and any("Address already in use" in line or "Errno 98" in line for line in lines):
        verdict, text = ADDRESS_IN_USE, "the application opens a port that is taken, and takes no socket from systemd for it"
    with open(f"{folder}/report.new", "w", encoding="utf-8") as file:
        file.write("\n".join([str(verdict), text, *(lines if verdict in (1, TAKES_NO_SOCKET) else [])]))
    os.rename(f"{folder}/report.new", f"{folder}/report")
    signal.pause()


def answers(url):
    try:
        connection, _ = connect(url)
        connection.connect()
        connection.close()
        return True
    except OSError:
        return False


def is_place_of(listen, url):
    """True where the health of the application is asked for at the very place that systemd holds for it."""
    if listen.startswith("/") or url.startswith("unix:"):
        return url.startswith(f"unix:{listen}:") or url == f"unix:{listen}"
    parts = urlsplit(url)
    return str(parts.port or (443 if parts.scheme == "https" else 80)) == listen.rpartition(":")[2]


def spare_listener():
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(128)
    return listener


def has_loopback():
    """False in a network that systemd may make, but not set up: inside some containers."""
    with spare_listener() as listener:
        return answers(f"http://127.0.0.1:{listener.getsockname()[1]}")


def start(folder, command, listener, lines):
    """The process, as systemd would start it: descriptor 3 is the listening socket. What it prints comes into `lines`."""
    environment = os.environ.copy()
    environment["RUNTIME_DIRECTORY"] = ":".join(each for each in environment.get("RUNTIME_DIRECTORY", "").split(":") if each != folder)
    if listener:
        descriptor = listener.detach()
        if descriptor != 3:
            os.dup2(descriptor, 3)
            os.close(descriptor)
        environment.update(LISTEN_FDS="1", WERKZEUG_RUN_MAIN="true", WERKZEUG_SERVER_FD="3")
    process = subprocess.Popen(
        ["/bin/sh", "-c", 'export LISTEN_PID=$$; exec "$@"', "sh", *command],
        env=environment,
        pass_fds=[3] if listener else [],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        errors="replace",
    )
    if listener:
        os.close(3)
    process.reader = threading.Thread(target=lines.extend, args=[process.stdout], daemon=True)
    process.reader.start()
    return process


def watch(process, places, own, version, seconds, timeout):
    """`own`: where an application answers that opens the port itself, although systemd hands it a socket."""
    started, good, aside, told = time.monotonic(), 0, 0, (NOTHING, "no answer")
    while True:
        passed = time.monotonic() - started
        if process.poll() is not None:
            process.reader.join(1)
            before = f"; before that {told[1]}" if told[0] == WRONG else ""
            return 1, f"it ended by itself after {passed:.1f} s (exit code {process.returncode}){before}"
        quality, text = max((answer(place, version) for place in places), key=lambda each: each[0])
        good = good + 1 if quality == HEALTHY else 0
        if good >= 3 and passed >= seconds:
            return 0, f"it answers beside the live one: {text}"
        aside = aside + 1 if quality == NOTHING and any(answer(place, "")[0] != NOTHING for place in own) else 0
        if aside >= 3:
            return TAKES_NO_SOCKET, f"it opens {own[0]} itself and takes no socket from systemd, which holds that port with `listen`"
        if told[0] <= quality < HEALTHY:
            told = quality, text
        if passed > timeout:
            return 1, f"it is not healthy after {passed:.0f} s: {told[1]}"
        time.sleep(0.2)


def watch_import(module, process, timeout):
    try:
        code = process.wait(timeout)
    except subprocess.TimeoutExpired:
        return 1, f"{module} is not imported after {timeout:.0f} s"
    process.reader.join(1)
    return (0, f"{module} can be imported") if code == 0 else (1, f"{module} cannot be imported")


def importing(command):
    """(The module that a start command names, the command that imports it): wsgi.py, config.wsgi, app.main:app, --app shop, -m shop."""
    folders, named, certain = [], [], []
    for before, word in zip(command, [*command[1:], os.environ.get("FLASK_APP", "")]):
        if before in ("--chdir", "--pythonpath", "--app-dir"):
            folders.append(word)
        found = re.fullmatch(r"(?:--?[a-z-]+=)?(?:((?:.*/)?)([A-Za-z_]\w*)\.py|([A-Za-z_][\w.]*))(:[A-Za-z_].*)?", word)
        if not found or before in ("-c", "--config") or word.endswith("/.berth/serve.py"):
            continue
        folder, script, module, item = found.groups()
        if script:
            certain.append((script, folder))
        elif item or any(os.path.isfile(f"{each or '.'}/{module.replace('.', '/')}{end}") for each in ["", *folders] for end in (".py", "/__init__.py")):
            certain.append((module, ""))
        elif before == "-m":
            named.append((module, ""))
    module, folder = [*certain, *named, ("", "")][0]
    program = "import importlib, sys; sys.path[:0] = sys.argv[2:]; importlib.import_module(sys.argv[1])"
    python = f"{os.path.dirname(os.path.dirname(os.path.abspath(__file__)))}/venv/bin/python"
    return module, [python, "-B", "-c", program, module, *filter(None, [folder, *folders])]


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
