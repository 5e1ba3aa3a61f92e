import pytest
from flask.testing import FlaskClient

TICKET = {"subject": "Printer on fire", "requester": "Ada", "description": "Second floor.\nIt smokes."}


def test_an_empty_helpdesk_says_so(client: FlaskClient) -> None:
    response = client.get("/")
    assert response.status_code == 200
    assert "Nothing is waiting." in response.text


def test_a_ticket_is_opened_listed_and_closed(client: FlaskClient) -> None:
    opened = client.post("/tickets", data=TICKET)
    assert (opened.status_code, opened.headers["Location"]) == (303, "/tickets/1")
    assert "Ticket 1 is open." in client.get("/tickets/1").text
    assert "Printer on fire" in client.get("/").text

    closed = client.post("/tickets/1/close")
    assert (closed.status_code, closed.headers["Location"]) == (303, "/")
    assert "Printer on fire" not in client.get("/").text
    assert "Printer on fire" in client.get("/?state=closed").text
    assert "Close this ticket" not in client.get("/tickets/1").text


def test_a_ticket_survives_a_restart_of_the_application(client: FlaskClient, app) -> None:
    from blog import create_app
    from blog.settings import Settings

    client.post("/tickets", data=TICKET)
    again = create_app(Settings(secret_key="a key for tests only", database=app.config["DATABASE"]))
    assert "Printer on fire" in again.test_client().get("/").text


def test_the_list_has_pages(client: FlaskClient) -> None:
    for number in range(51):
        client.post("/tickets", data={**TICKET, "subject": f"Ticket about {number}"})
    first, second = client.get("/").text, client.get("/?page=2").text
    assert "about 50<" in first and "about 0<" not in first and "Older" in first
    assert "about 0<" in second and "Newer" in second and "Older" not in second


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"subject": "  "}, "Please fill this in."),
        ({"requester": ""}, "Please fill this in."),
        ({"subject": "x" * 121}, "At most 120 characters"),
        ({"description": "x" * 4001}, "At most 4000 characters"),
    ],
)
def test_a_wrong_ticket_is_shown_again_with_what_is_wrong(client: FlaskClient, values: dict, problem: str) -> None:
    response = client.post("/tickets", data={**TICKET, **values})
    assert response.status_code == 400
    assert problem in response.text
    assert "Nothing is waiting." in client.get("/").text


@pytest.mark.parametrize("path", ["/tickets/7", "/tickets/x", "/nothing"])
def test_what_is_not_there_is_not_found(client: FlaskClient, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 404
    assert "There is no such page" in response.text


def test_closing_a_ticket_that_is_not_there_is_not_found(client: FlaskClient) -> None:
    assert client.post("/tickets/7/close").status_code == 404
