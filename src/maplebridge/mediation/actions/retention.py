"""What the files of disputes forget when their time is over: words, names, papers, pictures.

The law asks for a file (People's Mediation Law, art. 27) and does not say for how long; the town does, and its years
stand on the cover of each. What was never taken on has no file, and goes earlier, by a rule of its own. What is
counted stays: type, ground, moments, sums, how it ended, what was paid for it. Of a paper stays that there was one,
with its digest; the record of changes holds no words, and stays whole.
"""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from maplebridge.matters.actions.retention import EMPTIED
from maplebridge.mediation.actions.words import in_town_language
from maplebridge.mediation.domain.workflow import CONCLUDED
from maplebridge.mediation.models import (
    Acceptance,
    Agreement,
    Attendance,
    Confirmation,
    Declaration,
    Dispute,
    Entry,
    Exhibit,
    Installment,
    Offer,
    Party,
    Promise,
    Revisit,
    Signature,
    Utterance,
)
from maplebridge.mediation.queries.town import local_day
from maplebridge.platform.audit import action


def concluded_before(before: datetime) -> QuerySet[Dispute]:
    """Return the disputes in which nothing has happened since, and nothing is left to be done.

    One whose matter is under oversight is kept whole: that is the legal hold.
    """
    return _at_rest(before)


def unaccepted_before(before: datetime) -> QuerySet[Dispute]:
    """Return those of them that were never taken on: there is no file of them."""
    return _at_rest(before).filter(accepted_at=None)


def _at_rest(before: datetime) -> QuerySet[Dispute]:
    since = Entry.objects.filter(dispute=OuterRef("pk"), at__gte=before)
    still_due = Installment.objects.filter(
        agreement__dispute=OuterRef("pk"),
        agreement__ended_at=None,
        performed_at=None,
        due_on__gte=local_day(before),
    )
    rests = Q(state__in=sorted(CONCLUDED), concluded_at__lt=before, erased_at=None)
    held = Q(matter__under_oversight=True)
    return Dispute.objects.filter(rests).exclude(Exists(since) | Exists(still_due)).exclude(held)


@action
def erase(*, dispute_id: int, now: datetime) -> None:
    """Take out of a dispute what was said, shown and agreed, and who was in it."""
    dispute = Dispute.objects.select_for_update(of=("self",)).get(pk=dispute_id)
    gone = in_town_language(EMPTIED)
    people = set(dispute.parties.exclude(person=None).values_list("person_id", flat=True))
    _said_and_shown(dispute)
    _work(dispute, people)
    _agreed(dispute, gone)
    _people(dispute)
    dispute.documents.filter(erased_at=None).update(content=None, erased_at=now)
    dispute.summary, dispute.wishes, dispute.place, dispute.source_number = gone, "", "", ""
    dispute.words, dispute.erased_at = None, now
    dispute.save(update_fields=["summary", "wishes", "place", "source_number", "words", "erased_at"])


def _said_and_shown(dispute: Dispute) -> None:
    Utterance.objects.filter(dispute=dispute).delete()
    Acceptance.objects.filter(offer__dispute=dispute).delete()
    offers = Offer.objects.filter(dispute=dispute)
    offers.update(counter_to=None)
    offers.delete()
    Promise.objects.filter(dispute=dispute).delete()
    Installment.objects.filter(agreement__dispute=dispute).update(proof=None)
    Exhibit.objects.filter(dispute=dispute).delete()  # its picture goes with what no longer shows it


def _work(dispute: Dispute, people: Collection[int]) -> None:
    """Empty what the mediators wrote; who of them did what, and when, stays."""
    dispute.entries.exclude(text="").update(text="")
    dispute.entries.filter(by_id__in=people).update(by=None)
    dispute.sessions.update(agenda="", canceled_because="")
    Attendance.objects.filter(session__dispute=dispute, person_id__in=people).delete()
    dispute.assignments.exclude(words="").update(words="")
    dispute.stays.exclude(words="").update(words="")
    dispute.extensions.update(reason="")
    dispute.invitations.update(why="")
    Declaration.objects.filter(dispute=dispute).delete()


def _agreed(dispute: Dispute, gone: str) -> None:
    Signature.objects.filter(agreement__dispute=dispute).delete()
    Agreement.objects.filter(dispute=dispute).update(facts="", terms=gone)
    Installment.objects.filter(agreement__dispute=dispute).exclude(what="").update(what=gone)
    Revisit.objects.filter(agreement__dispute=dispute).exclude(words="").update(words="")
    Confirmation.objects.filter(agreement__dispute=dispute).update(decision_number="")


def _people(dispute: Dispute) -> None:
    parties = Party.objects.filter(dispute=dispute)
    parties.update(speaks_for=None)
    parties.delete()
