"""The counts of months: read from what was added up; see `actions.tallies`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Aggregate, Count, DurationField, ExpressionWrapper, F, Min, Q, QuerySet
from django.utils import timezone

from maplebridge.matters.domain.rates import Counts, total
from maplebridge.matters.domain.workflow import Outcome
from maplebridge.matters.models import Matter, Tally
from maplebridge.matters.queries.town import local_day
from maplebridge.people.domain.roles import Role
from maplebridge.people.domain.standing import Standing
from maplebridge.places import queries as places


@dataclass(frozen=True, slots=True)
class Statistics:
    """Counts of a month, as of a moment: in all, by area, kind and agency, and why not feasible."""

    total: Counts
    by_grid: dict[int, Counts]
    by_category: dict[str, Counts]
    by_agency: dict[str, Counts]
    by_because: dict[str, Counts]
    as_of: datetime | None


def statistics_of(standing: Standing, month: date, *, grid_id: int | None = None) -> Statistics:
    """Return the counts of a month, of the ground that the person may see, or of one grid of it."""
    parts: dict[tuple[str, str], list[dict[str, int]]] = {}
    moments: list[datetime] = []
    rows = _tallies(standing, grid_id).filter(month=month)
    for grid, of, key, counts, as_of in rows.values_list("grid_id", "of", "key", "counts", "as_of"):
        parts.setdefault((of, str(grid or 0) if of == Tally.Of.ALL else key), []).append(counts)
        moments.append(as_of)
    sums = {of: {key: total(some) for (kind, key), some in parts.items() if kind == of} for of in Tally.Of}
    return Statistics(
        total=sum(sums[Tally.Of.ALL].values(), Counts()),
        by_grid={int(grid): counts for grid, counts in sums[Tally.Of.ALL].items()},
        by_category=sums[Tally.Of.CATEGORY],
        by_agency=sums[Tally.Of.AGENCY],
        by_because=sums[Tally.Of.BECAUSE],
        as_of=min(moments, default=None),
    )


def by_month(
    standing: Standing, first: date, last: date, *, grid_id: int | None = None
) -> dict[date, Counts]:
    """Return the counts of each month from … to, in order."""
    parts: dict[date, list[dict[str, int]]] = {}
    rows = _tallies(standing, grid_id).filter(of=Tally.Of.ALL, month__gte=first, month__lte=last)
    for month, counts in rows.order_by("month").values_list("month", "counts"):
        parts.setdefault(month, []).append(counts)
    return {month: total(some) for month, some in parts.items()}


def _tallies(standing: Standing, grid_id: int | None) -> QuerySet[Tally]:
    tallies = Tally.objects.all()
    if not sees_all_statistics(standing):
        tallies = tallies.filter(grid_id__in=sorted(standing.grids))
    if grid_id is not None:
        tallies = tallies.filter(grid_id__in=sorted(places.with_descendants([grid_id])))
    return tallies


def sees_all_statistics(standing: Standing) -> bool:
    return standing.has(Role.SUPERVISOR, Role.ANALYST, Role.ADMINISTRATOR, Role.COMMAND)


def month_totals(months: Sequence[date]) -> dict[date, Counts]:
    """Return the counts of whole months of the town."""
    parts: dict[date, list[dict[str, int]]] = {}
    rows = Tally.objects.filter(month__in=list(months), of=Tally.Of.ALL)
    for month, counts in rows.values_list("month", "counts"):
        parts.setdefault(month, []).append(counts)
    return {month: total(some) for month, some in parts.items()}


def tallied(months: Sequence[date]) -> dict[date, datetime]:
    """Return those of the months that were added up, and when."""
    rows = Tally.objects.filter(of=Tally.Of.ALL, month__in=list(months))
    return dict(rows.values("month").annotate(at=Min("as_of")).values_list("month", "at"))


def totals_by_category(months: Sequence[date]) -> dict[tuple[str, date], Counts]:
    """Return the counts of the town by the first level of the catalogue (empty: not sorted yet) and by month."""
    parts: dict[tuple[str, date], list[dict[str, int]]] = {}
    rows = Tally.objects.filter(month__in=list(months), of=Tally.Of.CATEGORY)
    for key, month, counts in rows.values_list("key", "month", "counts"):
        parts.setdefault((key, month), []).append(counts)
    return {place: total(some) for place, some in parts.items()}


class Percentile(Aggregate):
    """The value below which a share of all lies: percentile_cont of PostgreSQL."""

    function = "percentile_cont"
    template = "%(function)s(%(share)s) WITHIN GROUP (ORDER BY %(expressions)s)"


def answer_times(first: date, last: date) -> tuple[int, float | None, float | None]:
    """Return how many matters raised from a day to a day were answered, and in how many minutes half and nine tenths.

    By the clock, from raising to the first answer. Confidential matters are not counted.
    """
    zone = timezone.get_current_timezone()
    answered = Matter.objects.filter(
        raised_at__gte=datetime.combine(first, time.min, tzinfo=zone),
        raised_at__lt=datetime.combine(last + timedelta(days=1), time.min, tzinfo=zone),
        answered_at__isnull=False,
        confidential=False,
    )
    took = ExpressionWrapper(F("answered_at") - F("raised_at"), output_field=DurationField())
    found = answered.aggregate(
        n=Count("pk"), half=Percentile(took, share="0.5"), most=Percentile(took, share="0.9")
    )
    half, most = (
        None if one is None else one / timedelta(minutes=1) for one in (found["half"], found["most"])
    )
    return found["n"], half, most


def first_month() -> date | None:
    """Return the first day of the month in which the first matter was raised."""
    first = Matter.objects.order_by("raised_at").values_list("raised_at", flat=True).first()
    return local_day(first).replace(day=1) if first else None


def raised_by_grid(first: date, last: date, beginnings: Sequence[str]) -> dict[int, int]:
    """Count matters raised from a day to a day whose category begins with one of these codes, by their grid.

    What was withdrawn or joined to another is left out, and confidential matters are counted nowhere.
    """
    wanted = Q()
    for one in beginnings:
        wanted |= Q(category__code__startswith=one)
    zone = timezone.get_current_timezone()
    since = datetime.combine(first, time.min, tzinfo=zone)
    until = datetime.combine(last + timedelta(days=1), time.min, tzinfo=zone)
    raised = (
        Matter.objects.filter(wanted, raised_at__gte=since, raised_at__lt=until, confidential=False)
        .exclude(outcome__in=[Outcome.WITHDRAWN, Outcome.DUPLICATE])
        .exclude(grid=None)
    )
    return dict(raised.order_by().values_list("grid").annotate(n=Count("pk")).values_list("grid", "n"))
