"""The participation service. ``create_app`` puts its parts together; importing this package does nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from app.config import Config


def create_app(config: Config | None = None, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Flask:
    """The WSGI application for these settings (the environment's by default)."""
    from flask import Flask

    from app import config as configuration
    from app.store import Store
    from app.web import blueprints, service

    config = config or configuration.load()
    app = Flask("app", static_folder=None, template_folder="templates")
    app.secret_key = configuration.secret_key(config)
    app.config.update(
        MAX_CONTENT_LENGTH=config.max_body_kb * 1024,
        MAX_FORM_MEMORY_SIZE=config.max_body_kb * 1024,
        SESSION_COOKIE_NAME="snarvei",
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=config.secure_cookies,
        PERMANENT_SESSION_LIFETIME=12 * 3600,
        WTF_CSRF_TIME_LIMIT=12 * 3600,
        BABEL_DEFAULT_LOCALE=config.default_language,
        BABEL_DEFAULT_TIMEZONE="Europe/Oslo",
        BABEL_TRANSLATION_DIRECTORIES="texts",
    )
    service.install(app, config, Store(config.database_url), clock)
    blueprints.register(app)
    return app
