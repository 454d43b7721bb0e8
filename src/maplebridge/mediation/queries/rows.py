"""A dispute as a row of a list: what, who against whom (masked), where, how long still."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from maplebridge.kernel.text import redact, shorten
from maplebridge.mediation.data import dispute_types
from maplebridge.mediation.domain.clocks import Running
from maplebridge.mediation.domain.types import DisputeType
from maplebridge.mediation.domain.workflow import RUNNING
from maplebridge.mediation.models import Assignment, Dispute, Party
from maplebridge.mediation.queries.town import file_number, local_day

PAGE = 50
WHAT = 80


def masked_name(name: str) -> str:
    """Return a name as lists show it: the first character, then stars; of an organization its beginning."""
    return name[:1] + "*" * min(max(len(name) - 1, 1), 3)


@dataclass(frozen=True, slots=True)
class Row:
    dispute: Dispute
    number: str
    sides: tuple[tuple[int, str], ...]  # (number of the side, its parties masked)
    mediators: tuple[str, ...]
    clock: Running | None

    @property
    def what(self) -> str:
        return shorten(redact(self.dispute.summary), WHAT)

    @property
    def type(self) -> DisputeType:
        return dispute_types()[self.dispute.type]


def clock_of(dispute: Dispute) -> Running | None:
    """Return the clock of the month, where it runs."""
    if dispute.state not in RUNNING or dispute.accepted_at is None or dispute.due_at is None:
        return None
    return Running(dispute.accepted_at, dispute.due_at)


def rows_by_id(ids: Sequence[int], now: datetime) -> list[Row]:
    """Return rows in the order of the ids; which ids, has been decided by the person's rights."""
    found = Dispute.objects.select_related("grid", "committee").defer("words").in_bulk(list(ids))
    sides, mediators = _sides(ids), _mediators(ids)
    today = local_day(now)
    return [
        Row(
            found[one],
            file_number(found[one], today),
            tuple(sorted(sides.get(one, {}).items())),
            tuple(mediators.get(one, ())),
            clock_of(found[one]),
        )
        for one in ids
        if one in found
    ]


def _sides(ids: Sequence[int]) -> dict[int, dict[int, str]]:
    found: dict[int, dict[int, list[str]]] = {}
    parties = Party.objects.filter(dispute_id__in=ids, left_at=None).order_by("pk")
    for dispute, number, name in parties.values_list("dispute_id", "side__number", "name"):
        found.setdefault(dispute, {}).setdefault(number, []).append(masked_name(name))
    return {
        dispute: {
            number: "、".join(names[:2]) + ("…" if len(names) > 2 else "") for number, names in sides.items()
        }
        for dispute, sides in found.items()
    }


def _mediators(ids: Sequence[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    parts = Assignment.objects.filter(dispute_id__in=ids, until=None).order_by("-role", "pk")
    for dispute, name in parts.values_list("dispute_id", "mediator__person__nickname"):
        found.setdefault(dispute, []).append(name)
    return found
