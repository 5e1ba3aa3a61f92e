import pytest
from flask.testing import FlaskClient

TICKET = {"subject": "<script>alert(1)</script>", "requester": "Eve"}


def test_what_people_write_is_text_never_markup(client: FlaskClient) -> None:
    client.post("/tickets", data=TICKET)
    for path in ("/", "/tickets/1"):
        page = client.get(path).text
        assert "<script>" not in page
        assert "&lt;script&gt;" in page


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
    ],
)
def test_another_site_cannot_change_anything(client: FlaskClient, headers: dict) -> None:
    assert client.post("/tickets", data=TICKET, headers=headers).status_code == 403
    assert client.get("/healthz").json["tickets"] == 0


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "same-origin"}, {"Origin": "http://localhost"}, {}])
def test_our_own_forms_and_programs_may(client: FlaskClient, headers: dict) -> None:
    assert client.post("/tickets", data=TICKET, headers=headers).status_code == 303


def test_every_response_carries_the_headers(client: FlaskClient) -> None:
    for path in ("/", "/nothing", "/static/style.css", "/healthz"):
        headers = client.get(path).headers
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"


def test_the_session_cookie_is_out_of_reach(client: FlaskClient) -> None:
    cookie = client.post("/tickets", data=TICKET).headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie


def test_a_huge_form_is_refused(client: FlaskClient) -> None:
    assert client.post("/tickets", data={**TICKET, "description": "x" * 100_000}).status_code == 413
