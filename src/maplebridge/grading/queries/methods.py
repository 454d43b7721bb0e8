"""Reads of what is counted and how it becomes a color."""

import hashlib
from datetime import date
from functools import cache
from pathlib import Path

from django.db.models import Q, QuerySet

from maplebridge.grading import domain
from maplebridge.grading.domain.method import Indicator as Rule
from maplebridge.grading.domain.method import Kind, Source
from maplebridge.grading.models import GradingMonth, Indicator, Method
from maplebridge.kernel import statistics
from maplebridge.kernel.periods import Month
from maplebridge.kernel.statistics.composite import Direction


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


def methods() -> list[Method]:
    """Return every version there is, the latest first; those that nobody has confirmed too."""
    return list(Method.objects.select_related("made_by", "confirmed_by").order_by("-version"))


def get_method(method_id: int) -> Method | None:
    return Method.objects.select_related("made_by", "confirmed_by").filter(pk=method_id).first()


def method_before(one: Method) -> Method | None:
    """Return the confirmed version that a later one takes the place of."""
    earlier = Method.objects.filter(confirmed_by__isnull=False).exclude(pk=one.pk)
    return earlier.filter(valid_from__lte=one.valid_from).order_by("-valid_from", "-version").first()


def first_free_month(on: date) -> date:
    """Return the first month for which a new method may be made: after this one, and after all that were graded."""
    graded = GradingMonth.objects.filter(method__isnull=False).order_by("-month").first()
    last = max([on.replace(day=1), *([graded.month] if graded else [])])
    return (Month.of(last) + 1).first


def rule_of(one: Indicator) -> Rule:
    """Return how an indicator begins that no method has counted yet: with no weight, and borders to be set."""
    share = one.source == Source.SURVEY
    return Rule(
        code=one.code,
        name=one.name_zh,
        source=Source(one.source),
        classes=tuple(one.counted) if one.source == Source.MATTERS else (),
        denominator=one.denominator,
        weight=0.0,
        bands=(0.75, 0.65, 0.55, 0.45) if share else (0.8, 1.1, 1.4, 1.8),
        kind=Kind.SHARE if share else Kind.RATE,
        direction=Direction.MORE_IS_BETTER if share else Direction.MORE_IS_WORSE,
    )


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
