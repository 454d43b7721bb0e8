"""Who may find, work on, assign, hear and read. Everything not allowed here is refused."""

from datetime import date, datetime

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from maplebridge.mediation.domain.audiences import MEDIATOR, OUTSIDE, Audience, Viewer
from maplebridge.mediation.domain.workflow import State
from maplebridge.mediation.models import (
    Assignment,
    CommitteeMember,
    Dispute,
    Invitation,
    Party,
    Revisit,
    Session,
    Side,
)
from maplebridge.people.domain.roles import Role
from maplebridge.people.domain.standing import Standing
from maplebridge.platform import live


def finds(standing: Standing) -> bool:
    """Write down a dispute: whoever works on the ground, or takes what comes in."""
    return standing.is_field or standing.has(Role.SORTING_OFFICER, Role.COMMAND, Role.SUPERVISOR)


def administers(standing: Standing) -> bool:
    """Found committees, appoint mediators, open rooms, set the town's rules."""
    return standing.has(Role.ADMINISTRATOR, Role.SUPERVISOR)


def opens_desk(standing: Standing) -> bool:
    """Open the list: what it shows is narrowed by `ways`."""
    return finds(standing) or standing.has(Role.CONFIDENTIAL)


def plans_sweeps(standing: Standing) -> bool:
    return standing.has(Role.SUPERVISOR, Role.MEDIATOR)


def ground_of(standing: Standing) -> frozenset[int]:
    """Return the grids on which somebody is posted as a mediator."""
    return dict(standing.grids_by_role).get(Role.MEDIATOR, frozenset())


def ways(standing: Standing) -> list[Q]:
    """Return the ways in which a person may see disputes, each with an index of its own.

    Supervisors: all. Mediators: those of their ground. Everybody: those they found, those they have or had a part in,
    those in which they keep contact. What was referred as violence or abuse: only the few who hold that role.
    """
    if standing.person_id is None:
        return []
    me = standing.person_id
    found: list[Q] = []
    if standing.has(Role.SUPERVISOR):
        found.append(Q(confidential=False))
    elif ground := ground_of(standing):
        found.append(Q(grid_id__in=sorted(ground), confidential=False))
    if standing.has(Role.CONFIDENTIAL):
        found.append(Q(confidential=True))
    if standing.is_staff:
        parts = Assignment.objects.filter(mediator__person_id=me).values("dispute_id")
        chaired = CommitteeMember.objects.filter(person_id=me, chairs=True, left_at=None)
        found += [
            Q(found_by_id=me, confidential=False),
            Q(pk__in=parts, confidential=False),
            Q(calm_contact_id=me, confidential=False),
            Q(committee_id__in=chaired.values("committee_id"), confidential=False),
        ]
    return found


def visible_to(standing: Standing) -> QuerySet[Dispute]:
    """Return the disputes that staff may see. Parties come in by `side_of`."""
    together = Q(pk__in=[])
    for way in ways(standing):
        together |= way
    return Dispute.objects.filter(together)


def viewer_of(standing: Standing, dispute: Dispute) -> Viewer:
    """Return how somebody stands to a dispute: who hears what follows from this, and from nothing else.

    Whoever is a party is one first, also where they mediate elsewhere. Supervisors oversee, and hear nothing: what is
    said in mediation stays there (People's Mediation Law, art. 15).
    """
    me = standing.person_id
    if me is None:
        return OUTSIDE
    if (side := side_of(me, dispute.pk)) is not None:
        return Viewer(side_id=side)
    if dispute.confidential:
        return MEDIATOR if standing.has(Role.CONFIDENTIAL) else OUTSIDE
    if not standing.is_staff:
        return OUTSIDE
    if is_assigned(me, dispute.pk) or _chairs(me, dispute):
        return MEDIATOR
    nobody_yet = not Assignment.objects.filter(dispute=dispute, until=None).exists()
    if nobody_yet and dispute.grid_id in ground_of(standing):
        return MEDIATOR
    return OUTSIDE


def viewer_in(standing: Standing, session: Session) -> Viewer:
    """Return how somebody stands to a session: as to its dispute, or as a guest of it."""
    viewer = viewer_of(standing, session.dispute)
    if viewer.is_outside and sessions_as_guest(standing).filter(pk=session.pk).exists():
        return Viewer(guest_in=session.pk)
    return viewer


def lets_in(ends_at: datetime | OuterRef) -> Q:
    """Return the condition under which an invitation lets into a session that ends then.

    Consent reaches no further back: what was held before it stays among those who sat there.
    """
    return Q(comes=True, decided_at__lt=ends_at)


def sessions_as_guest(standing: Standing) -> QuerySet[Session]:
    """Return the joint sessions to which somebody, or their agency, was invited with the consent of every side."""
    if standing.person_id is None:
        return Session.objects.none()
    coming = Invitation.objects.filter(
        Q(person_id=standing.person_id) | Q(agency_id__in=standing.agencies),
        lets_in(OuterRef("ends_at")),
        dispute=OuterRef("dispute_id"),
    )
    joint = Session.objects.filter(audience=Audience.BOTH, canceled_at=None, dispute__confidential=False)
    return joint.filter(Exists(coming)).select_related("room", "dispute").order_by("starts_at", "pk")


def side_of(person_id: int, dispute_id: int) -> int | None:
    """Return the side on which somebody is a party."""
    parties = Party.objects.filter(dispute_id=dispute_id, person_id=person_id, left_at=None)
    return parties.values_list("side_id", flat=True).first()


def is_assigned(person_id: int, dispute_id: int) -> bool:
    return Assignment.objects.filter(
        dispute_id=dispute_id, mediator__person_id=person_id, until=None
    ).exists()


def has_mediated(person_id: int, dispute_id: int) -> bool:
    return Assignment.objects.filter(dispute_id=dispute_id, mediator__person_id=person_id).exists()


def _chairs(person_id: int, dispute: Dispute) -> bool:
    if dispute.committee_id is None:
        return False
    seats = CommitteeMember.objects.filter(committee_id=dispute.committee_id, person_id=person_id)
    return seats.filter(chairs=True, left_at=None).exists()


def may_see(standing: Standing, dispute: Dispute) -> bool:
    return visible_to(standing).filter(pk=dispute.pk).exists()


def may_work(standing: Standing, dispute: Dispute) -> bool:
    """Do what a mediator does: whoever hears the whole of it."""
    return viewer_of(standing, dispute).mediates


def may_take_in(standing: Standing, dispute: Dispute) -> bool:
    """Complete what was found, before anybody is assigned: also whoever found it."""
    if may_work(standing, dispute):
        return True
    found = dispute.found_by_id is not None and dispute.found_by_id == standing.person_id
    return found and dispute.state == State.FOUND and not dispute.confidential


def may_assign(standing: Standing, dispute: Dispute) -> bool:
    """Say who mediates, and in which tier: who works on it, the mediators of the ground, the supervisor."""
    if dispute.confidential or _is_party(standing, dispute):
        return False
    return (
        standing.has(Role.SUPERVISOR) or dispute.grid_id in ground_of(standing) or may_work(standing, dispute)
    )


def _is_party(standing: Standing, dispute: Dispute) -> bool:
    return standing.person_id is not None and side_of(standing.person_id, dispute.pk) is not None


def may_revisit(standing: Standing, dispute: Dispute, *, on: date | None = None) -> bool:
    """Ask how it is: somebody who may see it, has no part in it and never had one, when a revisit is due."""
    if standing.person_id is None or _is_party(standing, dispute) or not may_see(standing, dispute):
        return False
    if has_mediated(standing.person_id, dispute.pk):
        return False
    due = Revisit.objects.filter(agreement__dispute=dispute, done_at=None)
    return due.filter(due_on__lte=on or timezone.localdate()).exists()


def may_reveal(standing: Standing, dispute: Dispute) -> bool:
    """Read names, numbers and addresses: whoever mediates it, takes it in, or revisits it."""
    return may_take_in(standing, dispute) or may_revisit(standing, dispute)


def may_read_agreement(standing: Standing, dispute: Dispute) -> bool:
    """Read what was agreed: the sides, whoever mediates, and whoever revisits."""
    return not viewer_of(standing, dispute).is_outside or may_revisit(standing, dispute)


def disputes_of_party(person_id: int) -> QuerySet[Dispute]:
    """Return the disputes in which somebody is a party, for their own pages."""
    mine = Party.objects.filter(dispute=OuterRef("pk"), person_id=person_id, left_at=None)
    return Dispute.objects.filter(Exists(mine), confidential=False).order_by("-pk")


@live.allows("dispute")
def may_follow_dispute(standing: Standing, dispute_id: int) -> bool:
    """What happens in the whole of a dispute, private talks included, is told to those who hear them."""
    dispute = Dispute.objects.filter(pk=dispute_id).first()
    return dispute is not None and viewer_of(standing, dispute).mediates


@live.allows("side")
def may_follow_side(standing: Standing, side_id: int) -> bool:
    """What one side hears: its parties, and the mediators."""
    side = Side.objects.filter(pk=side_id).select_related("dispute").first()
    if side is None:
        return False
    viewer = viewer_of(standing, side.dispute)
    return viewer.mediates or viewer.side_id == side_id


@live.allows("guests")
def may_follow_as_guest(standing: Standing, session_id: int) -> bool:
    """What is said to all in a session: its guests."""
    return sessions_as_guest(standing).filter(pk=session_id).exists()


def reads_figures(standing: Standing) -> bool:
    """Read counts of disputes: whoever oversees or analyses, of all; mediators, of their ground."""
    return sees_all_figures(standing) or standing.has(Role.MEDIATOR)


def sees_all_figures(standing: Standing) -> bool:
    return standing.has(Role.SUPERVISOR, Role.ANALYST, Role.ADMINISTRATOR)


def figures_of(standing: Standing) -> Q:
    """Return which disputes somebody's figures count. What is confidential is in nobody's: the numbers are small."""
    if sees_all_figures(standing):
        return Q(confidential=False)
    return Q(grid_id__in=sorted(ground_of(standing)), confidential=False)


def mediates_somewhere(standing: Standing) -> bool:
    """Use what helps a mediator: whoever is posted as one, has a part in a dispute, or chairs a committee."""
    if standing.person_id is None or not standing.is_staff:
        return False
    if standing.has(Role.MEDIATOR):
        return True
    parts = Assignment.objects.filter(mediator__person_id=standing.person_id, until=None)
    seats = CommitteeMember.objects.filter(person_id=standing.person_id, chairs=True, left_at=None)
    return parts.exists() or seats.exists()
