"""Where matters go: the routing rules of a day, and past matters to try new ones on."""

from datetime import date, datetime

from django.db.models import F, Q

from maplebridge.matters.domain.routing import Facts, Rule
from maplebridge.matters.models import Matter, RoutingRule
from maplebridge.matters.queries.town import FRESH_S, town_zone
from maplebridge.platform.freshness import fresh_for


@fresh_for(FRESH_S)
def routing_rules(on: date) -> tuple[Rule, ...]:
    rules = RoutingRule.objects.filter(valid_from__lte=on).filter(Q(valid_to=None) | Q(valid_to__gt=on))
    return tuple(as_rule(one) for one in rules.order_by("rank", "id"))


def as_rule(rule: RoutingRule) -> Rule:
    return Rule(rule.pk, rule.rank, rule.name, rule.when, rule.then)


def routing_rules_listed() -> list[RoutingRule]:
    """Return the routing rules in force and to come, in the order in which they are tried, then those ended."""
    return list(RoutingRule.objects.order_by(F("valid_to").desc(nulls_first=True), "rank", "id"))


def routing_rules_as_of(on: date) -> tuple[Rule, ...]:
    """Return the routing rules of a day, read now."""
    rules = RoutingRule.objects.filter(valid_from__lte=on).exclude(valid_to__lte=on)
    return tuple(as_rule(one) for one in rules.order_by("rank", "id"))


def routing_rules_from(on: date) -> tuple[Rule, ...]:
    """Return the routing rules of a day and those that will come: which of them contradict one another?"""
    rules = RoutingRule.objects.exclude(valid_to__lte=on)
    return tuple(as_rule(one) for one in rules.order_by("rank", "id"))


PAST_MOST = 20_000


def facts_of_past_matters(
    start: datetime, end: datetime, *, most: int = PAST_MOST
) -> list[tuple[int, Facts]]:
    """Return what routing knew of the matters of a time, the latest first; the confidential ones stay out."""
    rows = (
        Matter.objects.filter(raised_at__gte=start, raised_at__lt=end, confidential=False)
        .order_by("-id")
        .values_list(
            "id", "category__code", "category__lead", "severity", "grid__code", "origin", "raised_at"
        )[:most]
    )
    return [
        (
            id,
            Facts(
                category=category or "",
                severity=severity,
                grid=grid or "",
                origin=origin,
                hour=raised_at.astimezone(town_zone()).hour,
                agency_kind=lead or "",
            ),
        )
        for id, category, lead, severity, grid, origin, raised_at in rows
    ]
