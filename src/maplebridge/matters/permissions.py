"""Who may see and do what with matters. Everything not allowed here is refused."""

from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from maplebridge.conversations import queries as conversations
from maplebridge.matters.domain.workflow import CallOutStatus
from maplebridge.matters.models import CallOut, HandOver, Matter, Reporter
from maplebridge.people import queries as people
from maplebridge.people.domain.roles import Role
from maplebridge.people.domain.standing import Standing
from maplebridge.platform import live

STILL_ASKED = (CallOutStatus.SENT, CallOutStatus.ACCEPTED, CallOutStatus.DONE)
READS_ALL = (Role.SUPERVISOR, Role.COMMAND, Role.SORTING_OFFICER)


def visible_to(standing: Standing) -> QuerySet[Matter]:
    """Return the matters that a person may see.

    Residents: those they reported. Field staff: those of their ground, and those they own or were asked about.
    Agencies: those they are called out to. Supervisors, command room and sorting officers: all.
    What is confidential: only its owner, its reporters, the few who hold that role, and whoever was asked by name
    (the officer on duty in the command room, where somebody is in danger), for as long as it is open.
    """
    if standing.person_id is None:
        return Matter.objects.none()
    mine = concerns(standing)
    wide = Q(pk__isnull=False) if standing.has(*READS_ALL) else on_ground(standing)
    if standing.has(Role.CONFIDENTIAL):
        return Matter.objects.filter(mine | wide | Q(confidential=True))
    return Matter.objects.filter(mine | (wide & Q(confidential=False)))


def on_ground(standing: Standing) -> Q:
    """Return the condition for matters of the ground on which a person works."""
    return Q(grid_id__in=standing.grids) if standing.is_field and standing.grids else Q(pk__in=[])


def concerns(standing: Standing) -> Q:
    """Return the condition for matters that concern a person by name: reported, owned, offered, called out to."""
    person_id = standing.person_id or 0  # nobody is number 0
    asked = CallOut.objects.filter(matter=OuterRef("pk")).filter(
        Q(person_id=person_id) | Q(agency_id__in=standing.agencies)
    )
    asked_in_confidence = CallOut.objects.filter(
        matter=OuterRef("pk"), person_id=person_id, status__in=STILL_ASKED
    )
    offered = HandOver.objects.filter(matter=OuterRef("pk"), to_person_id=person_id, declined_at=None)
    reported = Reporter.objects.filter(matter=OuterRef("pk"), person_id=person_id)
    called = Q(Exists(asked), confidential=False) | Q(Exists(asked_in_confidence), confidential=True)
    return Q(owner_id=person_id) | Q(Exists(reported)) | called | Q(Exists(offered))


def may_see(standing: Standing, matter: Matter) -> bool:
    return visible_to(standing).filter(pk=matter.pk).exists()


def reads_thread(standing: Standing, thread_id: int) -> bool:
    """Read a conversation: who is in it, and whoever may see a matter that was raised there."""
    if standing.person_id is None:
        return False
    if conversations.membership_of(standing.person_id, thread_id) is not None:
        return True
    return visible_to(standing).filter(thread_id=thread_id).exists()


def sees_inside(standing: Standing, matter: Matter) -> bool:
    """Read all of the time line: whoever works on a matter, not whoever has only reported it."""
    if not standing.is_staff or standing.person_id is None:
        return False
    offered = matter.hand_overs.filter(to_person_id=standing.person_id, declined_at=None)
    if matter.owner_id == standing.person_id or offered.exists():
        return True
    if matter.confidential:
        return standing.has(Role.CONFIDENTIAL) or _asked_by_name(standing, matter)
    handled = matter.call_outs.filter(Q(person_id=standing.person_id) | Q(agency_id__in=standing.agencies))
    if handled.exists():
        return True
    return standing.has(*READS_ALL) or (standing.is_field and matter.grid_id in standing.grids)


def is_reporter(standing: Standing, matter: Matter) -> bool:
    return matter.reported_by.filter(person_id=standing.person_id or 0).exists()


def may_handle(standing: Standing, matter: Matter) -> bool:
    """Answer, resolve, pause, promise: the owner, a chief who was asked, staff of the ground, the supervisor.

    In an emergency also the command room; in a confidential one only whoever of it was asked by name.
    """
    if not standing.is_staff:
        return False
    if matter.owner_id == standing.person_id:
        return True
    if matter.confidential:
        return standing.has(Role.CONFIDENTIAL) or _asked_by_name(standing, matter)
    return (
        matter.call_outs.filter(person_id=standing.person_id or 0).exists()
        or standing.has(Role.SUPERVISOR, Role.SORTING_OFFICER)
        or (bool(matter.emergency) and standing.has(Role.COMMAND))
        or (standing.is_field and matter.grid_id in standing.grids)
    )


def _asked_by_name(standing: Standing, matter: Matter) -> bool:
    return matter.call_outs.filter(person_id=standing.person_id or 0, status__in=STILL_ASKED).exists()


def may_oversee(standing: Standing, matter: Matter) -> bool:
    """Chase, order, consult, decide: supervisors; of what is confidential only those who hold that role too."""
    return standing.has(Role.SUPERVISOR) and (not matter.confidential or standing.has(Role.CONFIDENTIAL))


def may_act_for(standing: Standing, call_out: CallOut) -> bool:
    """Accept, refuse, report done: the called-out agency's clerks, or the called-out person."""
    if call_out.agency_id is not None:
        return call_out.agency_id in standing.agencies
    return call_out.person_id == standing.person_id


def may_see_personal_data(standing: Standing, matter: Matter) -> bool:
    """Read a reporter's name and phone: only whoever handles the matter, while it is being handled."""
    return may_handle(standing, matter)


def may_take_over(person_id: int, matter: Matter, on: date) -> bool:
    """Be offered a matter, or given it: staff, and of what is confidential only the few who hold that role."""
    if matter.confidential:
        return person_id in people.holders_of(Role.CONFIDENTIAL, on)
    return people.is_staff(person_id, on)


def may_raise_for_others(standing: Standing) -> bool:
    """Type in a walk-in, a hotline row, or what was found before anybody complained."""
    return standing.is_field or standing.has(Role.SORTING_OFFICER, Role.COMMAND, Role.SUPERVISOR)


def may_see_statistics(standing: Standing) -> bool:
    return standing.has(Role.SUPERVISOR, Role.ANALYST, Role.ADMINISTRATOR, Role.COMMAND) or standing.is_field


@live.allows("matter")
def may_follow_matter(standing: Standing, matter_id: int) -> bool:
    return visible_to(standing).filter(pk=matter_id).exists()


@live.allows("person")
def may_follow_person(standing: Standing, person_id: int) -> bool:
    """Only one's own list."""
    return standing.person_id == person_id


@live.allows("agency")
def may_follow_agency(standing: Standing, agency_id: int) -> bool:
    return agency_id in standing.agencies


@live.allows("command")
def may_follow_command_room(standing: Standing, room: int) -> bool:
    return room == 0 and standing.has(Role.COMMAND, Role.SUPERVISOR)
