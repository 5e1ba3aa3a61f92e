"""Entry point. ``python wsgi.py`` serves by itself; gunicorn and waitress take ``wsgi:application``."""

import sys

from blog import create_app
from blog.settings import Settings, SettingsError

try:
    settings = Settings.load()
except SettingsError as error:
    sys.exit(f"helpdesk: {error}")

application = create_app(settings)

if __name__ == "__main__":
    application.run(host=settings.host, port=settings.port)
