"""How the parts of a matter look to whoever reads: place, photos, people, the time line."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core import signing
from django.urls import reverse
from django.utils.translation import gettext as _

from maplebridge.conversations.actions import RESIDENT
from maplebridge.kernel.text import redact, shorten
from maplebridge.matters import queries
from maplebridge.matters.models import Entry, Matter, MatterPhoto
from maplebridge.matters.templatetags import matter_words
from maplebridge.people import queries as people

SHARED_FOR = 24 * 3600  # seconds for which a similar matter that was shown may be joined
SALT = "matters.similar"
Names = Mapping[str, Mapping[Any, str]]


@dataclass(frozen=True, slots=True)
class Line:
    """An entry of the time line as one reader sees it."""

    id: int
    who: str
    role_kind: str
    role_words: str
    icon: str
    at: datetime
    what: str
    text: str
    shown: bool


def lines_of(entries: Sequence[Entry], names: Names, reader: int | None, *, inside: bool) -> list[Line]:
    """Return the time line in words. Residents read of each other as neighbors, and no numbers of theirs."""
    return [_line(one, names, reader, inside=inside) for one in entries]


def _line(entry: Entry, names: Names, reader: int | None, *, inside: bool) -> Line:
    kind, role_words = matter_words.role_of(entry.by_role)
    mine = entry.by_id is not None and entry.by_id == reader
    who = names["persons"].get(entry.by_id, "") if entry.by_id else _("Maple Bridge")
    if not inside and entry.by_role == RESIDENT:
        who = _("You") if mine else _("A neighbor")
    told_by_resident = entry.by_role == RESIDENT or entry.deed == "took_in"
    return Line(
        id=entry.pk,
        who=who,
        role_kind=kind,
        role_words=role_words,
        icon=matter_words.icon_of(entry),
        at=entry.at,
        what=matter_words.deed(entry, names),
        text=redact(entry.text) if told_by_resident and not mine and not inside else entry.text,
        shown=entry.public,
    )


def names_in(
    matter: Matter, entries: Iterable[Entry], more: Iterable[int | None], now: datetime
) -> dict[str, dict[Any, str]]:
    """Return the names that a page needs, each kind read once."""
    ids = {matter.owner_id, matter.first_asked_id, *more}
    for one in entries:
        ids |= {one.by_id, one.facts.get("to"), one.facts.get("owner"), one.facts.get("by")}
        if one.deed in ("handed_over", "assigned_by_decision"):
            ids.add(one.facts.get("from"))
    persons = people.persons([one for one in ids if isinstance(one, int)])
    agencies = people.agencies(queries.local_day(now)).values_list("pk", "name")
    return {
        "persons": {id: str(one) for id, one in persons.items()},
        "agencies": dict(agencies),
        "categories": {code: matter_words.category_name(one) for code, one in queries.categories().items()},
    }


def said_in(matter: Matter, reader: int | None, *, inside: bool) -> str:
    return told_to(reader, matter, matter.summary, inside=inside)


def told_to(reader: int | None, matter: Matter, words: str, *, inside: bool) -> str:
    """Return words of whoever asked, as said; other residents read them without numbers and flats."""
    asker = matter.asked_in.author_id if matter.asked_in else None
    return words if inside or (reader is not None and asker == reader) else redact(words)


def place_in(matter: Matter, reader: int | None, *, inside: bool) -> str:
    return told_to(reader, matter, _place_words(matter), inside=inside)


def _place_words(matter: Matter) -> str:
    """Return where it is: as it was told, else estate and building; and the grid where that says more."""
    home = " ".join(
        part for part in (matter.estate.name if matter.estate else "", building_words(matter)) if part
    )
    told = matter.place
    if told and home and matter.estate and matter.estate.name not in told:
        told = f"{home} · {told}"
    where = told or home
    grid = str(matter.grid) if matter.grid and str(matter.grid) not in where.replace(" ", "") else ""
    return " · ".join(part for part in (where, grid) if part)


def points_of(matter: Matter, label: str) -> list[dict[str, Any]]:
    """Return the point for the map: the one given, else that of the building."""
    for one in (matter, matter.building):
        if one is not None and one.lon is not None and one.lat is not None:
            return [{"lon": one.lon, "lat": one.lat, "label": label}]
    return []


def building_words(matter: Matter) -> str:
    if matter.building is None:
        return ""
    return _("building %(number)s") % {"number": matter.building.number}


def photos_of(matter: Matter) -> dict[str, list[dict[str, Any]]]:
    """Return the photos before and after, each with its address."""
    found: dict[str, list[dict[str, Any]]] = {when.value: [] for when in MatterPhoto.When}
    for one in matter.photos.order_by("id"):
        found[one.when].append(
            {
                "url": reverse("matter_photo", args=[matter.pk, one.photo_id, "large"]),
                "thumb_url": reverse("matter_photo", args=[matter.pk, one.photo_id, "small"]),
                "alt": _("Before") if one.when == MatterPhoto.When.BEFORE else _("After"),
            }
        )
    return found


def title_of(matter: Matter, reader: int | None) -> str:
    """Return it in a line: to whoever asked as they said it, to others without numbers and flats."""
    return shorten(said_in(matter, reader, inside=False), 40)


def token_for(matter: Matter, person_id: int | None) -> str:
    """Return what lets somebody join, and see the photo of, a matter that was shown to them as similar."""
    return signing.dumps([matter.pk, person_id], salt=SALT)


def read_token(token: str, person_id: int | None) -> int | None:
    """Return the matter that a token of this person stands for."""
    try:
        matter_id, of = signing.loads(token, salt=SALT, max_age=SHARED_FOR)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return int(matter_id) if of == person_id else None
