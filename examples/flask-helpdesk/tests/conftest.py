from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from blog import create_app
from blog.settings import Settings


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    settings = Settings(secret_key="a key for tests only", database=tmp_path / "db" / "blog.db", version="1.2.3")
    app = create_app(settings)
    app.testing = True
    return app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()
