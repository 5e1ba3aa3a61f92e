from flask import Flask
from flask.testing import FlaskClient


def test_it_tells_the_version_and_the_number_of_tickets(client: FlaskClient) -> None:
    client.post("/tickets", data={"subject": "One", "requester": "Ada"})
    assert client.get("/healthz").json == {"status": "ok", "version": "1.2.3", "tickets": 1}


def test_it_says_when_the_database_does_not_answer(app: Flask, client: FlaskClient) -> None:
    app.config["DATABASE"].write_bytes(b"no database at all" * 100)
    response = client.get("/healthz")
    assert response.status_code == 503
    assert response.json["reason"] == "the database does not answer"
