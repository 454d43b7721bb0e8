"""Somebody may be in danger: they are told whom to call, and the command room is told at once.

What is confidential may be an emergency too: violence in a family, going on now. It stays out of every group and out
of the lists of all who read everything else; but whoever sits in the command room now is asked by name, and may then
open it, read how to reach whoever told it, and act (Personal Information Protection Law, art. 13: to protect life in
an emergency). Each of them stands on the time line, and the right ends with the matter, or with the danger.

The product reads words and may be wrong. A person takes that back, and says why: the command room's lamp goes out, and
the line on the time line teaches the next training where the words had been misread.
"""

from datetime import datetime

from django.utils.translation import gettext_noop

from maplebridge.conversations import actions as conversations
from maplebridge.matters.actions.record import (
    SYSTEM,
    By,
    NotAllowed,
    in_town_language,
    note,
    save,
    take,
    tell,
)
from maplebridge.matters.domain.catalogue import Severity
from maplebridge.matters.domain.workflow import MISREAD, CallOutStatus, NoDanger
from maplebridge.matters.models import CallOut, Matter
from maplebridge.matters.queries import local_day
from maplebridge.people import queries as people
from maplebridge.people.domain.roles import Role
from maplebridge.platform import live
from maplebridge.platform.audit import action
from maplebridge.rosters.queries import on_duty

DANGER = gettext_noop(
    "Is anyone in danger right now? Please call %(number)s at once. We have told the command room."
)


AND = gettext_noop(" and ")


def warn(matter: Matter, now: datetime) -> None:
    """Do what words of immediate danger ask for; nothing where there are none."""
    if not matter.emergency:
        return
    if matter.confidential:
        ask_command_room(matter, now)
        return
    conversations.post_reply(
        thread_id=matter.thread_id,
        text=in_town_language(DANGER, number=in_town_language(AND).join(matter.emergency.split())),
        in_reply_to_id=matter.asked_in_id,
        kind="notice",
        now=now,
    )


def ask_command_room(matter: Matter, now: datetime) -> None:
    """Ask whoever is on duty in the command room, by name; where nobody is entered, everybody who holds that role."""
    asked = set(matter.call_outs.filter(person__isnull=False).values_list("person_id", flat=True))
    for person_id in in_command_room(now):
        if person_id == matter.owner_id or person_id in asked:
            continue
        CallOut.objects.create(
            matter=matter,
            person_id=person_id,
            status=CallOutStatus.SENT,
            sent_at=now,
            respond_by=matter.respond_by,
        )
        note(matter, "command_asked", by=SYSTEM, now=now, public=True, facts={"to": person_id})
        live.tell(f"person:{person_id}", "matter", matter.pk)


@action
def take_back(*, matter_id: int, reason: NoDanger, words: str, by: By, now: datetime) -> Matter:
    """Somebody says that nobody is in danger. Where the words had been misread, the severity is that of the kind."""
    matter = take(matter_id)
    if not matter.is_open:
        raise NotAllowed("matter_not_open")
    if not matter.emergency:
        raise NotAllowed("already_decided")
    numbers, matter.emergency = matter.emergency, ""
    if reason in MISREAD:
        by_kind = matter.category.severity if matter.category else Severity.PRESSING
        matter.severity = min(matter.severity, by_kind)
    matter.why = [*matter.why, {"code": "no_danger_by_person", "reason": reason}]
    save(matter, "emergency", "severity", "why")
    _ask_command_room_no_more(matter, now)
    facts = {"reason": reason, "numbers": numbers}
    note(matter, "danger_taken_back", by=by, now=now, text=words, public=True, facts=facts)
    tell(matter)
    live.tell("command:0", "matter", matter.pk)
    return matter


def _ask_command_room_no_more(matter: Matter, now: datetime) -> None:
    """Let nobody of the command room read what is confidential where nobody is in danger."""
    if not matter.confidential:
        return
    asked = list(matter.entries.filter(deed="command_asked").values_list("facts__to", flat=True))
    orders = matter.call_outs.filter(person_id__in=asked, status__in=STILL_ASKED)
    orders.update(status=CallOutStatus.CANCELED, ended_at=now)
    for person_id in asked:
        live.tell(f"person:{person_id}", "matter", matter.pk)


STILL_ASKED = (CallOutStatus.SENT, CallOutStatus.ACCEPTED)


def in_command_room(now: datetime) -> list[int]:
    return on_duty(None, Role.COMMAND, now) or list(people.holders_of(Role.COMMAND, local_day(now)))
