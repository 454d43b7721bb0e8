"""Settled disputes of this town that are like one, told to whoever mediates it; see `domain.likeness`.

Of the other disputes only their summary and the terms in force are read, never an utterance, an exhibit, an offer, a
promise or a note. What names their people and places is read to be taken out, and goes nowhere else.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import islice
from typing import Any

from django.db.models import Q, QuerySet

from maplebridge.learning.word_meanings import Remembered, shipped
from maplebridge.mediation.data import phrase_book
from maplebridge.mediation.domain.audiences import Viewer
from maplebridge.mediation.domain.likeness import SHOWN, Case, Settled, Spans, nearest, tell
from maplebridge.mediation.domain.tiers import Tier
from maplebridge.mediation.domain.workflow import State
from maplebridge.mediation.models import Agreement, Assignment, Dispute, Party
from maplebridge.mediation.queries.town import local_day
from maplebridge.places import queries as places

# The newest settled disputes of the type, and of the others: so many are compared.
OF_THE_TYPE, OF_OTHERS = 600, 200
# What was compared once is compared again: of each settled dispute it is kept what it means, a kilobyte in memory.
REMEMBERED = 10_000
# What `Settled` is made of, in its order; the state says whether it was kept.
COLUMNS = (
    "dispute_id", "dispute__type", "dispute__tier", "dispute__summary", "terms", "amount_cents",
    "dispute__concluded_at", "dispute__state",
)  # fmt: skip
# A few more than are shown are looked at, because some tell too much of their people.
LOOKED_AT = 3 * SHOWN


def similar_cases(viewer: Viewer, dispute: Dispute, *, asked: str = "", article: str = "") -> list[Case]:
    """Return settled disputes like this one, or like what is asked, to whoever mediates it; to nobody else any.

    With an article, only disputes of the types that turn on it are looked at.
    """
    if not viewer.mediates or dispute.confidential:
        return []
    words = asked.strip() or f"{dispute.summary} {dispute.wishes}"
    among = _compared(dispute, article)
    found = nearest(words, dispute.type, among, _meanings())[:LOOKED_AT]
    facts = _facts([near.settled.id for near in found])
    return list(islice(tell(found, words, dispute.type, facts, Spans.over(among)), SHOWN))


@cache
def _meanings() -> Remembered:
    return Remembered(shipped(), REMEMBERED)


def _compared(dispute: Dispute, article: str) -> list[Settled]:
    """Return what the newest other disputes came to whose agreement is in force, without those of the same people."""
    settled = (
        Agreement.objects.filter(
            effective_at__isnull=False,
            ended_at=None,
            dispute__state__in=(State.AGREED, State.PERFORMED),
            dispute__confidential=False,
            dispute__erased_at=None,
            dispute__grave=[],
            dispute__concluded_at__isnull=False,
        )
        .exclude(dispute_id=dispute.pk)
        .exclude(dispute_id__in=_of_the_same_people(dispute))
        .order_by("-dispute_id")
        .values_list(*COLUMNS)
    )
    known = phrase_book().article(article)
    if known is not None:
        rows = list(settled.filter(dispute__type__in=known.types)[: OF_THE_TYPE + OF_OTHERS])
    else:
        rows = [
            *settled.filter(dispute__type=dispute.type)[:OF_THE_TYPE],
            *settled.exclude(dispute__type=dispute.type)[:OF_OTHERS],
        ]
    return [_settled(row) for row in rows]


def _of_the_same_people(dispute: Dispute) -> "QuerySet[Party, int]":
    """Return the disputes in which a party of this one is a party: with its people known, it would not be anonymous."""
    same = Q(pk__in=[])
    here = Party.objects.filter(dispute=dispute).values_list("person_id", "name_digest", "id_digest")
    for person_id, name, papers in here:
        same |= Q(name_digest=name)
        same |= Q(person_id=person_id) if person_id is not None else Q()
        same |= Q(id_digest=papers) if papers else Q()
    return Party.objects.filter(same).values_list("dispute_id", flat=True)


def _settled(row: tuple[Any, ...]) -> Settled:
    dispute_id, type_code, tier, summary, terms, amount_cents, concluded_at, state = row
    day = local_day(concluded_at)
    return Settled(
        id=dispute_id,
        type=type_code,
        tier=Tier(tier),
        summary=summary,
        terms=terms,
        amount_cents=amount_cents,
        month=(day.year, day.month),
        kept=state == State.PERFORMED,
    )


def _facts(ids: Sequence[int]) -> dict[int, Sequence[str]]:
    """Return whatever names the people and places of each dispute: its parties, its mediators, its ground."""
    disputes = Dispute.objects.filter(pk__in=ids).only("place", "source_number", "grid_id")
    known: dict[int, set[str]] = {one.pk: set(_ground(one)) for one in disputes}
    for party in Party.objects.filter(dispute_id__in=ids).select_related("person"):
        known[party.dispute_id] |= {
            party.name, party.phone, party.id_number, party.address, party.employer,
            party.person.nickname if party.person else "",
        }  # fmt: skip
    parts = Assignment.objects.filter(dispute_id__in=ids)
    for dispute_id, nickname in parts.values_list("dispute_id", "mediator__person__nickname"):
        known[dispute_id].add(nickname)
    return {pk: sorted((fact for fact in facts if len(fact) > 1), key=len) for pk, facts in known.items()}


def _ground(dispute: Dispute) -> Iterator[str]:
    yield dispute.place
    yield dispute.source_number
    grid: int | None = dispute.grid_id
    while grid is not None:
        facts = places.grid_facts(grid)
        yield facts.name
        grid = facts.parent_id
