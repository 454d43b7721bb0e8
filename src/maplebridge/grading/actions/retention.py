"""What the survey forgets: who was asked. What was answered names nobody and stays for the maps."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import QuerySet

from maplebridge.grading.models import Invitation
from maplebridge.platform.audit import action


def old_invitations(before: datetime) -> QuerySet[Invitation]:
    """Return invitations to rounds that closed before a moment."""
    return Invitation.objects.filter(round__closes_at__lt=before)


@action
def forget_invitations(*, ids: Collection[int]) -> int:
    return Invitation.objects.filter(pk__in=ids).delete()[0]
