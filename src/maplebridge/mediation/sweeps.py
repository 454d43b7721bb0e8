"""What is due now. The worker calls `sweep` every few seconds with the time; nothing here waits or sleeps."""

from datetime import datetime, timedelta

from django.db.models import Q

from maplebridge.mediation.actions import clock, offering, performing
from maplebridge.mediation.domain.workflow import State
from maplebridge.mediation.models import Dispute, Installment, Promise, Revisit
from maplebridge.mediation.queries import local_day, mediation_rules
from maplebridge.platform.sweeping import each

MOST = 200  # in one sweep; the next one takes the rest


def sweep(*, now: datetime) -> int:
    """Do everything that is due. Return how many things were."""
    today = local_day(now)
    waking = Dispute.objects.filter(wake_at__lte=now).order_by("wake_at", "id")
    promises = Promise.objects.filter(kept_at=None, chased_at=None, due_at__lte=now).order_by("due_at", "id")
    soon = today + timedelta(days=mediation_rules(today).remind_days)
    parts = Installment.objects.filter(
        Q(due_on__lt=today, late_noted_at=None) | Q(due_on__gte=today, due_on__lte=soon, reminded_at=None),
        performed_at=None,
        agreement__effective_at__isnull=False,
        agreement__ended_at=None,
        agreement__dispute__state=State.AGREED,
    ).order_by("due_on", "id")
    revisits = Revisit.objects.filter(
        done_at=None, noted_at=None, due_on__lte=today, agreement__ended_at=None
    ).order_by("due_on", "id")
    return (
        each(waking.values_list("id", flat=True)[:MOST], lambda id: clock.wake(dispute_id=id, now=now))
        + each(
            promises.values_list("id", flat=True)[:MOST],
            lambda id: offering.chase_promise(promise_id=id, now=now),
        )
        + each(
            parts.values_list("id", flat=True)[:MOST],
            lambda id: performing.remind_of_part(installment_id=id, now=now),
        )
        + each(
            revisits.values_list("id", flat=True)[:MOST],
            lambda id: performing.note_revisit_due(revisit_id=id, now=now),
        )
    )
