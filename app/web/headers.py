"""Headers of every answer: nothing from a third-party host, no inline script without this answer's nonce."""

from __future__ import annotations

import secrets

from flask import Flask, Response, g
from flask_compress import Compress

POLICY = (
    "default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; "
    "img-src 'self' data: blob:; connect-src 'self'; "
    "font-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
FOR_DATA = {"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'"}
FOR_PAGES = {
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(), camera=(), microphone=()",
}
SHOWN = ("text/html", "text/css", "text/javascript", "image/svg+xml", "application/pdf")
COMPRESSED = ["text/html", "text/css", "text/javascript", "application/json", "application/geo+json", "image/svg+xml"]
COMPRESSED += ["application/vnd.snarvei.network"]


def install(app: Flask) -> None:
    app.config.update(COMPRESS_MIMETYPES=COMPRESSED, COMPRESS_STREAMS=False, COMPRESS_ALGORITHM=["br", "gzip"])
    _Compress(app)
    app.context_processor(lambda: {"nonce": nonce()})
    app.after_request(_secure)


class _Compress(Compress):
    """Compresses HTML only where a page says that it holds no secret, whose guesses could be measured (BREACH)."""

    def after_request(self, response: Response | None) -> Response:
        if response and response.mimetype == "text/html" and "holds_no_secret" not in g:
            return response
        return super().after_request(response)


def holds_no_secret() -> None:
    """This answer is the same for everyone who asks for it: no token, nothing of a person."""
    g.holds_no_secret = True


def nonce() -> str:
    """The nonce of this answer's own inline scripts."""
    if "nonce" not in g:
        g.nonce = secrets.token_urlsafe(16)
    return str(g.nonce)


def _secure(response: Response) -> Response:
    shown = response.mimetype in SHOWN
    for name, value in (FOR_PAGES if shown else FOR_DATA).items():
        response.headers.setdefault(name, value)
    if shown:
        response.headers.setdefault("Content-Security-Policy", POLICY.format(nonce=nonce()))
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    if "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "no-store"
    return response
