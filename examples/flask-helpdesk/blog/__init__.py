"""The helpdesk: people open tickets, the support team closes them."""

from __future__ import annotations

from flask import Flask, render_template

from . import database, health, security, tickets
from .settings import Settings


def create_app(settings: Settings) -> Flask:
    """Returns the application, its database ready to use."""
    app = Flask(__name__)
    app.config.update(
        SECRET_KEY=settings.secret_key,
        DATABASE=settings.database,
        VERSION=settings.version,
        HELPDESK_NAME=settings.helpdesk_name,
        MAX_CONTENT_LENGTH=64 * 1024,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
    )
    database.init_app(app)
    security.init_app(app)
    app.register_blueprint(tickets.blueprint)
    app.register_blueprint(health.blueprint)
    app.register_error_handler(404, page_not_found)
    return app


def page_not_found(error: Exception) -> tuple[str, int]:
    return render_template("not_found.html"), 404
