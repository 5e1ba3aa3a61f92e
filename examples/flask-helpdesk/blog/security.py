"""What every response carries, and which requests are refused."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, Response, abort, request

HEADERS = {
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


def init_app(app: Flask) -> None:
    app.before_request(refuse_cross_site_changes)
    app.after_request(add_headers)


def refuse_cross_site_changes() -> None:
    """Another site's page must not change anything in the name of its visitor.

    Browsers say where a request comes from (Sec-Fetch-Site, older ones Origin); a page cannot forge that. A client that
    says nothing is no browser and acts for nobody else.
    """
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    if site is not None:
        same_site = site in ("same-origin", "none")
    else:
        same_site = origin is None or urlsplit(origin).netloc == request.host
    if not same_site:
        abort(403, "This form was sent from another site.")


def add_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    return response
