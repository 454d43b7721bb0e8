"""The fund, its ledger, what waits for a second person, and each mediator's own year. There is no list by merit."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time

from django.db.models import F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from maplebridge.kernel.periods import Month
from maplebridge.mediation.domain.rewards import (
    EARNED,
    FOR_THE_AGREEMENT,
    Formula,
    Reason,
    RewardCase,
    formula_of,
)
from maplebridge.mediation.domain.tiers import Risk, Tier
from maplebridge.mediation.domain.workflow import SETTLED, Source, State
from maplebridge.mediation.models import (
    Agreement,
    Assignment,
    Dispute,
    Fund,
    Mediator,
    Revisit,
    RewardEntry,
    RewardFormula,
    RewardProposal,
)
from maplebridge.mediation.queries.town import local_day, town_zone


@dataclass(frozen=True, slots=True)
class Dated:
    """A formula with the row that sets it."""

    id: int
    valid_from: date
    formula: Formula


def the_fund() -> Fund | None:
    """Return the fund that is open: a town has one at a time."""
    return Fund.objects.filter(closed_at=None).order_by("pk").first()


def balance(fund_id: int) -> int:
    """Return the sum of the ledger, in cents."""
    total = RewardEntry.objects.filter(fund_id=fund_id).aggregate(cents=Coalesce(Sum("cents"), 0))
    return int(total["cents"])


def formula_on(day: date) -> Dated | None:
    """Return the formula in force on a day; None before the town has set one: then nothing is earned."""
    row = RewardFormula.objects.filter(valid_from__lte=day).order_by("-valid_from").first()
    return Dated(row.pk, row.valid_from, formula_of(row.values)) if row else None


def formulas() -> QuerySet[RewardFormula]:
    return RewardFormula.objects.select_related("made_by").order_by("-valid_from")


def waiting_rewards(fund_id: int) -> QuerySet[RewardProposal]:
    return (
        RewardProposal.objects.filter(fund_id=fund_id, decided_at=None)
        .select_related("person", "dispute", "proposed_by", "counters")
        .order_by("pk")
    )


def ledger(fund_id: int) -> QuerySet[RewardEntry]:
    """Return the lines in the order in which they were written, the newest first."""
    return (
        RewardEntry.objects.filter(fund_id=fund_id)
        .select_related("person", "dispute", "proposed_by", "approved_by", "countered_by")
        .order_by("-pk")
    )


def ledger_of_month(fund_id: int, month: Month) -> QuerySet[RewardEntry]:
    span = month.interval(town_zone())
    return ledger(fund_id).filter(at__gte=span.start, at__lt=span.end).order_by("pk")


def statement(person_id: int, year: int) -> QuerySet[RewardEntry]:
    """Return what one person was paid in a year, with what was taken back."""
    return (
        RewardEntry.objects.filter(_of_year(year), person_id=person_id)
        .select_related("dispute", "fund", "countered_by")
        .order_by("pk")
    )


def years_of_statements(person_id: int) -> list[int]:
    rows = RewardEntry.objects.filter(person_id=person_id).dates("at", "year", order="DESC")
    return [day.year for day in rows]


def paid_to_each(month: Month, *, whole_year: bool) -> dict[int, int]:
    """Return what each person was paid in a month or its year, in cents, for the caps."""
    if whole_year:
        within = _of_year(month.year)
    else:
        span = month.interval(town_zone())
        within = Q(at__gte=span.start, at__lt=span.end)
    rows = RewardEntry.objects.filter(within, person__isnull=False).order_by()
    return {person: -cents for person, cents in rows.values_list("person").annotate(Sum("cents"))}


def waiting_for_each(fund_id: int) -> dict[int, int]:
    """Return what is proposed for each person and not decided, in cents."""
    rows = RewardProposal.objects.filter(
        fund_id=fund_id, decided_at=None, reason__in=sorted(EARNED)
    ).order_by()
    return {person: -cents for person, cents in rows.values_list("person").annotate(Sum("cents"))}


def proposed_before() -> set[tuple[int, int, Reason]]:
    """Return what was ever proposed, whatever was decided: dispute, person, reason."""
    rows = RewardProposal.objects.filter(reason__in=sorted(EARNED)).order_by()
    return {
        (dispute, person, Reason(reason))
        for dispute, person, reason in rows.values_list("dispute_id", "person_id", "reason")
        if dispute is not None and person is not None
    }


def _of_year(year: int) -> Q:
    zone = town_zone()
    start = datetime.combine(date(year, 1, 1), time(), zone)
    return Q(at__gte=start, at__lt=start.replace(year=year + 1))


# -- what was earned


def reward_cases(first: date, until: datetime) -> Iterator[tuple[date, RewardCase]]:
    """Yield each dispute that may have earned something since a day, with the day whose formula counts for it.

    Confidential disputes earn nothing: a sum on a list would tell of them.
    """
    start = datetime.combine(first, time(), town_zone())
    taken_on = Dispute.objects.filter(
        confidential=False, accepted_at__isnull=False, accepted_at__gte=start, accepted_at__lt=until
    ).defer("words", "summary", "wishes")
    for dispute in taken_on.order_by("pk").iterator(chunk_size=500):
        if dispute.accepted_at is not None:
            yield local_day(dispute.accepted_at), _case(dispute)


def _case(dispute: Dispute) -> RewardCase:
    agreement = (
        Agreement.objects.filter(dispute=dispute, effective_at__isnull=False, ended_at=None)
        .order_by("-pk")
        .first()
    )
    revisit = None if agreement is None else _revisit_found_performed(agreement)
    return RewardCase(
        dispute_id=dispute.pk,
        source=Source(dispute.source),
        accepted=dispute.accepted_at is not None,
        agreed=agreement is not None and dispute.state in SETTLED,
        broken=dispute.state == State.BROKEN,
        performed_after_days=revisit.after_days if revisit else None,
        satisfied=revisit.satisfied if revisit else None,
        hard=dispute.tier == Tier.TOWN or dispute.risk != Risk.LOW,
        mediators=_mediators_at(dispute, agreement),
        finder_id=dispute.found_by_id,
        paid_before=_paid_before(agreement) if agreement is not None and dispute.reopened else frozenset(),
    )


def _paid_before(agreement: Agreement) -> frozenset[Reason]:
    """Return what an earlier agreement of the dispute has earned or may yet earn: paid, or waiting for a decision."""
    earlier = {"dispute_id": agreement.dispute_id, "reason__in": sorted(FOR_THE_AGREEMENT)}
    paid = RewardEntry.objects.filter(**earlier, countered_by=None, at__lt=agreement.effective_at)
    waiting = RewardProposal.objects.filter(
        **earlier, counters=None, decided_at=None, proposed_at__lt=agreement.effective_at
    )
    found = [*paid.values_list("reason", flat=True), *waiting.values_list("reason", flat=True)]
    return frozenset(Reason(one) for one in found)


def _revisit_found_performed(agreement: Agreement) -> Revisit | None:
    """Return the latest revisit that was done, where it found everything performed."""
    last = Revisit.objects.filter(agreement=agreement, done_at__isnull=False).order_by("-after_days").first()
    return last if last is not None and last.performed == Revisit.Performed.YES else None


def _mediators_at(dispute: Dispute, agreement: Agreement | None) -> list[int]:
    """Return who had a part when the agreement was made, the lead first."""
    if agreement is None or agreement.effective_at is None:
        return []
    parts = Assignment.objects.filter(dispute=dispute, since__lte=agreement.effective_at).filter(
        Q(until=None) | Q(until__gt=agreement.effective_at)
    )
    return list(dict.fromkeys(parts.order_by("-role", "pk").values_list("mediator__person_id", flat=True)))


def rewarded_kinds(person_ids: set[int]) -> dict[int, set[str]]:
    """Return as what each person mediates or mediated."""
    kinds: dict[int, set[str]] = {}
    for person, kind in Mediator.objects.filter(person_id__in=person_ids).values_list("person_id", "kind"):
        kinds.setdefault(person, set()).add(kind)
    return kinds


def sum_of(entries: QuerySet[RewardEntry]) -> int:
    """Return what was paid out by these lines, in cents."""
    return -int(entries.order_by().aggregate(cents=Coalesce(Sum(F("cents")), 0))["cents"])
