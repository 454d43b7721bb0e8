"""What a period's disputes and advisories come to, from the areas that keep them."""

from datetime import date, datetime
from functools import reduce
from operator import add

import numpy as np
from django.utils import timezone

from maplebridge.conversations.queries import broadcasts
from maplebridge.grading.domain.analysis import (
    Against,
    Floats,
    Pair,
    Period,
    as_json,
    count_figure,
    share_figure,
)
from maplebridge.grading.queries.analyzed_areas import Section, Sources
from maplebridge.mediation.domain.figures import Counts, Rate
from maplebridge.mediation.queries import figures as mediation
from maplebridge.people.domain.roles import Role
from maplebridge.people.domain.standing import Standing

BEGINNING = date(2000, 1, 1)
THE_TOWN = Standing(person_id=None, roles=frozenset({Role.ANALYST}))  # a report is of the whole town


def disputes(period: Period, sources: Sources) -> Section:
    """Return the disputes found in a period, and how those that ended in it ended. Confidential ones are in none."""
    counts = {against: _counts_of(one) for against, one in period.spans.items()}
    missing = counts[None] is None

    def number(against: Against | None) -> tuple[Floats, int]:
        one = counts[against]
        found = np.nan if one is None else float(one.found)
        return np.array([found]), period.spans[against].days

    def pair(against: Against | None, rate: str) -> Pair:
        one = counts[against]
        told: Rate | None = None if one is None else getattr(one, rate)
        return (told.numerator, told.denominator) if told else (0, 0)

    figures = [
        count_figure("disputes", "disputes", number(None), {against: number(against) for against in Against}),
        *(
            share_figure(
                code, "disputes", pair(None, rate), {against: pair(against, rate) for against in Against}
            )
            for code, rate in (("settled", "settled_of_concluded"), ("performed", "performed_of_settled"))
        ),
    ]
    if not missing:
        sources["disputes"] = {"kind": "disputes"}
    return {"code": "disputes", "figures": [as_json(one) for one in figures], "missing": missing}


def _counts_of(period: Period) -> Counts | None:
    """Return the counts of a period, or None where no dispute was known by then: nobody counted yet."""
    if mediation.figures(THE_TOWN, mediation.Period(BEGINNING, period.months[0].first)).is_empty:
        months = [mediation.figures(THE_TOWN, mediation.Period.of_month(one)) for one in period.months]
        whole = reduce(add, months, Counts())
        return None if whole.is_empty else whole
    return mediation.figures(THE_TOWN, mediation.Period(period.months[0].first, (period.last + 1).first))


def advisories(period: Period, sources: Sources) -> Section:
    """Return what residents were told in a period: how many messages, how many people they reached."""
    since, until = moments(period)
    sent = list(broadcasts.broadcasts().filter(sent_at__gte=since, sent_at__lt=until))
    counts = list(broadcasts.counts_of(sent).values())
    if sent:
        sources["advisories"] = {"kind": "advisories"}
    return {
        "code": "advisories",
        "figures": [],
        "sent": len(sent),
        "receivers": sum(one.receivers for one in counts),
        "reached": sum(one.reached for one in counts),
        "opened": sum(one.opened for one in counts),
        "missing": False,
    }


def moments(period: Period) -> tuple[datetime, datetime]:
    """Return when a period begins, and when the next one does."""
    zone = timezone.get_default_timezone()
    return period.months[0].interval(zone).start, period.last.interval(zone).end
