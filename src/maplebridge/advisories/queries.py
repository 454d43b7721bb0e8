"""Reads of advisories: what waits, what was sent and why, what came of it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from maplebridge.advisories import data
from maplebridge.advisories.domain.effect import Effect, effect, span
from maplebridge.advisories.domain.plain import Finding, What, findings
from maplebridge.advisories.domain.subjects import Subject, Template, Version, in_force, lines_of
from maplebridge.advisories.models import Advisory, TemplateVersion
from maplebridge.conversations.domain.broadcasting import Counts, State
from maplebridge.conversations.queries import broadcasts
from maplebridge.conversations.queries.broadcasts import Broadcast
from maplebridge.matters import queries as matters
from maplebridge.people.domain.standing import Standing
from maplebridge.places import queries as places
from maplebridge.places.domain.codes import Level

AREA = "advisories"
LISTED = 60


def subjects() -> dict[str, Subject]:
    return data.subjects()


def subjects_on(on: date) -> dict[str, Subject]:
    """Return the subjects with the templates that are in force on a day."""
    return in_force(data.subjects(), [_version(one) for one in TemplateVersion.objects.all()], on)


def _version(one: TemplateVersion) -> Version:
    return Version(one.subject, one.code, one.valid_from, _template(one) if one.used else None)


def _template(one: TemplateVersion) -> Template:
    return Template(
        name_zh=one.name_zh,
        name_en=one.name_en,
        title=one.title,
        text=one.text,
        steps=tuple(lines_of(one.steps)),
        calls=tuple(lines_of(one.calls)),
        title_en=one.title_en,
        text_en=one.text_en,
        code=one.code,
    )


@dataclass(frozen=True, slots=True)
class Kept:
    """A template as those see it who keep them: how it stands, and what the town has written, the latest first."""

    subject: Subject
    code: str
    now: Template | None  # None: out of use, or not begun yet
    shown: Template
    versions: tuple[TemplateVersion, ...]
    on: date

    @property
    def current(self) -> TemplateVersion | None:
        return next((one for one in self.versions if one.valid_from <= self.on), None)

    @property
    def coming(self) -> list[TemplateVersion]:
        return [one for one in self.versions if one.valid_from > self.on]


def kept_templates(on: date) -> list[tuple[Subject, list[Kept]]]:
    """Return every template there is or was, by subject: in use first."""
    written: dict[str, list[TemplateVersion]] = {}
    for one in TemplateVersion.objects.select_related("made_by").order_by("-valid_from"):
        written.setdefault(one.code, []).append(one)
    found = []
    for subject in subjects_on(on).values():
        if not subject.written:
            continue
        shipped = {one.code: one for one in data.subjects()[subject.code].templates}
        used = {one.code: one for one in subject.templates}
        own = [code for code, versions in written.items() if versions[0].subject == subject.code]
        kept = [
            Kept(
                subject,
                code,
                used.get(code),
                used.get(code) or shipped.get(code) or _template(written[code][0]),
                tuple(written.get(code, ())),
                on,
            )
            for code in dict.fromkeys([*shipped, *own])
        ]
        found.append((subject, sorted(kept, key=lambda one: one.now is None)))
    return found


def kept_template(code: str, on: date) -> Kept | None:
    return next((one for _subject, kept in kept_templates(on) for one in kept if one.code == code), None)


def looked_over_template(one: Template) -> list[Finding]:
    """Return what to look at again in a template. Its blanks are meant."""
    every = findings(title=one.title, text=one.text, steps=one.steps, calls=one.calls, words=data.words())
    return [finding for finding in every if finding.what != What.BLANK]


def get_advisory(advisory_id: int) -> Advisory | None:
    return Advisory.objects.filter(pk=advisory_id).first()


def advisory_of(one: Broadcast) -> Advisory | None:
    """Return what a broadcast tells, where an advisory is its source."""
    return get_advisory(one.source_id) if one.source_area == AREA else None


def of_warning(warning_id: int) -> Broadcast | None:
    """Return the broadcast of the advisory that was drafted from a warning."""
    found = Advisory.objects.filter(warning=warning_id).first()
    return broadcasts.of_source(AREA, found.pk) if found else None


def looked_over(one: Advisory) -> list[Finding]:
    """Return what to look at again before residents read it."""
    return findings(
        title=one.title,
        text=one.text,
        steps=lines_of(one.steps),
        calls=lines_of(one.calls),
        words=data.words(),
    )


@dataclass(frozen=True, slots=True)
class Sent:
    """A broadcast in a list: what, why, and what came of it."""

    broadcast: Broadcast
    why: str
    counts: Counts


OPEN = (State.DRAFTED, State.ASKED)


def waiting() -> list[Sent]:
    """Return what is drafted or waits for its release, what was asked first."""
    found = broadcasts.broadcasts().filter(state__in=OPEN).order_by("-written_at", "-pk")
    return sorted(_with_why(list(found)), key=lambda one: one.broadcast.state != State.ASKED)


def sent() -> list[Sent]:
    """Return what was released, the latest first."""
    found = broadcasts.broadcasts().filter(released_at__isnull=False).order_by("-released_at", "-pk")
    return _with_why(list(found[:LISTED]))


def _with_why(found: Sequence[Broadcast]) -> list[Sent]:
    whys = dict(
        Advisory.objects.filter(
            pk__in=[one.source_id for one in found if one.source_area == AREA]
        ).values_list("pk", "why")
    )
    counted = broadcasts.counts_of(found)
    return [
        Sent(one, whys.get(one.source_id, "") if one.source_area == AREA else "", counted[one.pk])
        for one in found
    ]


def may_edit(standing: Standing, one: Broadcast) -> bool:
    return one.source_area == AREA and one.state in OPEN


def effect_of(one: Broadcast, now: datetime) -> Effect | None:
    """Count the matters of the subject before and after it was sent, here and in communities alike; None too early."""
    prefixes = subjects()[one.kind].categories if one.kind in subjects() else ()
    if one.sent_at is None or not prefixes or (long := span(one.sent_at, now)) is None:
        return None
    communities = [grid.id for grid in places.grids().values() if grid.level == Level.COMMUNITY]
    ground = broadcasts.ground_of(one)
    here = {community for grid in ground if (community := places.grid_facts(grid).community_id) is not None}
    return effect(
        days=long.days,
        before=_counted(one.sent_at - long, one.sent_at, prefixes),
        after=_counted(one.sent_at, one.sent_at + long, prefixes),
        here=here,
        areas=communities,
    )


def _counted(since: datetime, until: datetime, prefixes: Sequence[str]) -> Counter[int]:
    """Count the matters of some categories by community."""
    found: Counter[int] = Counter()
    for raised in matters.raised_between(since, until):
        if raised.grid_id is None or not any(f"{raised.category}-".startswith(f"{one}-") for one in prefixes):
            continue
        community = places.grid_facts(raised.grid_id).community_id
        if community is not None:
            found[community] += 1
    return found
