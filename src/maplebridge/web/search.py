"""Search over everything that a person may see: words, a number, a place, the last digits of a phone."""

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from maplebridge.kernel.text import comparable, id_in, redact
from maplebridge.matters import queries
from maplebridge.matters.domain.workflow import State
from maplebridge.matters.permissions import READS_ALL
from maplebridge.matters.templatetags.matter_words import ORIGINS, STATES, category_name
from maplebridge.people import queries as people
from maplebridge.people.domain.standing import Standing
from maplebridge.people.permissions import allow, staff, standing_of
from maplebridge.places import queries as places

PAGE = 30
LONGEST = 200
SHOWN = 110  # characters of what was said; the words searched are among them

NUMBER = re.compile(r"[#＃]\s*(\d{1,12})")
DIGITS = re.compile(r"\d{1,12}")
PHONE_TAIL = re.compile(r"\d{4}")
PHONE = re.compile(r"1\d{10}")


@dataclass(frozen=True, slots=True)
class Hit:
    """A found matter, with what was said around the words that were searched, or what it is about named by them."""

    row: queries.Row
    parts: list[tuple[str, bool]]
    named: bool


@allow(staff)
def search(request: HttpRequest) -> HttpResponse:
    """Show what fits, newest first, a page at a time."""
    standing, now = standing_of(request), timezone.now()
    words = request.GET.get("q", "").strip()[:LONGEST]
    if (asked := NUMBER.fullmatch(words)) and (number := queries.find_number(standing, int(asked.group(1)))):
        return redirect("matter", number)
    wanted = wanted_in(request.GET, standing)
    ids = queries.newest(standing, wanted, before=id_in(request.GET.get("before")), most=PAGE)
    context = {
        "now": now,
        "words": words,
        "hits": [_hit(standing, row, wanted) for row in queries.rows_by_id(ids, now)],
        "exact": _exact(standing, words, now),
        "by_phone": _by_phone(standing, words, now),
        "filters": filters_of(request.GET, standing),
        "chosen": bool(_chosen(request.GET)),
        "next_url": _older(request.GET, ids),
        "export_query": urlencode(_chosen(request.GET)),
        "since": request.GET.get("since", ""),
        "until": request.GET.get("until", ""),
    }
    return render(request, "web/search.html", context)


def _hit(standing: Standing, row: queries.Row, wanted: queries.Wanted) -> Hit:
    named = any(row.matter.category_id in one.category_ids for one in wanted.about)
    return Hit(row, marked(said_to(standing, row), wanted.tokens), named)


def said_to(standing: Standing, row: queries.Row) -> str:
    """Return what was said; agencies read it without numbers and flats, which the matter's own page opens."""
    inside = standing.is_field or standing.is_town_wide or not standing.agencies
    return row.matter.summary if inside else redact(row.matter.summary)


def _exact(standing: Standing, words: str, now: datetime) -> queries.Row | None:
    """Return the matter of which the number was typed without its sign."""
    if not DIGITS.fullmatch(words):
        return None
    number = queries.find_number(standing, int(words))
    return queries.rows_by_id([number], now)[0] if number is not None else None


def _by_phone(standing: Standing, words: str, now: datetime) -> list[queries.Row]:
    """Return matters of those whose phone ends so, only among what the reader may see anyway."""
    reporters: tuple[int, ...] = ()
    if PHONE_TAIL.fullmatch(words):
        reporters = tuple(people.persons_by_phone_tail(words))
    elif PHONE.fullmatch(words) and (person := people.person_by_phone(words)):
        reporters = (person.pk,)
    if not reporters:
        return []
    ids = queries.newest(standing, queries.Wanted(reporters=reporters), most=PAGE)
    return queries.rows_by_id(ids, now)


def wanted_in(asked: Any, standing: Standing) -> queries.Wanted:
    """Return what a query string asks for; what it cannot mean is left out."""
    words = asked.get("q", "").strip()[:LONGEST]
    zone = queries.town_zone()
    since, until = _day(asked.get("since")), _day(asked.get("until"))
    grid_id = id_in(asked.get("grid"))
    wanted = queries.Wanted(
        words=words,
        about=queries.about(words),
        state=asked.get("state", "") if asked.get("state") in set(State) else "",
        origin=asked.get("origin", "") if asked.get("origin") in ORIGINS else "",
        category_ids=queries.categories_under(asked["category"]) if asked.get("category") else (),
        grid_id=grid_id if grid_id in {id for id, _name in areas_of(standing)} else None,
        since=datetime.combine(since, time.min, zone) if since else None,
        until=datetime.combine(until + timedelta(days=1), time.min, zone) if until else None,
    )
    if not words or DIGITS.fullmatch(words):
        return wanted
    place = places.locate(text=words)
    if place.how != "address":
        return wanted
    return replace(wanted, building_id=place.building_id, estate_id=place.estate_id)


def _day(written: str | None) -> date | None:
    try:
        return date.fromisoformat(written) if written else None
    except ValueError:
        return None


def areas_of(standing: Standing) -> list[tuple[int, str]]:
    """Return the communities and towns that a person may filter by: of their ground, or of the whole town."""
    everywhere = standing.has(*READS_ALL)
    grids = places.grids().values()
    mine = [
        one
        for one in grids
        if (one.level in (3, 4) if everywhere else one.id in standing.grids and one.level >= 2)
    ]
    return [(one.id, one.name) for one in sorted(mine, key=lambda one: (-one.level, one.code))]


def filters_of(asked: Any, standing: Standing) -> list[dict[str, Any]]:
    """Return the filters as the bar shows them, each with the choice that is in force."""
    branches = [(one.code, category_name(one)) for one in queries.branches()]
    return [
        _filter(asked, "state", _("State"), list(STATES.items())),
        _filter(asked, "category", _("Category"), branches),
        _filter(asked, "grid", _("Area"), areas_of(standing)),
        _filter(asked, "origin", _("How it came in"), list(ORIGINS.items())),
    ]


def _filter(asked: Any, name: str, label: str, choices: list[tuple[Any, Any]]) -> dict[str, Any]:
    options = [(str(value), str(words)) for value, words in choices]
    return {"name": name, "label": label, "choices": options, "chosen": asked.get(name, "")}


NAMES = ("q", "state", "category", "grid", "origin", "since", "until")


def _chosen(asked: Any) -> dict[str, str]:
    return {name: asked[name] for name in NAMES if asked.get(name)}


def _older(asked: Any, ids: list[int]) -> str:
    """Return the address of the next page: it goes on below the last id, so new matters shift nothing."""
    return f"?{urlencode(_chosen(asked) | {'before': ids[-1]})}" if len(ids) == PAGE else ""


def marked(text: str, tokens: tuple[str, ...]) -> list[tuple[str, bool]]:
    """Return what was said in parts, those that were searched marked, beginning near the first of them."""
    line = " ".join(text.split())
    plain = comparable(line)
    if len(plain) != len(line):  # folding changed the length: positions would not be true
        return [(line[:SHOWN], False)]
    hit = bytearray(len(line))
    for token in tokens:
        at = plain.find(token)
        while at >= 0:
            hit[at : at + len(token)] = b"\1" * len(token)
            at = plain.find(token, at + 1)
    first = max(hit.find(1), 0)
    start = 0 if first < SHOWN // 2 else first - SHOWN // 4
    end = min(len(line), start + SHOWN)
    parts: list[tuple[str, bool]] = [("…", False)] if start else []
    begun = start
    for at in range(start + 1, end + 1):
        if at == end or hit[at] != hit[begun]:
            parts.append((line[begun:at], bool(hit[begun])))
            begun = at
    return parts + ([("…", False)] if end < len(line) else [])
