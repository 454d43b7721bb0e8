"""Draws pictures of the story into a folder; run as a process of its own, it needs neither Django nor database."""

import sys
from pathlib import Path

from maplebridge.demo.canvas import Canvas
from maplebridge.demo.pictures import PICTURES, Painter, courtyard, hallway, picture, room, street

SEED = 1  # the same for all, so that a fault and its repair are in the same street
PLACES: dict[str, Painter] = {"street": street, "courtyard": courtyard, "hallway": hallway, "room": room}


def draw(kind: str) -> bytes:
    """Draw a kind of picture, or a place where nothing is wrong any more."""
    if kind in PICTURES:
        return picture(kind, SEED)
    canvas = Canvas(f"{kind} {SEED}")
    PLACES[kind](canvas)
    return canvas.jpeg()


def draw_into(folder: Path, kinds: list[str]) -> None:
    """Draw the kinds one after the other; a file is there only when it is whole."""
    for kind in kinds:
        partial = folder / f"{kind}.part"
        partial.write_bytes(draw(kind))
        partial.replace(folder / f"{kind}.jpg")


if __name__ == "__main__":
    draw_into(Path(sys.argv[1]), sys.argv[2:])
