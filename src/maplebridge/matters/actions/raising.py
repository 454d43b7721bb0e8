"""A matter begins: from a message, a form, the counter, the hotline, or what staff saw before anybody complained."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from maplebridge.conversations.actions import vector_of
from maplebridge.kernel.text import shorten
from maplebridge.matters.actions import agencies, danger
from maplebridge.matters.actions.record import SYSTEM, By, note, tell, wake_at
from maplebridge.matters.domain.routing import Facts, Route, route
from maplebridge.matters.domain.rules import TownRules
from maplebridge.matters.events import MatterAssigned
from maplebridge.matters.models import Category, HandOver, Matter, MatterPhoto, Reporter
from maplebridge.matters.queries import categories, local_day, routing_rules, town_rules, town_zone
from maplebridge.people import queries as people
from maplebridge.people.domain.roles import Role
from maplebridge.places import queries as places
from maplebridge.platform.audit import action
from maplebridge.platform.events import publish
from maplebridge.platform.stages import stage
from maplebridge.rosters.queries import on_duty

Origin = Matter.Origin  # for callers of higher areas, to whom the tables are closed

# Whoever takes the question in person is the first asked, and owns it until a hand-over is accepted.
TAKEN_IN_PERSON = frozenset({Matter.Origin.WALK_IN, Matter.Origin.PROACTIVE})


class NobodyToOwn(Exception):
    """The town has no chief, no sorting officer, no supervisor and no administrator: nobody could be asked."""


@dataclass(frozen=True, slots=True)
class Where:
    """The place of a matter as far as it is known."""

    grid_id: int | None = None
    estate_id: int | None = None
    building_id: int | None = None
    lon: float | None = None
    lat: float | None = None
    words: str = ""

    @classmethod
    def at(cls, found: places.Located) -> "Where":
        return cls(
            grid_id=found.grid_id,
            estate_id=found.estate_id,
            building_id=found.building_id,
            lon=found.lon,
            lat=found.lat,
            words=found.words,
        )


@dataclass(frozen=True, slots=True)
class Judged:
    """What a matter is about: proposed by the product, or said by a person (then `decided`)."""

    category: str | None
    severity: int
    decided: bool
    emergency: str = ""
    confidential: bool = False
    lead: str = ""
    assists: tuple[str, ...] = ()
    team_role: str = ""
    why: Sequence[dict[str, Any]] = field(default_factory=tuple)


@action
@stage("write")
def raise_matter(
    *,
    origin: Matter.Origin,
    text: str,
    thread_id: int,
    reporter_id: int,
    judged: Judged,
    where: Where,
    now: datetime,
    message_id: int | None = None,
    external_id: str | None = None,
    by: By = SYSTEM,
    photo_ids: Sequence[int] = (),
    never_read: bool = False,
) -> Matter:
    """Record a matter, put it in somebody's hands and start the clock. A message raises one matter, ever.

    `never_read`: the caller has just made sure that nobody has read the message before.
    """
    if message_id is not None and not never_read and (known := _raised_before(message_id)):
        return known
    rules = town_rules(local_day(now))
    category = categories().get(judged.category or "")
    confidential = judged.confidential or bool(category and category.confidential)
    going = _route(judged, category, where, origin, rules, now)
    owner_id, because = _owner(going, judged, confidential, where, origin, by, now)
    chain = places.grid_facts(where.grid_id) if where.grid_id is not None else None
    matter = Matter(
        origin=origin,
        summary=text,
        place=where.words[:120],
        category=category,
        severity=judged.severity,
        confidential=confidential,
        emergency=judged.emergency,
        needs_sorting=not judged.decided,
        why=[*judged.why, because],
        asked_in_id=message_id,
        thread_id=thread_id,
        external_id=external_id,
        grid_id=where.grid_id,
        community_id=chain.community_id if chain else None,
        town_id=chain.town_id if chain else None,
        estate_id=where.estate_id,
        building_id=where.building_id,
        lon=where.lon,
        lat=where.lat,
        first_asked_id=owner_id,
        owner_id=owner_id,
        owner_since=now,
        raised_at=now,
        respond_by=now + rules.respond_within(category.respond_minutes if category else None),
        words=vector_of(f"{text} {where.words}"),
    )
    matter.ladder_at = matter.respond_by
    matter.wake_at = wake_at(matter)
    matter.save()
    Reporter.objects.create(
        matter=matter, person_id=reporter_id, message_id=message_id, thread_id=thread_id, joined_at=now
    )
    for photo_id in photo_ids:
        MatterPhoto.objects.create(
            matter=matter, photo_id=photo_id, when=MatterPhoto.When.BEFORE, by_id=by.person_id
        )
    note(
        matter, "raised", by=by, now=now, public=True, facts={"origin": origin, "owner": owner_id, **because}
    )
    if by.person_id is not None and origin in TAKEN_IN_PERSON:
        _offer_to_chief(matter, going, where, by, now)
    _call_out_lead(matter, judged, going, where, rules, now)
    danger.warn(matter, now)
    publish(
        MatterAssigned(
            matter_id=matter.pk,
            grid_id=matter.grid_id,
            severity=matter.severity,
            owner_id=owner_id,
            occurred_at=now,
        )
    )
    tell(matter, message_id=message_id)
    return matter


def _raised_before(message_id: int) -> Matter | None:
    return Matter.objects.filter(asked_in_id=message_id, split_from=None).first()


@stage("routing")
def _route(
    judged: Judged, category: Category | None, where: Where, origin: str, rules: TownRules, now: datetime
) -> Route:
    facts = Facts(
        category=category.code if category else "",
        severity=judged.severity,
        grid=places.grid_facts(where.grid_id).code if where.grid_id is not None else "",
        origin=origin,
        hour=now.astimezone(town_zone()).hour,
        agency_kind=judged.lead,
    )
    return route(facts, routing_rules(local_day(now)), rules.chief_levels)


@stage("routing")
def _owner(
    going: Route, judged: Judged, confidential: bool, where: Where, origin: str, by: By, now: datetime
) -> tuple[int, dict[str, Any]]:
    """Return who owns a new matter, and why, as a reason that pages put into words."""
    today = local_day(now)
    if confidential and (few := people.holders_of(Role.CONFIDENTIAL, today)):
        return few[0], {"code": "owner_confidential"}
    if by.person_id is not None and origin in TAKEN_IN_PERSON:
        return by.person_id, {"code": "owner_first_asked"}
    if not judged.decided and (sorting := on_duty(None, Role.SORTING_OFFICER, now)):
        return sorting[0], {"code": "owner_sorts"}
    if where.grid_id is not None:
        if going.role and (holders := _holders(Role(going.role), where.grid_id, now)):
            return holders[0], {"code": "owner_by_rule", "rule": going.rule_name, "role": going.role}
        if is_night(now, town_rules(today)) and (officers := officers_on_duty(where.grid_id, now)):
            return officers[0], {"code": "owner_on_night_duty"}
        if chief := _chief(where.grid_id, going.chief_level, now):
            level, person_id = chief
            return person_id, {"code": "owner_chief", "level": level, "rule": going.rule_name}
    return _somebody(now), {"code": "owner_no_ground" if where.grid_id is None else "owner_no_chief"}


def is_night(now: datetime, rules: TownRules) -> bool:
    hour = now.astimezone(town_zone()).hour
    return hour >= rules.night_from or hour < rules.night_to


def officers_on_duty(grid_id: int, now: datetime) -> list[int]:
    """Return the officers on duty over a grid: those of its sectors, then those of the whole town."""
    sectors: tuple[int | None, ...] = places.sectors_over(grid_id) or (None,)
    found = [person for sector in sectors for person in on_duty(sector, Role.OFFICER, now)]
    return list(dict.fromkeys(found))


def _holders(role: Role, grid_id: int, now: datetime) -> list[int]:
    duty = [
        person for sector in (*places.sectors_over(grid_id), None) for person in on_duty(sector, role, now)
    ]
    return duty or people.holders_over(role, grid_id, local_day(now))


def _chief(grid_id: int, level: int, now: datetime) -> tuple[int, int] | None:
    """Return the chief of the wanted level, or of the next level above that has one."""
    return next((one for one in people.chain_of_chiefs(grid_id, local_day(now)) if one[0] >= level), None)


def _somebody(now: datetime) -> int:
    """Return who owns what no chief can: the sorting officer on duty, a supervisor, an administrator."""
    for role in (Role.SORTING_OFFICER, Role.SUPERVISOR, Role.ADMINISTRATOR):
        if found := on_duty(None, role, now) or people.holders_of(role, local_day(now)):
            return found[0]
    raise NobodyToOwn


def _offer_to_chief(matter: Matter, going: Route, where: Where, by: By, now: datetime) -> None:
    """Offer what was taken in person to the chief whose it is; until accepted, it stays with the first asked."""
    chief = _chief(where.grid_id, going.chief_level, now) if where.grid_id is not None else None
    if chief is None or chief[1] == by.person_id:
        return
    _offer(matter, chief[1], by, now)


def _offer(matter: Matter, to_id: int, by: By, now: datetime) -> None:
    HandOver.objects.create(matter=matter, from_person_id=matter.owner_id, to_person_id=to_id, offered_at=now)
    note(matter, "hand_over_offered", by=by, now=now, facts={"to": to_id})


def pass_on(matter: Matter, *, by: By, now: datetime) -> list[int]:
    """Do with what a person has sorted what is done at once where the product is sure.

    The lead agency is called out, and whose matter it is by the town's rules is asked to take it from whoever has
    it only to sort it. Return who was asked.
    """
    category = matter.category
    judged = Judged(
        category=category.code if category else None,
        severity=matter.severity,
        decided=True,
        lead=category.lead if category else "",
    )
    where = Where(matter.grid_id, matter.estate_id, matter.building_id, matter.lon, matter.lat, matter.place)
    rules = town_rules(local_day(now))
    going = _route(judged, category, where, matter.origin, rules, now)
    if not matter.call_outs.filter(agency__isnull=False).exists():
        _call_out_lead(matter, judged, going, where, rules, now)
    if matter.grid_id is None or not _has_it_to_sort(matter):
        return []
    wanted, _because = _owner(going, judged, False, where, matter.origin, SYSTEM, now)
    if wanted == matter.owner_id:
        return []
    _offer(matter, wanted, by, now)
    return [wanted]


def _has_it_to_sort(matter: Matter) -> bool:
    """Say whether its owner has it for want of certainty alone, and has asked nobody yet."""
    codes = {one.get("code") for one in matter.why}
    return bool(codes & {"owner_sorts", "owner_no_ground"}) and not matter.hand_overs.exists()


def _call_out_lead(
    matter: Matter, judged: Judged, going: Route, where: Where, rules: TownRules, now: datetime
) -> None:
    """Call out at once the agencies that the town's rule names, or the lead agency where the product is sure."""
    kinds = going.call_out or (
        (judged.lead,) if judged.decided and rules.call_out_lead and judged.lead else ()
    )
    if matter.confidential:
        return
    for rank, kind in enumerate(kinds):
        agency_id = people.agency_for(kind, local_day(now), grid_id=where.grid_id, estate_id=where.estate_id)
        if agency_id is not None:
            agencies.send_call_out(matter, agency_id=agency_id, by=SYSTEM, now=now, lead=rank == 0)


def title_of(matter: Matter, length: int = 40) -> str:
    return shorten(matter.summary, length)
