"""The photos of the story: each kind is drawn once, kept like any photo that is sent, and used again."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from maplebridge.demo.drawing import draw
from maplebridge.platform import photos

# What is shown after the work, by the beginning of the category's code; the longest that fits.
AFTER = {
    "": "courtyard",
    "04-01-04": "repaired_puddle",
    "04-01-06": "repaired_puddle",
    "05-01": "repaired_ceiling",
    "05-02": "hallway",
    "05-05": "room",
    "03-02": "repaired_exit",
    "03-03": "repaired_ebike",
    "03-04-02": "repaired_gas",
    "03-04": "street",
    "07": "street",
    "07-01": "repaired_bins",
    "08": "street",
    "08-01": "repaired_road",
    "08-01-03": "repaired_manhole",
    "08-01-04": "repaired_manhole",
    "08-01-05": "repaired_puddle",
    "08-02-01": "repaired_lamp",
    "08-03": "repaired_tree",
    "09": "street",
    "10": "street",
    "11": "street",
    "16": "street",
}


def after_the_work(category: str) -> str:
    """Return what to draw where a category asks for a photo of the result."""
    return AFTER[max((begin for begin in AFTER if category.startswith(begin)), key=len)]


class DrawnPhotos:
    """Gives the id of a kept photo of each kind."""

    def __init__(self) -> None:
        self._kept: dict[str, int] = {}
        self._painter: subprocess.Popen[bytes] | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    def begin(self, kinds: Sequence[str]) -> None:
        """Draw these kinds in a process of their own, while other things go on."""
        self._folder = tempfile.TemporaryDirectory(prefix="maplebridge-photos-")
        command = [sys.executable, "-m", "maplebridge.demo.drawing", self._folder.name, *kinds]
        self._painter = subprocess.Popen(command)  # noqa: S603 -- of our own

    def id_of(self, kind: str, now: datetime) -> int:
        if kind not in self._kept:
            self._kept[kind] = photos.keep(self._drawn(kind), now=now).pk
        return self._kept[kind]

    def keep_all(self, kinds: Sequence[str], now: datetime) -> None:
        """Keep these kinds now, so that processes of their own may show them."""
        for kind in kinds:
            self.id_of(kind, now)

    def end(self) -> None:
        """Stop drawing, and forget what was drawn and not kept."""
        if self._painter is not None:
            self._painter.terminate()
            self._painter.wait()
        if self._folder is not None:
            self._folder.cleanup()

    def _drawn(self, kind: str) -> bytes:
        """Wait for the painter while it is at work; what it has not drawn then is drawn here."""
        if self._folder is not None and self._painter is not None:
            path = Path(self._folder.name) / f"{kind}.jpg"
            while not path.exists() and self._painter.poll() is None:
                time.sleep(0.02)
            if path.exists():
                return path.read_bytes()
        return draw(kind)
