import json
from pathlib import Path

import pytest

from blog.settings import Settings, SettingsError

KEY = "0123456789abcdef"


def test_the_file_gives_the_settings_and_the_environment_wins(tmp_path: Path) -> None:
    (tmp_path / ".env.production").write_text(f'SECRET_KEY="{KEY}$HOME\\"q"\nPORT="9000"\nHELPDESK_NAME="Help"\n')
    settings = Settings.load(tmp_path, {"PORT": "9001"})
    assert settings.secret_key == f'{KEY}$HOME"q'
    assert (settings.port, settings.helpdesk_name) == (9001, "Help")
    assert settings.database == tmp_path / "blog" / "db" / "blog.db"


@pytest.mark.parametrize("values", [{}, {"SECRET_KEY": "short"}])
def test_a_missing_or_short_key_is_named(tmp_path: Path, values: dict) -> None:
    with pytest.raises(SettingsError, match="SECRET_KEY needs 16 characters"):
        Settings.load(tmp_path, values)


@pytest.mark.parametrize("port", ["x", "0", "65536", "-1"])
def test_a_wrong_port_is_named(tmp_path: Path, port: str) -> None:
    with pytest.raises(SettingsError, match="PORT is"):
        Settings.load(tmp_path, {"SECRET_KEY": KEY, "PORT": port})


def test_the_version_is_the_packages(tmp_path: Path) -> None:
    (tmp_path / ".berth").mkdir()
    (tmp_path / ".berth" / "manifest.json").write_text(json.dumps({"version": "2.0.0"}))
    assert Settings.load(tmp_path, {"SECRET_KEY": KEY}).version == "2.0.0"
    assert Settings.load(tmp_path, {"SECRET_KEY": KEY, "APP_VERSION": "3"}).version == "3"


def test_without_a_package_the_version_says_development(tmp_path: Path) -> None:
    assert Settings.load(tmp_path, {"SECRET_KEY": KEY}).version == "development"
