"""The SQLite database: one connection a request, committed or rolled back as a whole."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from pathlib import Path

from flask import Flask, current_app, g


def init_app(app: Flask) -> None:
    """Creates the database where there is none, leaves an existing one as it is."""
    path: Path = app.config["DATABASE"]
    path.parent.mkdir(parents=True, exist_ok=True)
    with app.open_resource("schema.sql", "r") as schema, closing(connect(path)) as connection:
        write_ahead(connection)
        connection.executescript(schema.read())
    app.teardown_appcontext(close_connection)


def write_ahead(connection: sqlite3.Connection) -> None:
    """Switches to write-ahead logging; asks again where another worker does so just now, as SQLite does not wait for that."""
    for attempt in range(100):
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or attempt == 99:
                raise
            time.sleep(0.1)


def connect(path: Path) -> sqlite3.Connection:
    """Opens the database; waits up to ten seconds for another writer."""
    connection = sqlite3.connect(path, timeout=10)
    connection.row_factory = sqlite3.Row
    return connection


def connection() -> sqlite3.Connection:
    """The connection of the present request."""
    if "connection" not in g:
        g.connection = connect(current_app.config["DATABASE"])
    return g.connection


def close_connection(error: BaseException | None) -> None:
    opened = g.pop("connection", None)
    if opened is not None:
        opened.close()
