"""Files of territory that wait until they are decided, and how far the work on one is."""

import time
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from maplebridge.places.models import TerritoryImport


def get_import(import_id: int) -> TerritoryImport | None:
    return TerritoryImport.objects.filter(pk=import_id).first()


def latest_imports(most: int = 10) -> list[TerritoryImport]:
    return list(TerritoryImport.objects.order_by("-pk")[:most])


def upload_path(import_id: int) -> Path:
    """Return where an uploaded file waits until it is decided."""
    return Path(settings.MEDIA_ROOT) / "imports" / f"territory-{import_id}"


@dataclass(frozen=True, slots=True)
class Progress:
    step: str
    done: int
    total: int
    seconds_ago: float


def progress_of(import_id: int) -> Progress | None:
    """Return how far the work on an import is; it is told by a file, as its transaction shows nothing yet."""
    path = upload_path(import_id).with_suffix(".progress")
    try:
        step, done, total = path.read_text().split()
        return Progress(step, int(done), int(total), max(0.0, time.time() - path.stat().st_mtime))
    except (FileNotFoundError, ValueError):
        return None
