"""Columns for personal data: encrypted at rest, found again by a keyed digest."""

import base64
import hashlib
import hmac
import os
from functools import cache
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import models

NONCE_BYTES = 12

if TYPE_CHECKING:
    _TextField = models.TextField[str, str]
    _BinaryField = models.BinaryField[bytes, bytes]
else:
    _TextField = models.TextField
    _BinaryField = models.BinaryField


@cache
def _key(use: str) -> bytes:
    """Derive one key for each use, so that a digest never helps to open a cipher text."""
    return hmac.new(settings.PERSONAL_DATA_KEY.encode(), use.encode(), hashlib.sha256).digest()


def keyed_digest(value: str, *, use: str) -> str:
    """Return a digest by which an equal value is found, and which says nothing without the key."""
    return hmac.new(_key(use), value.encode(), hashlib.sha256).hexdigest()[:32]


def seal(text: str) -> str:
    """Return the AES-256-GCM cipher text of a text, for columns and for what a session has to remember."""
    nonce = os.urandom(NONCE_BYTES)
    return base64.b64encode(nonce + AESGCM(_key("field")).encrypt(nonce, text.encode(), None)).decode()


def unseal(sealed: str) -> str:
    raw = base64.b64decode(sealed)
    return AESGCM(_key("field")).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], None).decode()


class EncryptedTextField(_TextField):
    """Text that the database, its backups and its logs see only as AES-256-GCM cipher text."""

    def get_prep_value(self, value: Any) -> str | None:
        if value is None or value == "":
            return None if value is None else ""
        return seal(str(value))

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        if not value:
            return value
        return unseal(value)


class EncryptedBytesField(_BinaryField):
    """Bytes that are kept as AES-256-GCM cipher text, without the third more that letters would take."""

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if value is None:
            return None
        nonce = os.urandom(NONCE_BYTES)
        sealed = nonce + AESGCM(_key("field")).encrypt(nonce, bytes(value), None)
        return super().get_db_prep_value(sealed, connection, prepared)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> bytes | None:
        if value is None:
            return None
        raw = bytes(value)
        return AESGCM(_key("field")).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], None)


def reference(to: str, **options: object) -> "models.ForeignKey[Any, Any]":
    """A foreign key to a table below, or of one's own that keeps its history: nothing is deleted under a row."""
    return models.ForeignKey(to, on_delete=models.PROTECT, related_name="+", **options)  # type: ignore[arg-type]
