"""The kinds of agencies that a town has, as the product brings them along: who can be called out."""

import csv
from collections.abc import Mapping
from functools import cache
from io import StringIO
from pathlib import Path

HERE = Path(__file__).parent


def agency_kinds_text() -> str:
    """Return the file itself, which the catalogue of matters is read against."""
    return (HERE / "agency_kinds.csv").read_text(encoding="utf-8")


@cache
def agency_kinds() -> Mapping[str, tuple[str, str]]:
    """Return what each kind is called, in Chinese and in English, by its code."""
    return {row["code"]: (row["zh"], row["en"]) for row in csv.DictReader(StringIO(agency_kinds_text()))}
