"""Reads of what is counted and how it becomes a color."""

import hashlib
from datetime import date
from functools import cache
from pathlib import Path

from django.db.models import Q, QuerySet

from maplebridge.grading import domain
from maplebridge.grading.domain.method import Source
from maplebridge.grading.models import Indicator, Method
from maplebridge.kernel import statistics


def indicators_on(on: date) -> QuerySet[Indicator]:
    in_force = Q(valid_to=None) | Q(valid_to__gt=on)
    return Indicator.objects.filter(in_force, valid_from__lte=on).order_by("code")


def method_in_force(on: date) -> Method | None:
    """Return the confirmed version of the method that grades the month of a day."""
    confirmed = Method.objects.filter(confirmed_by__isnull=False, valid_from__lte=on)
    return confirmed.order_by("-valid_from", "-version").first()


def method_with_version(version: int) -> Method | None:
    """Return a confirmed method: a proposed one is nobody's business yet."""
    return Method.objects.filter(confirmed_by__isnull=False, version=version).first()


def indicators_by_code() -> dict[str, Indicator]:
    return Indicator.objects.in_bulk(field_name="code")


def indicator_named(code: str) -> Indicator:
    return Indicator.objects.get(code=code)


def indicators_of(method: Method) -> list[Indicator]:
    """Return the indicators of a method, in its order."""
    codes = [part["code"] for part in method.document["indicators"]]
    known = Indicator.objects.in_bulk(codes, field_name="code")
    return [known[code] for code in codes]


@cache
def code_version() -> str:
    """Return a digest of the code that grades: another version of it may grade otherwise in the last digits."""
    seal = hashlib.sha256()
    for package in (domain, statistics):
        for path in sorted(Path(package.__path__[0]).glob("*.py")):
            seal.update(path.name.encode() + path.read_bytes())
    return seal.hexdigest()[:16]


def indicator_names() -> dict[str, tuple[str, str]]:
    """Return the Chinese and the English name of every indicator by its code."""
    return {one.code: (one.name_zh, one.name_en) for one in Indicator.objects.all()}


def indicators_by_heading(on: date) -> dict[str, str]:
    """Return the codes of indicators that come by file, by what a spreadsheet may call them."""
    named: dict[str, str] = {}
    for one in indicators_on(on).filter(source=Source.FILE):
        named[one.name_zh] = named[one.name_en] = named[one.code] = one.code
    return named
