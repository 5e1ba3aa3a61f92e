"""``/healthz``: does this release answer, and from which database?"""

from __future__ import annotations

import sqlite3

from flask import Blueprint, current_app, jsonify
from flask.typing import ResponseReturnValue

from .database import connection

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def healthz() -> ResponseReturnValue:
    """``{"status": "ok", "version": …, "tickets": …}``, or 503 when the database does not answer."""
    version = current_app.config["VERSION"]
    try:
        (tickets,) = connection().execute("SELECT count(*) FROM ticket").fetchone()
    except sqlite3.Error as error:
        current_app.logger.error("health: %s", error)
        return jsonify(status="error", version=version, reason="the database does not answer"), 503
    return jsonify(status="ok", version=version, tickets=tickets)
