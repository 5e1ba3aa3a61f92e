"""Runs a Python web server behind a socket that systemd keeps, so that its end cuts no request short.

usage: python serve.py FILE|-m MODULE|-c CODE [ARGUMENT…]

Servers like waitress and Flask's own end at once when they are told to, and drop what they are working on. So this runs the
program in its own process, as `python` would, and does two things for it:

  - a program that opens the port of systemd's socket gets that very socket, whatever server it is;
  - SIGTERM takes the socket away from the program (the connections wait in systemd's queue for the next process), lets the
    requests under way finish, and only then ends it, with SIGINT, as Ctrl-C does.

A program that handles SIGTERM itself replaces the second. Without a socket from systemd this does nothing.
"""

import _thread
import fcntl
import os
import runpy
import signal
import socket
import stat
import struct
import sys
import termios
import time

LISTENER = 3  # sd_listen_fds(3): the first descriptor that systemd hands over
IDLE_SECONDS = 0.5
UNIX_SECONDS = 5  # the kernel does not say when something last happened on a connection through a path


def main(arguments):
    if os.environ.get("LISTEN_FDS") and os.environ.get("LISTEN_PID") == str(os.getpid()):
        Handover().prepare()
    run(arguments)


def run(arguments):
    """As `python ARGUMENTS` would."""
    kind, rest = arguments[0], arguments[1:]
    if kind == "-m":
        sys.argv, sys.path[0] = rest, os.getcwd()
        runpy.run_module(rest[0], run_name="__main__", alter_sys=True)
    elif kind == "-c":
        sys.argv, sys.path[0] = ["-c", *rest[1:]], ""
        exec(compile(rest[0], "<string>", "exec"), {"__name__": "__main__", "__builtins__": __builtins__})
    else:
        sys.argv, sys.path[0] = arguments, os.path.dirname(os.path.abspath(kind))
        runpy.run_path(kind, run_name="__main__")


class Handover:
    """The listening socket, as this process may have it under several descriptors."""

    def __init__(self):
        self.inode = os.fstat(LISTENER).st_ino
        with socket.socket(fileno=os.dup(LISTENER)) as listener:
            self.family, self.address = listener.family, listener.getsockname()

    def prepare(self):
        self.offer_to_program()
        signal.signal(signal.SIGTERM, lambda *_: self.begin())

    def offer_to_program(self):
        """From now on socket.bind() to this place means: take the socket that is there. Its queue keeps its length."""
        wanted = os.environ.get("BERTH_TRIAL_PORT") or str(self.place)  # a trial listens elsewhere
        bind, listen = socket.socket.bind, socket.socket.listen

        def bind_or_take(opened, address):
            if opened.family == self.family and opened.type == socket.SOCK_STREAM and str(place(opened.family, address)) == wanted:
                os.dup2(LISTENER, opened.fileno(), inheritable=False)
            else:
                bind(opened, address)

        def listen_unless_taken(opened, *backlog):
            if os.fstat(opened.fileno()).st_ino != self.inode:
                listen(opened, *backlog)

        socket.socket.bind, socket.socket.listen = bind_or_take, listen_unless_taken

    @property
    def place(self):
        return place(self.family, self.address)

    def begin(self):
        """A second SIGTERM ends the program at once. The thread is a bare one: a signal may come while any lock is held."""
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        self.stop_accepting()
        _thread.start_new_thread(self.finish, ())

    def stop_accepting(self):
        """In place of the socket stands a pipe, from which nothing ever comes: the server goes on with what it has."""
        nothing, self.unused_end = os.pipe()
        for descriptor in open_sockets():
            if os.fstat(descriptor).st_ino == self.inode:
                os.dup2(nothing, descriptor, inheritable=False)

    def finish(self):
        patience = float(os.environ.get("BERTH_STOP_TIMEOUT") or 30) * 0.8
        deadline = time.monotonic() + (min(patience, UNIX_SECONDS) if self.family == socket.AF_UNIX else patience)
        while time.monotonic() < deadline and any(map(self.is_at_work, open_sockets())):
            time.sleep(0.02)
        os.kill(os.getpid(), signal.SIGINT)

    def is_at_work(self, descriptor):
        """True for a connection that came through the listener and is not waiting for another request."""
        try:
            with socket.socket(fileno=os.dup(descriptor)) as connection:
                if connection.type != socket.SOCK_STREAM or place(connection.family, connection.getsockname()) != self.place:
                    return False
                connection.getpeername()  # OSError: not connected
                return connection.family == socket.AF_UNIX or not is_idle(connection)
        except OSError:
            return False


def place(family, address):
    """A port or a path: what the listener and the connections through it have in common."""
    return address if family == socket.AF_UNIX else address[1]


def open_sockets():
    for name in os.listdir("/proc/self/fd"):
        try:
            if stat.S_ISSOCK(os.fstat(int(name)).st_mode):
                yield int(name)
        except OSError:
            continue  # the descriptor of the listing itself, or one that was just closed


def is_idle(connection):
    """True for a TCP connection on which nothing was asked yet, or whose last answer has left and was the last thing that
    happened: struct tcp_info in linux/tcp.h, times in milliseconds before now."""
    information = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 136)
    if len(information) < 136:
        return False
    sent, _, received = struct.unpack_from("3I", information, 44)
    (bytes_received,) = struct.unpack_from("Q", information, 128)
    (unsent,) = struct.unpack("i", fcntl.ioctl(connection.fileno(), termios.TIOCOUTQ, b"\0" * 4))
    return bytes_received == 0 or (unsent == 0 and IDLE_SECONDS * 1000 < sent < received)


if __name__ == "__main__":
    main(sys.argv[1:])
