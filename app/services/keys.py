"""Sealing: what only a token, a class's host or a one-time code may open. Bytes in, bytes out, nothing stored."""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from app.services.actors import ALPHABET

ONE_TIME_LENGTH = 8
_PUBLIC = 32
_STRETCH = {"n": 2**15, "r": 8, "p": 1}


@dataclass(frozen=True)
class OneTime:
    """A one-time code, stretched: ``digest`` finds its row, ``key`` opens what is sealed with it."""

    digest: str
    key: bytes


def derived(secret: bytes, purpose: str) -> bytes:
    """A sealing key from a secret of 256 bits; another purpose gives another key."""
    return base64.urlsafe_b64encode(HKDF(SHA256(), length=32, salt=None, info=purpose.encode()).derive(secret))


def locked(plain: bytes, key: bytes) -> bytes:
    return Fernet(key).encrypt(plain)


def opened(sealed: bytes, key: bytes) -> bytes | None:
    """None if the key does not fit."""
    try:
        return Fernet(key).decrypt(sealed)
    except InvalidToken:
        return None


def pair(host_key: bytes) -> tuple[bytes, bytes]:
    """A class's public key, and its private key sealed so that only the host's link opens it."""
    private = X25519PrivateKey.generate()
    return private.public_key().public_bytes_raw(), locked(private.private_bytes_raw(), host_key)


def sealed_to(public: bytes, plain: bytes) -> bytes:
    """Bytes that only the holder of the private key can read; whoever seals them cannot open them again."""
    passing = X25519PrivateKey.generate()
    shared = passing.exchange(X25519PublicKey.from_public_bytes(public))
    return passing.public_key().public_bytes_raw() + locked(plain, derived(shared, "snarvei class"))


def opened_by_host(sealed: bytes, sealed_key: bytes, host_key: bytes) -> bytes | None:
    """What was sealed to a class, or None if this is not the link that opened the class."""
    raw = opened(sealed_key, host_key)
    if raw is None:
        return None
    shared = X25519PrivateKey.from_private_bytes(raw).exchange(X25519PublicKey.from_public_bytes(sealed[:_PUBLIC]))
    return opened(sealed[_PUBLIC:], derived(shared, "snarvei class"))


def one_time_code() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(ONE_TIME_LENGTH))


def one_time(code: str) -> OneTime | None:
    """The code stretched with scrypt (about 0.1 s), so that whoever has the database cannot try them all; None for what
    cannot be such a code.
    """
    if len(code) != ONE_TIME_LENGTH or not set(code) <= set(ALPHABET):
        return None
    raw = Scrypt(salt=b"snarvei one-time code", length=64, **_STRETCH).derive(code.encode())
    return OneTime(raw[:32].hex(), base64.urlsafe_b64encode(raw[32:]))
