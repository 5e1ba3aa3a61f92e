"""Settings: from the environment, then from ``.env.production`` beside ``wsgi.py``."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dotenv import dotenv_values

ROOT = Path(__file__).resolve().parent.parent


class SettingsError(Exception):
    """A setting is missing or wrong. The message is one line that names the setting and the cure."""


@dataclass(frozen=True)
class Settings:
    """What an administrator may set; see ``.env.example``."""

    secret_key: str
    database: Path = ROOT / "blog" / "db" / "blog.db"
    version: str = "development"
    helpdesk_name: str = "Helpdesk"
    host: str = "127.0.0.1"
    port: int = 8000
    secure_cookies: bool = False

    @classmethod
    def load(cls, root: Path = ROOT, environment: Mapping[str, str] = os.environ) -> Settings:
        """Reads the settings of the application in ``root``.

        A relative ``DATABASE`` starts at ``root``. The version is ``APP_VERSION`` or, without it, what the manifest
        of the deployment package says, which a deploy leaves in ``.berth/manifest.json``.

        Raises SettingsError when SECRET_KEY is missing or short, or PORT is no port.
        """
        values = {**dotenv_values(root / ".env.production", interpolate=False), **environment}
        return cls(
            secret_key=_secret_key(values.get("SECRET_KEY")),
            database=root / (values.get("DATABASE") or "blog/db/blog.db"),
            version=values.get("APP_VERSION") or _deployed_version(root) or cls.version,
            helpdesk_name=values.get("HELPDESK_NAME") or cls.helpdesk_name,
            host=values.get("HOST") or cls.host,
            port=_port(values.get("PORT") or str(cls.port)),
            secure_cookies=(values.get("SECURE_COOKIES") or "").lower() in ("1", "true", "yes"),
        )


def _secret_key(value: str | None) -> str:
    if not value or len(value) < 16:
        raise SettingsError("SECRET_KEY needs 16 characters or more: write it into .env.production (see .env.example)")
    return value


def _port(value: str) -> int:
    if not (value.isdecimal() and 0 < int(value) < 65536):
        raise SettingsError(f"PORT is {value!r}: a number from 1 to 65535 is right")
    return int(value)


def _deployed_version(root: Path) -> str | None:
    try:
        return str(json.loads((root / ".berth" / "manifest.json").read_text(encoding="utf-8"))["version"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
