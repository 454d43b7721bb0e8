"""What an administrator's form gives: a day, a number, and in whose name it is done."""

from datetime import date

from django.http import HttpRequest

from maplebridge.matters.actions import By
from maplebridge.people.permissions import standing_of


def by_administrator(request: HttpRequest) -> By:
    person = standing_of(request).person_id
    return By(person, "administrator")


def as_day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None


def as_number(text: str | None) -> int | None:
    return int(text) if text and text.strip().isdigit() else None
