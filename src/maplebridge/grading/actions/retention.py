"""What is forgotten: who was asked in the survey, and looks for what is unusual that found nothing.

What was answered names nobody and stays for the maps; what a look told stays with its warnings.
"""

from collections.abc import Collection
from datetime import datetime

from django.db.models import QuerySet

from maplebridge.grading.models import EarlyWarning, Invitation, WatchRun
from maplebridge.platform.audit import action


def old_invitations(before: datetime) -> QuerySet[Invitation]:
    """Return invitations to rounds that closed before a moment."""
    return Invitation.objects.filter(round__closes_at__lt=before)


@action
def forget_invitations(*, ids: Collection[int]) -> int:
    return Invitation.objects.filter(pk__in=ids).delete()[0]


def old_runs(before: datetime) -> QuerySet[WatchRun]:
    """Return looks before a moment that no warning names."""
    named = EarlyWarning.objects.values_list("run_id").union(EarlyWarning.objects.values_list("last_run_id"))
    return WatchRun.objects.filter(looked_at__lt=before).exclude(pk__in=named)


@action
def forget_runs(*, ids: Collection[int]) -> int:
    return WatchRun.objects.filter(pk__in=ids).delete()[0]
