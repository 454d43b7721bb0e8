"""Who could take a matter over, and which agencies could be called out, the likeliest first, each with the reason."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from maplebridge.matters import data, queries
from maplebridge.matters.actions.raising import officers_on_duty
from maplebridge.matters.domain.workflow import CallOutStatus
from maplebridge.matters.models import Matter
from maplebridge.matters.templatetags.matter_words import category_name, refusal, role_of
from maplebridge.people import queries as people
from maplebridge.people.domain.roles import Role
from maplebridge.places import queries as places
from maplebridge.platform.wording import in_language
from maplebridge.rosters.queries import on_duty

MOST_FOUND = 12


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody, or an agency, that may be chosen, and why they are proposed."""

    id: int
    name: str
    why: str
    proposed: bool = True


def people_for(matter: Matter, words: str, now: datetime) -> list[Candidate]:
    """Return who could take a matter over; with words, the staff called so."""
    today = queries.local_day(now)
    if matter.confidential:
        found = [
            (one, _("may read what is confidential")) for one in people.holders_of(Role.CONFIDENTIAL, today)
        ]
    elif words:
        named = people.postings_on(today).filter(person__nickname__icontains=words).order_by("id")
        found = [(one, "") for one in named.values_list("person_id", flat=True)[: 3 * MOST_FOUND]]
    else:
        found = list(_likely(matter, now))
    reasons: dict[int, str] = {}
    for person_id, why in found:
        if person_id != matter.owner_id:
            reasons.setdefault(person_id, why)
    chosen = list(reasons)[:MOST_FOUND]
    persons = people.persons(chosen)
    roles = people.role_names(chosen, today)
    return [
        Candidate(one, str(persons[one]), reasons[one] or role_of(roles.get(one, ""))[1]) for one in chosen
    ]


def _likely(matter: Matter, now: datetime) -> Iterator[tuple[int, str]]:
    today = queries.local_day(now)
    if matter.grid_id is not None:
        above = map(places.grid_facts, places.grid_facts(matter.grid_id).chain)
        names = {one.level: one.name for one in above}
        for level, person_id in people.chain_of_chiefs(matter.grid_id, today):
            yield person_id, _("chief of %(area)s") % {"area": names[level]}
        team_role = matter.category.team_role if matter.category else ""
        if team_role:
            for person_id in people.holders_over(
                Role.TEAM_MEMBER, matter.grid_id, today, team_role=team_role
            ):
                yield person_id, _("of the six-role team, for this kind of matter")
        for person_id in people.holders_over(Role.GRID_WORKER, matter.grid_id, today):
            yield person_id, _("grid worker there")
        for person_id in officers_on_duty(matter.grid_id, now):
            yield person_id, _("officer on duty there now")
    for person_id in on_duty(None, Role.SORTING_OFFICER, now):
        yield person_id, _("sorting officer on duty")


def agencies_for(matter: Matter, now: datetime) -> list[Candidate]:
    """Return the agencies, those first that lead or assist with this kind of matter in this place.

    Whoever has returned this matter comes after them, with the reason that was given.
    """
    today = queries.local_day(now)
    asked = {one.agency_id for one in queries.call_outs_open(matter.pk)}
    returned = {
        one.agency_id: _("returned it: %(reason)s") % {"reason": refusal(one.reason)}
        for one in queries.call_outs_of(matter.pk).filter(status=CallOutStatus.REFUSED)
        if one.agency_id is not None
    }
    reasons: dict[int, str] = {}
    for kind, why in _kinds(matter):
        agency_id = people.agency_for(kind, today, grid_id=matter.grid_id, estate_id=matter.estate_id)
        if agency_id is not None and agency_id not in returned:
            reasons.setdefault(agency_id, why)
    reasons |= returned
    rows = {one.pk: one for one in people.agencies(today)}
    ordered = [*reasons, *(one for one in rows if one not in reasons)]
    return [
        Candidate(one, str(rows[one]), reasons.get(one) or _kind_words(rows[one].kind), one in reasons)
        for one in ordered
        if one not in asked and one in rows
    ]


def _kind_words(kind: str) -> str:
    known = data.catalogue().agency_kinds.get(kind)
    return "" if known is None else in_language(known.name.zh, known.name.en)


def _kinds(matter: Matter) -> Iterator[tuple[str, str]]:
    if matter.category is None:
        return
    name = {"category": category_name(matter.category)}
    if matter.category.lead:
        yield matter.category.lead, _("leads in “%(category)s”") % name
    for kind in matter.category.assists:
        yield kind, _("assists in “%(category)s”") % name
