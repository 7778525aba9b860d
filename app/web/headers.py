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
COMPRESSED = ["text/css", "text/javascript", "application/json", "application/geo+json", "image/svg+xml"]
COMPRESSED += ["application/vnd.snarvei.network"]


def install(app: Flask) -> None:
    app.config.update(COMPRESS_MIMETYPES=COMPRESSED, COMPRESS_STREAMS=False, COMPRESS_ALGORITHM=["br", "gzip"])
    Compress(app)
    app.context_processor(lambda: {"nonce": nonce()})
    app.after_request(_secure)


def nonce() -> str:
    """The nonce of this answer's own inline scripts."""
    if "nonce" not in g:
        g.nonce = secrets.token_urlsafe(16)
    return str(g.nonce)


def _secure(response: Response) -> Response:
    response.headers.setdefault("Content-Security-Policy", POLICY.format(nonce=nonce()))
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "same-origin")
    response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    response.headers.setdefault("Permissions-Policy", "geolocation=(), camera=(), microphone=()")
    if "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "no-store"
    return response
