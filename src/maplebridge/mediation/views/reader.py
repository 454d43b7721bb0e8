"""Whoever opens a dispute, with their rights on it, each looked up once."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from django.http import Http404
from django.utils import timezone

from maplebridge.mediation import permissions, queries
from maplebridge.mediation.actions import By
from maplebridge.mediation.domain.audiences import Audience, Viewer
from maplebridge.mediation.domain.workflow import OPEN, RUNNING, State
from maplebridge.mediation.models import Agreement, Assignment, Dispute, Side
from maplebridge.mediation.templatetags.mediation_words import AUDIENCES, side_name
from maplebridge.people.domain.standing import Standing


@dataclass
class Reader:
    standing: Standing
    dispute: Dispute
    now: datetime

    @property
    def person_id(self) -> int:
        return self.standing.person_id or 0

    @property
    def by(self) -> By:
        """Return how their deeds stand on the record."""
        return By.of(self.standing)

    @property
    def today(self) -> date:
        return timezone.localdate(self.now)

    @property
    def is_open(self) -> bool:
        return self.dispute.state in OPEN

    @property
    def runs(self) -> bool:
        return self.dispute.state in RUNNING

    def is_in(self, *states: State) -> bool:
        return self.dispute.state in states

    @cached_property
    def viewer(self) -> Viewer:
        return permissions.viewer_of(self.standing, self.dispute)

    @property
    def works(self) -> bool:
        return self.viewer.mediates

    @cached_property
    def takes_in(self) -> bool:
        return self.works or permissions.may_take_in(self.standing, self.dispute)

    @cached_property
    def assigns(self) -> bool:
        return permissions.may_assign(self.standing, self.dispute)

    @cached_property
    def revisits(self) -> bool:
        return permissions.may_revisit(self.standing, self.dispute, on=self.today)

    @cached_property
    def may_reveal(self) -> bool:
        return permissions.may_reveal(self.standing, self.dispute)

    @cached_property
    def may_read_agreement(self) -> bool:
        return permissions.may_read_agreement(self.standing, self.dispute)

    @cached_property
    def sides(self) -> list[Side]:
        return queries.sides_of(self.dispute.pk)

    @cached_property
    def parties(self) -> list[queries.MaskedParty]:
        return queries.masked_parties(self.dispute.pk, self.now)

    @cached_property
    def parts(self) -> list[Assignment]:
        """Return the parts of mediators that have not ended."""
        return list(queries.assignments_of(self.dispute.pk).filter(until=None))

    @cached_property
    def agreement(self) -> Agreement | None:
        return queries.agreement_of(self.dispute.pk)

    @property
    def binding(self) -> Agreement | None:
        one = self.agreement
        return one if one is not None and one.effective_at is not None else None

    @property
    def side_choices(self) -> list[tuple[str, str]]:
        return [(str(one.pk), side_name(one.number)) for one in self.sides]

    @property
    def audience_choices(self) -> list[tuple[str, str]]:
        """Return for whom something may be; the most private first, so that nothing is told by oversight."""
        one_side = [(f"side:{one.pk}", _only(one)) for one in self.sides]
        return [
            (Audience.MEDIATORS.value, str(AUDIENCES[Audience.MEDIATORS])),
            *one_side,
            (Audience.BOTH.value, str(AUDIENCES[Audience.BOTH])),
        ]


def _only(side: Side) -> str:
    return f"{side_name(side.number)} + {side_name(None)}"


def audience_of(chosen: str) -> tuple[Audience, int | None]:
    """Return the audience and the side of a choice such as `side:12`."""
    kind, _colon, side = chosen.partition(":")
    return Audience(kind), int(side) if side else None


def reader_of(standing: Standing, dispute_id: int) -> Reader:
    """Return a dispute with whoever may see it; for everybody else it does not exist."""
    found = (
        permissions.visible_to(standing)
        .select_related("grid", "committee", "found_by", "calm_contact", "matter")
        .filter(pk=dispute_id)
        .first()
    )
    if found is None:
        raise Http404
    return Reader(standing, found, timezone.now())
