"""Pages of the tickets."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from .database import connection

blueprint = Blueprint("tickets", __name__)

PAGE_SIZE = 50
LIMITS = {"subject": 120, "requester": 80, "description": 4000}


@blueprint.get("/")
def index() -> str:
    """The tickets of one state, newest first."""
    state = "closed" if request.args.get("state") == "closed" else "open"
    page = max(request.args.get("page", default=1, type=int), 1)
    rows = connection().execute(
        "SELECT * FROM ticket WHERE (closed_at IS NULL) = ? ORDER BY id DESC LIMIT ? OFFSET ?",
        (state == "open", PAGE_SIZE + 1, (page - 1) * PAGE_SIZE),
    ).fetchall()
    counts = connection().execute("SELECT count(*) - count(closed_at) AS open, count(closed_at) AS closed FROM ticket")
    return render_template(
        "tickets.html",
        tickets=rows[:PAGE_SIZE],
        state=state,
        page=page,
        more=len(rows) > PAGE_SIZE,
        counts=counts.fetchone(),
    )


@blueprint.get("/tickets/new")
def new() -> str:
    return render_template("new_ticket.html", values={}, problems={}, limits=LIMITS)


@blueprint.post("/tickets")
def open_ticket() -> Response | tuple[str, int]:
    """Opens a ticket, or shows the form again with what is wrong."""
    values = {field: request.form.get(field, "").strip() for field in LIMITS}
    problems = find_problems(values)
    if problems:
        return render_template("new_ticket.html", values=values, problems=problems, limits=LIMITS), 400
    with connection() as transaction:
        ticket_id = transaction.execute(
            "INSERT INTO ticket (subject, requester, description) VALUES (:subject, :requester, :description)", values
        ).lastrowid
    flash(f"Ticket {ticket_id} is open.")
    return redirect(url_for(".show", ticket_id=ticket_id), 303)


@blueprint.get("/tickets/<int:ticket_id>")
def show(ticket_id: int) -> str:
    row = connection().execute("SELECT * FROM ticket WHERE id = ?", (ticket_id,)).fetchone()
    if row is None:
        abort(404)
    return render_template("ticket.html", ticket=row)


@blueprint.post("/tickets/<int:ticket_id>/close")
def close_ticket(ticket_id: int) -> Response:
    """Closes a ticket; one that is closed already keeps its time."""
    with connection() as transaction:
        closed = transaction.execute(
            "UPDATE ticket SET closed_at = coalesce(closed_at, strftime('%Y-%m-%dT%H:%M:%SZ', 'now')) WHERE id = ?",
            (ticket_id,),
        )
    if closed.rowcount == 0:
        abort(404)
    flash(f"Ticket {ticket_id} is closed.")
    return redirect(url_for(".index"), 303)


def find_problems(values: dict[str, str]) -> dict[str, str]:
    """What is wrong with a ticket's values: one line for each field that has a fault."""
    problems = {}
    for field, limit in LIMITS.items():
        if not values[field] and field != "description":
            problems[field] = "Please fill this in."
        elif len(values[field]) > limit:
            problems[field] = f"At most {limit} characters, please."
    return problems
