"""What the clock does to a matter. Each step is an ordinary deed, and running twice does no harm."""

from datetime import datetime, timedelta

from maplebridge.matters.actions.answering import resume_taken
from maplebridge.matters.actions.danger import in_command_room
from maplebridge.matters.actions.ending import close
from maplebridge.matters.actions.raising import is_night, officers_on_duty
from maplebridge.matters.actions.record import SYSTEM, note, save, take, tell
from maplebridge.matters.domain.deadlines import morning_of
from maplebridge.matters.domain.rules import TownRules
from maplebridge.matters.domain.workflow import ClosedAs, State
from maplebridge.matters.events import MatterEscalated
from maplebridge.matters.models import CallOut, Matter, Oversight, Promise
from maplebridge.matters.queries import local_day, town_rules, town_zone
from maplebridge.people import queries as people
from maplebridge.people.domain.roles import Role
from maplebridge.platform import live
from maplebridge.platform.audit import action
from maplebridge.platform.events import publish
from maplebridge.rosters.queries import on_duty


@action
def wake(*, matter_id: int, now: datetime) -> None:
    """Do what is due on a matter at `now`: climb the ladder, note it overdue, end a pause, close it."""
    matter = take(matter_id)
    match State(matter.state):
        case State.ASSIGNED if matter.ladder_at and matter.ladder_at <= now:
            _climb(matter, now)
        case State.IN_HAND if matter.handle_by and matter.handle_by <= now and not matter.overdue_noted_at:
            _note_overdue(matter, now)
        case State.PAUSED if matter.paused_until and matter.paused_until <= now:
            resume_taken(matter, by=SYSTEM, now=now)
        case State.DEFERRED if matter.review_on and morning_of(matter.review_on, town_zone()) <= now:
            resume_taken(matter, by=SYSTEM, now=now)
            Oversight.objects.create(
                matter=matter, kind=Oversight.Kind.CHASE, opened_at=now, words="review_due"
            )
        case State.RESOLVED if matter.feedback_by and matter.feedback_by <= now:
            close(matter, ClosedAs.NOT_ANSWERED, by=SYSTEM, now=now)
            tell(matter)
        case _:
            save(matter)  # the moment had passed already, or moved: note the true next one


def _climb(matter: Matter, now: datetime) -> None:
    """Ask the next one up: at night whoever is on duty, then chief by chief, in the end the supervisor."""
    rules = town_rules(local_day(now))
    matter.ladder_step += 1
    person_id, rung = _next_rung(matter, rules, now)
    # The next step counts from now, so that after an outage the ladder is climbed in order, not all at once.
    matter.ladder_at = now + timedelta(minutes=rules.ladder_minutes) if person_id is not None else None
    save(matter, "ladder_step", "ladder_at")
    if person_id is None:
        if not matter.oversights.filter(closed_at=None, words="ladder_ended").exists():
            Oversight.objects.create(
                matter=matter, kind=Oversight.Kind.DECISION, opened_at=now, words="ladder_ended"
            )
            matter.under_oversight = True
            save(matter, "under_oversight")
        note(matter, "ladder_ended", by=SYSTEM, now=now)
    else:
        CallOut.objects.create(
            matter=matter,
            person_id=person_id,
            sent_at=now,
            respond_by=now + timedelta(minutes=rules.ladder_minutes),
        )
        note(matter, "escalated", by=SYSTEM, now=now, public=True, facts={"to": person_id, "rung": rung})
        live.tell(f"person:{person_id}", "matter", matter.pk)
    publish(
        MatterEscalated(
            matter_id=matter.pk,
            grid_id=matter.grid_id,
            severity=matter.severity,
            step=matter.ladder_step,
            occurred_at=now,
        )
    )
    tell(matter)
    live.tell("command:0", "matter", matter.pk)


def _next_rung(matter: Matter, rules: TownRules, now: datetime) -> tuple[int | None, str]:
    """Return who is asked next and as what: the first on the ladder who has not been asked yet."""
    asked = {matter.owner_id, *matter.call_outs.exclude(person=None).values_list("person_id", flat=True)}
    for person_id, rung in _ladder(matter, rules, now):
        if person_id not in asked:
            return person_id, rung
    return None, ""


def _ladder(matter: Matter, rules: TownRules, now: datetime) -> list[tuple[int, str]]:
    rungs: list[tuple[int, str]] = []
    if matter.grid_id is not None and not matter.confidential:
        if is_night(now, rules):
            rungs += [(one, "on_duty") for one in officers_on_duty(matter.grid_id, now)[:1]]
        start, _ = rules.chief_levels[matter.severity]
        chain = people.chain_of_chiefs(matter.grid_id, local_day(now))
        rungs += [(person_id, f"chief_{level}") for level, person_id in chain if level >= start]
    if matter.confidential and matter.emergency:
        rungs += [(one, "on_duty") for one in in_command_room(now)]  # of this shift
    role = Role.CONFIDENTIAL if matter.confidential else Role.SUPERVISOR
    supervisors = on_duty(None, role, now) or list(people.holders_of(role, local_day(now)))
    return rungs + [(one, "supervisor") for one in supervisors]


def _note_overdue(matter: Matter, now: datetime) -> None:
    matter.overdue_noted_at, matter.under_oversight = now, True
    save(matter, "overdue_noted_at", "under_oversight")
    Oversight.objects.create(matter=matter, kind=Oversight.Kind.CHASE, opened_at=now, words="overdue")
    note(matter, "overdue", by=SYSTEM, now=now, public=True)
    agencies = [
        one.agency_id for one in matter.call_outs.filter(status__in=["sent", "accepted"]) if one.agency_id
    ]
    tell(matter, agencies=agencies)


@action
def chase_promise(*, promise_id: int, now: datetime) -> None:
    """Remind whoever made a promise that has fallen due; the supervisor sees it too."""
    promise = Promise.objects.get(pk=promise_id)
    matter = take(promise.matter_id)
    promise.refresh_from_db()
    if promise.kept_at is not None or promise.chased_at is not None or promise.due_at > now:
        return
    promise.chased_at = now
    promise.save(update_fields=["chased_at"])
    if matter.is_open:
        Oversight.objects.create(matter=matter, kind=Oversight.Kind.CHASE, opened_at=now, words="promise_due")
        matter.under_oversight = True
        save(matter, "under_oversight")
    note(matter, "promise_due", by=SYSTEM, now=now, facts={"promise": promise.pk, "by": promise.by_id})
    live.tell(f"person:{promise.by_id}", "matter", matter.pk)
    tell(matter)
