"""Two workers that start at the same moment on a new database."""

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

from blog.database import write_ahead


def test_the_switch_to_write_ahead_logging_outlasts_another_writer(tmp_path: Path) -> None:
    path = tmp_path / "blog.db"
    with (
        closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other,
        closing(sqlite3.connect(path, timeout=0)) as connection,
    ):
        other.execute("BEGIN EXCLUSIVE")
        release = threading.Timer(0.3, lambda: other.execute("COMMIT"))
        release.start()
        write_ahead(connection)
        release.join()
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
