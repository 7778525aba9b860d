"""Addresses that people type or point a camera at."""

from __future__ import annotations

import segno
from flask import request, url_for
from markupsafe import Markup

from app.web.service import service


def outside(path: str) -> str:
    """The whole address of one of our paths, as it looks from outside."""
    return (service().config.public_url or request.url_root).rstrip("/") + path


def join_address(code: str) -> str:
    """The whole address that lets a pupil in, as it looks from outside."""
    return outside(url_for("participate.join_page", code=code))


def qr(address: str) -> Markup:
    """An address as a square that cameras read."""
    return Markup(segno.make(address, error="m").svg_inline(border=2, omitsize=True, svgclass="qr"))  # noqa: S704
