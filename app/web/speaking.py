"""The texts of the service outside a request, for the command line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask
from flask_babel import Babel, force_locale


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Inside, gettext answers in ``language``."""
    app = Flask("app", static_folder=None)
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = "texts"
    Babel(app)
    with app.test_request_context(), force_locale(language):
        yield
