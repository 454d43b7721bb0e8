"""The town's own data: its catalogue, its rules, its routing, its working time. All dated, nothing deleted."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, time
from typing import Any

from maplebridge.matters.actions.record import By, NotAllowed
from maplebridge.matters.domain import routing, rules
from maplebridge.matters.domain.catalogue import Catalogue
from maplebridge.matters.models import Category, RoutingRule, SpecialDay, TownRule, WorkingHours
from maplebridge.platform.audit import action
from maplebridge.platform.freshness import forget


@action
def set_rule(*, name: str, value: Any, reason: str, valid_from: date, by: By, today: date) -> TownRule:
    """Set a parameter from a day on. What has begun is not changed any more: a new value begins today or later."""
    parsed = rules.parsed(name, value)
    replace(rules.TownRules(), **{name: parsed})  # refuses what the rules cannot have
    if valid_from < today:
        raise NotAllowed("begins_in_the_past")
    if not reason.strip():
        raise NotAllowed("reason_needed")
    rule, _ = TownRule.objects.update_or_create(
        name=name,
        valid_from=valid_from,
        defaults={"value": value, "reason": reason, "made_by_id": by.person_id},
    )
    forget()
    return rule


class RuleNotUsable(ValueError):
    """A routing rule with mistakes, as (field, code) pairs."""

    def __init__(self, problems: Sequence[tuple[str, str]]) -> None:
        super().__init__(str(problems))
        self.problems = list(problems)


@action
def add_routing_rule(
    *,
    rank: int,
    name: str,
    when: Mapping[str, Any],
    then: Mapping[str, Any],
    reason: str,
    valid_from: date,
    by: By,
    today: date,
) -> RoutingRule:
    """Add a rule that takes effect on a day from today on."""
    found = routing.problems(when, then)
    found += [("valid_from", "begins_in_the_past")] if valid_from < today else []
    found += [("reason", "reason_needed")] if not reason.strip() else []
    if found:
        raise RuleNotUsable(found)
    rule = RoutingRule.objects.create(
        rank=rank,
        name=name,
        when=dict(when),
        then=dict(then),
        reason=reason,
        valid_from=valid_from,
        made_by_id=by.person_id,
    )
    forget()
    return rule


@action
def end_routing_rule(*, rule_id: int, valid_to: date, today: date) -> None:
    """End a rule: from `valid_to` on it does not apply any more. It stays to explain what it once decided."""
    if valid_to < today:
        raise NotAllowed("begins_in_the_past")
    RoutingRule.objects.filter(pk=rule_id).update(valid_to=valid_to)
    forget()


@action
def set_working_hours(*, spans: Mapping[int, Sequence[tuple[time, time]]]) -> None:
    """Set the spans of work of each weekday, several a day; they replace those before."""
    if not any(spans.values()):
        raise NotAllowed("no_working_time")
    WorkingHours.objects.all().delete()
    WorkingHours.objects.bulk_create(
        WorkingHours(weekday=weekday, starts=starts, ends=ends)
        for weekday, of_day in spans.items()
        for starts, ends in of_day
    )
    forget()


@action
def set_special_days(*, days: Mapping[date, tuple[bool, str]]) -> None:
    """Set holidays (False) and make-up workdays (True) by date; a date again replaces what was said of it."""
    for day, (works, name) in days.items():
        SpecialDay.objects.update_or_create(day=day, defaults={"works": works, "name": name})
    forget()


@action
def load_catalogue(*, catalogue: Catalogue) -> int:
    """Bring the catalogue into the town: new categories begin, changed ones change."""
    made: dict[str, Category] = {}
    for code, name in {**catalogue.tops, **catalogue.middles}.items():
        made[code] = _branch(code, name.zh, name.en, made.get(code.rpartition("-")[0]))
    for leaf in catalogue:
        made[leaf.code] = Category.objects.update_or_create(
            code=leaf.code,
            defaults={
                "parent": made[leaf.middle],
                "name_zh": leaf.name.zh,
                "name_en": leaf.name.en,
                "severity": leaf.severity,
                "lead": leaf.lead,
                "assists": list(leaf.assist),
                "team_role": leaf.team_role,
                "respond_minutes": leaf.response_minutes,
                "handle_value": leaf.handle.value,
                "handle_unit": leaf.handle.unit,
                "accept_when": leaf.accept,
                "close_when": leaf.close,
                "photos": leaf.photos,
                "revisit": leaf.revisit,
                "confidential": leaf.confidential,
                "similar_radius_m": leaf.similar_radius_m,
                "similar_days": leaf.similar_days,
                "source": leaf.source,
                "valid_from": leaf.valid_from,
                "valid_to": None,
            },
        )[0]
    forget()
    return len(catalogue)


def _branch(code: str, zh: str, en: str, parent: Category | None) -> Category:
    return Category.objects.update_or_create(
        code=code,
        defaults={
            "parent": parent,
            "name_zh": zh,
            "name_en": en,
            "valid_from": date(2010, 1, 1),
            "valid_to": None,
        },
    )[0]


@action
def clear_special_day(*, day: date) -> None:
    """Let a date be like its weekday again."""
    SpecialDay.objects.filter(day=day).delete()
    forget()


LIMIT_UNITS = frozenset({"hours", "days", "working_hours", "working_days"})


@action
def change_category(
    *,
    code: str,
    severity: int,
    lead: str,
    respond_minutes: int,
    handle_value: int,
    handle_unit: str,
    photos: bool,
    revisit: bool,
) -> Category:
    """Change what a kind of matter asks for; matters that are open keep the limits they were given."""
    if severity not in {1, 2, 3} or handle_unit not in LIMIT_UNITS:
        raise NotAllowed("not_a_choice")
    if respond_minutes < 1 or handle_value < 1:
        raise NotAllowed("must_be_positive")
    category = Category.objects.get(code=code)
    category.severity, category.lead = severity, lead
    category.respond_minutes, category.handle_value = respond_minutes, handle_value
    category.handle_unit, category.photos, category.revisit = handle_unit, photos, revisit
    category.save(
        update_fields=[
            "severity",
            "lead",
            "respond_minutes",
            "handle_value",
            "handle_unit",
            "photos",
            "revisit",
        ]
    )
    forget()
    return category
