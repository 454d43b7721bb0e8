"""Files between their check and their taking over: packed, encrypted, seen only by whoever brought them."""

import base64
import gzip
from datetime import datetime

from maplebridge.platform.models import WaitingFile

MOST_BYTES = 40 * 2**20


def keep(*, name: str, data: bytes, person_id: int, now: datetime) -> WaitingFile:
    packed = base64.b64encode(gzip.compress(data, mtime=0)).decode()
    return WaitingFile.objects.create(person_id=person_id, name=name[:200], content=packed, kept_at=now)


def brought_by(person_id: int, file_id: int) -> WaitingFile | None:
    return WaitingFile.objects.filter(pk=file_id, person_id=person_id).first()


def data_of(file: WaitingFile) -> bytes:
    return gzip.decompress(base64.b64decode(file.content))


def note(file: WaitingFile, *, done: int, counts: dict[str, int]) -> None:
    """Note how far the taking over has come."""
    file.done, file.counts = done, counts
    file.save(update_fields=["done", "counts"])


def forget(file: WaitingFile) -> None:
    file.delete()
