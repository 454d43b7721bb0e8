"""A report by form, at the counter, or found on the round: a private thread whose first message raises the matter."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_noop

from maplebridge.conversations import actions as conversations
from maplebridge.conversations.actions import RESIDENT
from maplebridge.conversations.queries import HOME_MARK
from maplebridge.matters.actions.adding import join, take_where_it_goes_on
from maplebridge.matters.actions.raising import Where, raise_matter
from maplebridge.matters.actions.receiving import alike, judged_by, keep
from maplebridge.matters.actions.record import By, NotAllowed, in_town_language
from maplebridge.matters.models import Matter
from maplebridge.matters.queries import door, local_day, town_rules
from maplebridge.people import actions as people_actions
from maplebridge.people import queries as people
from maplebridge.places import queries as places
from maplebridge.platform.audit import action

HOME = gettext_noop("building %(number)s")
VISITOR = gettext_noop("Resident")  # who came to the counter and has not chosen a nickname yet


def locate_told(
    person_id: int, *, text: str, place: str = "", lon: float | None = None, lat: float | None = None
) -> places.Located:
    """Find the place of a report: the point given, the place typed, an address in the words, else the home."""
    if lon is not None and lat is not None:
        found = places.locate(text=place or text, lon=lon, lat=lat)
        if found.how == "point":
            return replace(found, words=place or found.words)
    building = people.get_person(person_id).building
    estate_id, building_id = (building.estate_id, building.pk) if building else (None, None)
    for words in filter(None, (place, text)):
        found = places.locate(text=words, estate_id=estate_id, building_id=building_id)
        if found.how == "address":
            return replace(found, words=place or found.words)
    return replace(places.locate(estate_id=estate_id, building_id=building_id), words=place)


@action
def report(
    *,
    reporter_id: int,
    text: str,
    now: datetime,
    by: By,
    origin: Matter.Origin = Matter.Origin.FORM,
    place: str = "",
    lon: float | None = None,
    lat: float | None = None,
    photo_ids: Sequence[int] = (),
) -> Matter:
    """Raise a matter at once, with a private thread of the reporter to which every answer returns."""
    found = locate_told(reporter_id, text=text, place=place, lon=lon, lat=lat)
    message = _first_message(reporter_id, text, found, origin, by, photo_ids, now)
    proposal = door().propose(message.text, in_reply_to_staff=False, has_open_matter=False)
    judged, where = judged_by(proposal, town_rules(local_day(now))), Where.at(found)
    matter = raise_matter(
        origin=origin,
        text=message.text,
        thread_id=message.thread_id,
        reporter_id=reporter_id,
        judged=replace(judged, why=[*judged.why, *alike(message.text, judged, where, now)]),
        where=where,
        message_id=message.pk,
        photo_ids=photo_ids,
        by=by,
        now=now,
    )
    keep(message.pk, proposal, now, matter)
    return matter


@action
def report_same(
    *, matter_id: int, reporter_id: int, text: str, now: datetime, photo_ids: Sequence[int] = ()
) -> Matter:
    """Join an open matter instead of repeating it, with what was written; the answers come to a private thread."""
    matter = take_where_it_goes_on(matter_id)
    if matter.confidential or not matter.is_open:
        raise NotAllowed("matter_not_open")
    found = places.Located("group", matter.grid_id)
    by = By(reporter_id, RESIDENT)
    message = _first_message(reporter_id, text, found, Matter.Origin.FORM, by, photo_ids, now)
    proposal = door().propose(text, in_reply_to_staff=False, has_open_matter=True)
    keep(message.pk, proposal, now, matter)  # now the message is read, and raises nothing by itself
    return join(
        matter_id=matter.pk,
        person_id=reporter_id,
        thread_id=message.thread_id,
        message_id=message.pk,
        text=message.text,
        photo_ids=photo_ids,
        now=now,
    )


@action
def enrol_by_phone(*, phone: str, now: datetime) -> int:
    """Return the person with this phone, recorded now where they are new: answers need somebody to return to."""
    return people_actions.enrol(nickname=in_town_language(VISITOR), phone=phone, now=now).pk


def _first_message(
    reporter_id: int,
    text: str,
    found: places.Located,
    origin: Matter.Origin,
    by: By,
    photo_ids: Sequence[int],
    now: datetime,
) -> Any:
    thread = conversations.open_private_thread(person_id=reporter_id, grid_id=found.grid_id, now=now)
    role = by.role if reporter_id == by.person_id else RESIDENT
    return conversations.receive_message(
        thread_id=thread.pk,
        author_id=reporter_id,
        role=role,
        shown_as=shown_as(people.get_person(reporter_id), role),
        text=text,
        photo_ids=photo_ids,
        lon=found.lon,
        lat=found.lat,
        source=origin,
        now=now,
    )


def shown_as(person: Any, role: str) -> str:
    """Return how somebody is shown to others: nickname and building; of staff only how they are called."""
    if role != RESIDENT or person.building is None:
        return str(person.nickname)
    return f"{person.nickname}{HOME_MARK}{in_town_language(HOME, number=person.building.number)}"
