"""What is due now. The worker calls `sweep` every few seconds with the time; nothing here waits or sleeps."""

from datetime import datetime, timedelta

from maplebridge.kernel.periods import Month
from maplebridge.matters.actions import agencies, clock, tallies
from maplebridge.matters.models import CallOut, Matter, Promise
from maplebridge.matters.queries import local_day, tallied
from maplebridge.platform.sweeping import each

MOST = 200  # in one sweep; the next one takes the rest


def sweep(*, now: datetime) -> int:
    """Do everything that is due. Return how many things were."""
    due = (
        Matter.objects.filter(wake_at__lte=now).order_by("wake_at", "id").values_list("id", flat=True)[:MOST]
    )
    late = CallOut.objects.filter(
        status="sent", late_noted_at=None, respond_by__lt=now, agency__isnull=False
    ).order_by("respond_by", "id")
    promises = Promise.objects.filter(kept_at=None, chased_at=None, due_at__lte=now).order_by("due_at", "id")
    return (
        each(due, lambda id: clock.wake(matter_id=id, now=now))
        + each(
            late.values_list("id", flat=True)[:MOST],
            lambda id: agencies.note_late_call_out(call_out_id=id, now=now),
        )
        + each(
            promises.values_list("id", flat=True)[:MOST],
            lambda id: clock.chase_promise(promise_id=id, now=now),
        )
    )


CURRENT_EVERY = timedelta(minutes=15)
EARLIER_EVERY = timedelta(hours=6)
EARLIER_MONTHS = 3  # in which answers and feedback still change something


def add_up(*, now: datetime) -> int:
    """Add up one month anew, if one is older than it may be: the present one before the earlier ones."""
    present = Month.of(local_day(now))
    months = {back: present - back for back in range(EARLIER_MONTHS + 1)}
    known = tallied([one.first for one in months.values()])
    stale = [
        back
        for back, month in months.items()
        if month.first not in known or known[month.first] < now - (EARLIER_EVERY if back else CURRENT_EVERY)
    ]
    return each(stale[:1], lambda back: tallies.refresh_month(month=months[back], now=now))


def next_due() -> datetime | None:
    """Return the next moment at which `sweep` will find something to do."""
    waking = (
        Matter.objects.filter(wake_at__isnull=False).order_by("wake_at").values_list("wake_at", flat=True)
    )
    late = CallOut.objects.filter(status="sent", late_noted_at=None, agency__isnull=False)
    promised = Promise.objects.filter(kept_at=None, chased_at=None)
    moments = (
        waking.first(),
        late.order_by("respond_by").values_list("respond_by", flat=True).first(),
        promised.order_by("due_at").values_list("due_at", flat=True).first(),
    )
    return min((one for one in moments if one is not None), default=None)
