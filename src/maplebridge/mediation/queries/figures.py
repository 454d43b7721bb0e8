"""Counts of disputes by type, tier, month and room, for whoever may see figures. Confidential disputes are in none."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.db.models import (
    BooleanField,
    CharField,
    Count,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Sum,
    Value,
)
from django.db.models.functions import TruncMonth

from maplebridge.kernel.periods import Month
from maplebridge.mediation.domain import figures as domain
from maplebridge.mediation.domain.figures import Counts
from maplebridge.mediation.domain.monthly_form import FormCounts
from maplebridge.mediation.domain.tiers import RiskSign
from maplebridge.mediation.domain.workflow import OPEN, Source, State
from maplebridge.mediation.models import Agreement, Dispute, Installment, Room, Session, Side
from maplebridge.mediation.permissions import figures_of
from maplebridge.mediation.queries.town import town_zone
from maplebridge.people.domain.standing import Standing

Key = Any
ONLY = "only"  # the key of a period as a whole
WHOLE = Value(ONLY, output_field=CharField())
ACCEPTED = ExpressionWrapper(Q(accepted_at__isnull=False), output_field=BooleanField())


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `first` up to, not including, `end`: a month or a year."""

    first: date
    end: date

    @classmethod
    def of_month(cls, month: Month) -> "Period":
        return cls(month.first, (month + 1).first)

    @classmethod
    def of_year(cls, year: int) -> "Period":
        return cls(date(year, 1, 1), date(year + 1, 1, 1))

    @property
    def year_before(self) -> "Period":
        return Period(_a_year_earlier(self.first), _a_year_earlier(self.end))

    @property
    def moments(self) -> tuple[datetime, datetime]:
        zone = town_zone()
        return datetime.combine(self.first, time(), zone), datetime.combine(self.end, time(), zone)

    def within(self, field: str) -> Q:
        start, end = self.moments
        return Q(**{f"{field}__gte": start, f"{field}__lt": end})


def _a_year_earlier(day: date) -> date:
    return day.replace(year=day.year - 1)  # first days of months only: there is no 29 February among them


def figures(standing: Standing, period: Period) -> Counts:
    """Return a period as a whole."""
    return _by(standing, period, None).get(ONLY, Counts())


def figures_by_type(standing: Standing, period: Period) -> dict[str, Counts]:
    """Return a period by the code of the type."""
    return _by(standing, period, "type")


def figures_by_tier(standing: Standing, period: Period) -> dict[str, Counts]:
    """Return a period by the tier at which disputes are now, or ended."""
    return _by(standing, period, "tier")


def figures_by_month(standing: Standing, period: Period) -> dict[date, Counts]:
    """Return a period by the month in which disputes were found, and concluded; money as a whole only."""
    zone = town_zone()
    found_in = _found(standing, period).annotate(key=TruncMonth("found_at", tzinfo=zone))
    ended_in = _concluded(standing, period).annotate(key=TruncMonth("concluded_at", tzinfo=zone))
    return {key.date(): one for key, one in _together(_count_found(found_in), _count_ended(ended_in)).items()}


def figures_by_room(standing: Standing, period: Period) -> list[tuple[Room, Counts]]:
    """Return what was mediated in each room; a dispute that sat in two rooms counts in both, and money in none."""
    found_in = _found(standing, period).values_list("pk", "state", "accepted_at")
    ended_in = _concluded(standing, period).values_list("pk", "state", "accepted_at")
    by_dispute: dict[int, Counts] = {}
    for dispute, state, at in found_in.filter(sessions__held_at__isnull=False):
        by_dispute[dispute] = domain.found(State(state), accepted=at is not None)
    for dispute, state, at in ended_in.filter(sessions__held_at__isnull=False).distinct():
        ended = domain.concluded(State(state), accepted=at is not None)
        by_dispute[dispute] = by_dispute.get(dispute, Counts()) + ended
    held = Session.objects.filter(held_at__isnull=False, room__isnull=False, dispute__in=list(by_dispute))
    by_room: dict[int, Counts] = {}
    for room, dispute in held.values_list("room_id", "dispute_id").distinct():
        by_room[room] = by_room.get(room, Counts()) + by_dispute[dispute]
    rooms = Room.objects.in_bulk(by_room)
    return sorted(((rooms[pk], one) for pk, one in by_room.items()), key=lambda pair: pair[0].name)


def _by(standing: Standing, period: Period, field: str | None) -> dict[Key, Counts]:
    key = F(field) if field else WHOLE
    through = F(f"dispute__{field}") if field else WHOLE
    agreed = Agreement.objects.filter(
        period.within("effective_at"), dispute__in=_seen(standing), amount_cents__isnull=False
    ).annotate(key=through)
    paid = Installment.objects.filter(
        period.within("performed_at"),
        agreement__dispute__in=_seen(standing),
        agreement__effective_at__isnull=False,
    ).annotate(key=F(f"agreement__dispute__{field}") if field else WHOLE)
    return _together(
        _count_found(_found(standing, period).annotate(key=key)),
        _count_ended(_concluded(standing, period).annotate(key=key)),
        {at: Counts(agreed_cents=cents) for at, cents in _sums(agreed)},
        {at: Counts(performed_cents=cents) for at, cents in _sums(paid)},
    )


def _sums(rows: QuerySet[Any]) -> Iterable[tuple[Key, int]]:
    """Yield the sum of each key; of no rows at all the database makes one without a sum."""
    for key, cents in rows.order_by().values_list("key").annotate(cents=Sum("amount_cents")):
        yield key, cents or 0


def _count_found(rows: QuerySet[Dispute]) -> dict[Key, Counts]:
    found: dict[Key, Counts] = {}
    grouped = rows.order_by().values_list("key", "state", ACCEPTED)
    for key, state, accepted, times, cents in grouped.annotate(n=Count("pk"), cents=Sum("amount_cents")):
        one = domain.found(State(state), accepted=accepted, times=times, involved_cents=cents or 0)
        found[key] = found.get(key, Counts()) + one
    return found


def _count_ended(rows: QuerySet[Dispute]) -> dict[Key, Counts]:
    ended: dict[Key, Counts] = {}
    for key, state, accepted, times in (
        rows.order_by().values_list("key", "state", ACCEPTED).annotate(n=Count("pk"))
    ):
        ended[key] = ended.get(key, Counts()) + domain.concluded(State(state), accepted=accepted, times=times)
    return ended


def _together(*parts: Mapping[Key, Counts]) -> dict[Key, Counts]:
    added: dict[Key, Counts] = {}
    for part in parts:
        for key, one in part.items():
            added[key] = added.get(key, Counts()) + one
    return added


def _seen(standing: Standing) -> QuerySet[Dispute]:
    return Dispute.objects.filter(figures_of(standing))


def _found(standing: Standing, period: Period) -> QuerySet[Dispute]:
    return _seen(standing).filter(period.within("found_at"))


def _concluded(standing: Standing, period: Period) -> QuerySet[Dispute]:
    return _seen(standing).filter(period.within("concluded_at")).exclude(state__in=OPEN)


# -- the monthly form of the justice bureau


def monthly_form(standing: Standing, period: Period) -> dict[str, FormCounts]:
    """Return the counters of the form by the code of the type."""
    lines: dict[str, FormCounts] = {}
    for part in (_form_accepted(standing, period), _form_agreed(standing, period)):
        for type_code, one in part:
            lines[type_code] = lines.get(type_code, FormCounts()) + one
    return lines


def _form_accepted(standing: Standing, period: Period) -> Iterable[tuple[str, FormCounts]]:
    applied = Exists(Side.objects.filter(dispute=OuterRef("pk"), applied_at__isnull=False))
    taken_on = _seen(standing).filter(period.within("accepted_at")).annotate(applied=applied).order_by()
    for type_code, source, asked, times in taken_on.values_list("type", "source", "applied").annotate(
        n=Count("pk")
    ):
        yield type_code, FormCounts.accepted_by(Source(source), applied=asked, times=times)


def _form_agreed(standing: Standing, period: Period) -> Iterable[tuple[str, FormCounts]]:
    concluded = _concluded(standing, period).filter(accepted_at__isnull=False)
    for row in concluded.prefetch_related("agreements").iterator(chunk_size=500):
        agreement = next((one for one in row.agreements.all() if one.effective_at and not one.ended_at), None)
        yield (
            row.type,
            FormCounts.concluded_as(
                State(row.state),
                signs=frozenset(map(RiskSign, row.risk_signs)),
                people=row.people_count,
                amount_cents=(agreement.amount_cents or 0) if agreement else 0,
                written=agreement.form == Agreement.Form.WRITTEN if agreement else None,
            ),
        )
