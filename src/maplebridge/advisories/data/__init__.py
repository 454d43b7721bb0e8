"""What is shipped: subjects of advisories with their templates, and words that residents do not use."""

import tomllib
from functools import cache
from pathlib import Path

from maplebridge.advisories.domain.plain import Words
from maplebridge.advisories.domain.subjects import Subject, read_subjects

FOLDER = Path(__file__).parent


@cache
def subjects() -> dict[str, Subject]:
    return read_subjects(tomllib.loads((FOLDER / "subjects.toml").read_text(encoding="utf-8")))


@cache
def words() -> Words:
    return Words(**tomllib.loads((FOLDER / "words.toml").read_text(encoding="utf-8")))
