"""Who gets a matter first: the town's routing rules, first match wins, with the reason kept.

The default is Jingbian's: the severity says the level of chief. A rule may name another level, a role on duty,
or agencies to call out. Rules are tried out on past matters before they take effect.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

CONDITIONS = ("category", "severity", "grid", "origin", "hour_from", "hour_to", "agency_kind")
EFFECTS = ("chief_level", "role", "call_out", "team_role")


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a matter when it is routed. `category` and `grid` are codes; `hour` is local."""

    category: str
    severity: int
    grid: str
    origin: str
    hour: int
    agency_kind: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    id: int
    rank: int
    name: str
    when: Mapping[str, Any]
    then: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Route:
    """Where it goes, and because of which rule (none: the severity alone)."""

    chief_level: int
    role: str = ""
    call_out: tuple[str, ...] = ()
    rule_name: str = ""


def problems(when: Mapping[str, Any], then: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return what is wrong with a rule as (field, code) pairs; none where it can be used."""
    found = [(name, "unknown_condition") for name in when if name not in CONDITIONS]
    found += [(name, "unknown_effect") for name in then if name not in EFFECTS]
    if not then:
        found.append(("then", "no_effect"))
    if "severity" in when and not (
        isinstance(when["severity"], list) and when["severity"] and set(when["severity"]) <= {1, 2, 3}
    ):
        found.append(("severity", "one_of_three"))
    if "chief_level" in then and then["chief_level"] not in {1, 2, 3, 4, 5}:
        found.append(("chief_level", "levels_from_one_to_five"))
    for hour in ("hour_from", "hour_to"):
        if hour in when and not (isinstance(when[hour], int) and 0 <= when[hour] <= 24):
            found.append((hour, "hour_of_a_day"))
    return found


def fits(rule: Rule, facts: Facts) -> bool:
    when = rule.when
    return (
        facts.category.startswith(str(when.get("category", "")))
        and facts.grid.startswith(str(when.get("grid", "")))
        and facts.severity in when.get("severity", (1, 2, 3))
        and when.get("origin", facts.origin) == facts.origin
        and when.get("agency_kind", facts.agency_kind) == facts.agency_kind
        and _within(facts.hour, when.get("hour_from", 0), when.get("hour_to", 24))
    )


def _within(hour: int, start: int, end: int) -> bool:
    """Say whether an hour lies in a span that may go over midnight."""
    return start <= hour < end if start <= end else hour >= start or hour < end


def route(facts: Facts, rules: Sequence[Rule], chief_levels: Mapping[int, tuple[int, int]]) -> Route:
    """Return where a matter goes: by the first rule that fits, else by its severity."""
    low, _high = chief_levels[facts.severity]
    rule = next((one for one in rules if fits(one, facts)), None)
    if rule is None:
        return Route(low)
    return Route(
        chief_level=int(rule.then.get("chief_level", low)),
        role=str(rule.then.get("role", "")),
        call_out=tuple(rule.then.get("call_out", ())),
        rule_name=rule.name,
    )


@dataclass(frozen=True, slots=True)
class Change:
    """A past matter that new rules would have sent elsewhere."""

    matter_id: int
    before: Route
    after: Route


def dry_run(
    past: Iterable[tuple[int, Facts]],
    before: Sequence[Rule],
    after: Sequence[Rule],
    chief_levels: Mapping[int, tuple[int, int]],
) -> list[Change]:
    """Return which past matters the rules `after` would have sent elsewhere than the rules `before`."""
    changes = []
    for matter_id, facts in past:
        was, would = route(facts, before, chief_levels), route(facts, after, chief_levels)
        if (was.chief_level, was.role, was.call_out) != (would.chief_level, would.role, would.call_out):
            changes.append(Change(matter_id, was, would))
    return changes


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two rules that fit the same matters and send them to different places; the first one wins."""

    winner: Rule
    loser: Rule
    matters: int


def conflicts(rules: Sequence[Rule], past: Iterable[tuple[int, Facts]]) -> list[Conflict]:
    """Return the pairs of rules that met in past matters with different effects, most often first."""
    counts: dict[tuple[int, int], int] = {}
    by_id = {rule.id: rule for rule in rules}
    for _, facts in past:
        fitting = [rule for rule in rules if fits(rule, facts)]
        for loser in fitting[1:]:
            if dict(loser.then) != dict(fitting[0].then):
                pair = (fitting[0].id, loser.id)
                counts[pair] = counts.get(pair, 0) + 1
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [Conflict(by_id[winner], by_id[loser], count) for (winner, loser), count in ordered]
