"""Stands in for systemd: keeps a listening socket and starts programs on it, as its descriptor 3.

Prints the port, then one line for each program's end: its name and exit code. Each line of standard input starts one: a JSON
list of its name, its words and its stop timeout. When the input ends, so do all of them.
"""

import json
import os
import signal
import socket
import sys
import threading

listener = socket.create_server(("127.0.0.1", 0), backlog=128)
running = set()
port = str(listener.getsockname()[1])
print(port, flush=True)


def start(name, words, stop_timeout):
    process = os.fork()
    if process == 0:
        os.dup2(listener.fileno(), 3)
        os.set_inheritable(3, True)
        environment = {**os.environ, "LISTEN_FDS": "1", "LISTEN_PID": str(os.getpid()), "BERTH_STOP_TIMEOUT": stop_timeout, "PORT": port}
        os.execvpe("python3", ["python3", *words], environment)
    running.add(process)
    print("started", name, process, flush=True)
    threading.Thread(target=wait, args=(name, process), daemon=True).start()


def wait(name, process):
    _, status = os.waitpid(process, 0)
    running.discard(process)
    print("ended", name, os.waitstatus_to_exitcode(status), flush=True)


for line in sys.stdin:
    start(*json.loads(line))
for process in list(running):
    os.kill(process, signal.SIGKILL)
