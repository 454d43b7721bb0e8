"""A mediator's day on a phone: who comes today, what was promised, whom to ask how it is, what was not paid."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet

from maplebridge.mediation.domain.workflow import RUNNING, State
from maplebridge.mediation.models import Assignment, Dispute, Installment, Party, Promise, Revisit, Session
from maplebridge.mediation.permissions import visible_to
from maplebridge.mediation.queries.mediators import booked_for
from maplebridge.mediation.queries.rows import Row, rows_by_id
from maplebridge.mediation.queries.town import local_day, town_zone
from maplebridge.people.domain.standing import Standing

MOST = 20  # of each: a phone shows a day, not a year


@dataclass(frozen=True, slots=True)
class Due:
    """Something of a dispute that is due: a promise, a part of what was agreed, a revisit."""

    thing: Promise | Installment | Revisit
    row: Row


@dataclass(frozen=True, slots=True)
class Day:
    sessions: list[tuple[Session, Row]]
    promises: list[Due]
    revisits: list[Due]
    late: list[Due]
    running: list[Row]

    @property
    def is_free(self) -> bool:
        return not (self.sessions or self.promises or self.revisits or self.late)


def day_of(standing: Standing, now: datetime) -> Day:
    """Return what a mediator has to do today, the most urgent of each first."""
    person_id = standing.person
    today = local_day(now)
    midnight = datetime.combine(today, datetime.min.time(), town_zone())
    sessions = booked_for(person_id, midnight, midnight + timedelta(days=1))
    mine = Assignment.objects.filter(mediator__person_id=person_id, until=None).values("dispute_id")
    promises = _promises(mine, midnight + timedelta(days=1))
    late = list(
        Installment.objects.filter(
            agreement__dispute_id__in=mine,
            agreement__ended_at=None,
            agreement__effective_at__isnull=False,
            performed_at=None,
            due_on__lte=today,
        )
        .select_related("agreement", "by_side")
        .order_by("due_on", "pk")[:MOST]
    )
    revisits = list(revisits_due(standing, now)[:MOST])
    running = list(
        Dispute.objects.filter(pk__in=mine, state__in=sorted(RUNNING))
        .order_by("due_at", "pk")
        .values_list("pk", flat=True)[:MOST]
    )
    ids = [
        *(one.dispute_id for one in sessions),
        *(one.dispute_id for one in promises),
        *(one.agreement.dispute_id for one in late),
        *(one.agreement.dispute_id for one in revisits),
        *running,
    ]
    rows = {one.dispute.pk: one for one in rows_by_id(list(dict.fromkeys(ids)), now)}
    return Day(
        sessions=[(one, rows[one.dispute_id]) for one in sessions],
        promises=[Due(one, rows[one.dispute_id]) for one in promises],
        revisits=[Due(one, rows[one.agreement.dispute_id]) for one in revisits],
        late=[Due(one, rows[one.agreement.dispute_id]) for one in late],
        running=[rows[one] for one in running],
    )


def _promises(mine: QuerySet[Assignment, object], until: datetime) -> list[Promise]:
    open_ones = Promise.objects.filter(dispute_id__in=mine, kept_at=None, due_at__lt=until)
    return list(open_ones.select_related("by_side", "dispute").order_by("due_at", "pk")[:MOST])


def revisits_due(standing: Standing, now: datetime) -> QuerySet[Revisit]:
    """Return the revisits that somebody may make now: of others' disputes only, see `permissions.may_revisit`."""
    mediated = Assignment.objects.filter(mediator__person_id=standing.person).values("dispute_id")
    party_in = Party.objects.filter(person_id=standing.person, left_at=None).values("dispute_id")
    return (
        Revisit.objects.filter(
            agreement__dispute__in=visible_to(standing).values("pk"),
            agreement__ended_at=None,
            agreement__dispute__state__in=[State.AGREED, State.PERFORMED, State.BROKEN],
            done_at=None,
            due_on__lte=local_day(now),
        )
        .exclude(agreement__dispute_id__in=mediated)
        .exclude(agreement__dispute_id__in=party_in)
        .select_related("agreement", "agreement__dispute")
        .order_by("due_on", "pk")
    )
