"""A person decides what the product was not sure of: what a matter is about, how pressing it is, and where."""

from datetime import datetime

from maplebridge.conversations.actions import vector_of
from maplebridge.matters.actions.answering import tell_person
from maplebridge.matters.actions.danger import ask_command_room
from maplebridge.matters.actions.raising import pass_on
from maplebridge.matters.actions.record import By, NotAllowed, note, save, take, tell
from maplebridge.matters.models import Matter, Sorting
from maplebridge.matters.queries import categories
from maplebridge.places import queries as places
from maplebridge.platform.audit import action


@action
def sort(
    *,
    matter_id: int,
    category: str,
    severity: int,
    by: By,
    now: datetime,
    place: str = "",
    may_open: bool = False,
) -> Matter:
    """A person says what a matter is about. What the product had proposed is kept beside it, for its training.

    What waited for it goes on at once: the agency is called out, and whose it is by the town's rules is asked to
    take it over. `place` says where it is, if the product has not understood it.
    `may_open`: one of the few who read what is confidential; where they choose a category that is not, the
    product was wrong to keep the matter from the others, and it becomes an ordinary one.
    """
    matter = take(matter_id)
    chosen = categories().get(category)
    if chosen is None:
        raise NotAllowed("unknown_category")
    waited = matter.needs_sorting or matter.grid_id is None
    place = place.strip()
    placed = place not in ("", matter.place)
    if placed:
        _put(matter, place)
    matter.category, matter.severity, matter.needs_sorting = chosen, severity, False
    matter.confidential = chosen.confidential or (matter.confidential and not may_open)
    matter.why = [*matter.why, {"code": "sorted_by_person"}]
    save(matter, "category", "severity", "needs_sorting", "confidential", "why")
    if matter.confidential and matter.emergency and matter.is_open:
        ask_command_room(matter, now)  # who saw it as an ordinary emergency sees it no more
    Sorting.objects.filter(matter=matter).update(
        corrected_by_id=by.person_id,
        corrected_at=now,
        corrected_kind="matter",
        corrected_category=chosen,
        corrected_severity=severity,
    )
    note(matter, "sorted", by=by, now=now, public=True, facts={"category": category, "severity": severity})
    if placed:
        note(matter, "placed", by=by, now=now, text=place, public=True)
    if waited and matter.is_open and not matter.confidential:
        for person_id in pass_on(matter, by=by, now=now):
            tell_person(person_id, matter)
    tell(matter)
    return matter


def _put(matter: Matter, words: str) -> None:
    """Put a matter where a person says it is. What is no address stays in its grid, with the words beside it."""
    found = places.locate(text=words, estate_id=matter.estate_id)
    if found.how == "address":
        chain = places.grid_facts(found.grid_id) if found.grid_id is not None else None
        matter.grid_id, matter.estate_id, matter.building_id = (
            found.grid_id,
            found.estate_id,
            found.building_id,
        )
        matter.community_id = chain.community_id if chain else None
        matter.town_id = chain.town_id if chain else None
        matter.lon, matter.lat = found.lon, found.lat
    elif matter.grid_id is None:
        raise NotAllowed("place_not_found")
    matter.place = words
    matter.words = vector_of(f"{matter.summary} {words}")
    changed = ("grid", "estate", "building", "community", "town", "lon", "lat", "place", "words")
    save(matter, *changed)
