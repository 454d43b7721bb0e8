"""What happens next with a matter, in words for whoever waits: who, and until when."""

from dataclasses import dataclass
from datetime import date, datetime

from django.template.defaultfilters import date as formatted
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from maplebridge.matters.domain.deadlines import lamp
from maplebridge.matters.domain.workflow import CallOutStatus, Outcome, State
from maplebridge.matters.models import CallOut, Matter
from maplebridge.matters.templatetags.matter_words import CLOSED_AS, OUTCOMES, PAUSES, moment_words
from maplebridge.platform.wording import reads_english


@dataclass(frozen=True, slots=True)
class Next:
    """A lamp with its deadline, and a sentence."""

    color: str
    words: str
    due: datetime | None = None


def next_of(matter: Matter, call_outs: list[CallOut], promise_by: datetime | None, now: datetime) -> Next:
    """Return what the resident waits for, and how long at most."""
    match State(matter.state):
        case State.ASSIGNED:
            return _until_answered(matter, now)
        case State.IN_HAND:
            return _in_hand(matter, call_outs, promise_by, now)
        case State.PAUSED | State.DEFERRED:
            return Next("paused", _waiting(matter))
        case _:
            return Next("done", _ended(matter))


def _waiting(matter: Matter) -> str:
    if matter.state == State.DEFERRED:
        words = _("It cannot be done now. We look at it again on %(day)s and tell you.")
        return words % {"day": day_words(matter.review_on) if matter.review_on else ""}
    words = _("We are waiting: %(reason)s. It goes on by %(until)s at the latest.")
    until = moment_words(matter.paused_until) if matter.paused_until else ""
    return words % {"reason": PAUSES.get(matter.pause_reason, ""), "until": until}


def _ended(matter: Matter) -> str:
    if matter.state == State.RESOLVED:
        words = _("There is a result: %(outcome)s. Please tell us by %(until)s whether it is solved.")
        until = moment_words(matter.feedback_by) if matter.feedback_by else ""
        return words % {"outcome": OUTCOMES.get(matter.outcome, ""), "until": until}
    if matter.state == State.MERGED:
        words = _("It goes on together with #%(number)s; you hear everything from there.")
        return words % {"number": matter.merged_into_id}
    return _("Closed: %(how)s.") % {"how": _how_it_ended(matter)}


def _how_it_ended(matter: Matter) -> str:
    if matter.outcome in (Outcome.WITHDRAWN, Outcome.DUPLICATE):
        return str(OUTCOMES[matter.outcome])
    return str(CLOSED_AS.get(matter.closed_as, ""))


def _until_answered(matter: Matter, now: datetime) -> Next:
    color = lamp(starts=matter.raised_at, deadline=matter.respond_by, ended=None, now=now)
    if now > matter.respond_by:
        words = _("%(who)s should have answered already. We are asking the next one up as well.")
        return Next(color, words % {"who": matter.owner.nickname}, matter.respond_by)
    words = _("You will hear from %(who)s by %(at)s at the latest.")
    at = date_format(localtime(matter.respond_by), "G:i")
    return Next(color, words % {"who": matter.owner.nickname, "at": at}, matter.respond_by)


def promised_at_once(matter: Matter) -> str:
    """Return what somebody hears who has just reported something."""
    minutes = max(1, round((matter.respond_by - matter.raised_at).total_seconds() / 60))
    words = _("You will hear from %(who)s within %(minutes)s minutes.")
    return words % {"who": matter.owner.nickname, "minutes": minutes}


def _in_hand(matter: Matter, call_outs: list[CallOut], promise_by: datetime | None, now: datetime) -> Next:
    asked = [
        one
        for one in call_outs
        if one.agency_id and one.status in (CallOutStatus.SENT, CallOutStatus.ACCEPTED)
    ]
    due = min((one for one in (promise_by, matter.handle_by) if one is not None), default=None)
    color = (
        lamp(starts=matter.answered_at or matter.raised_at, deadline=due, ended=None, now=now)
        if due
        else "none"
    )
    if due is not None and now > due:
        words = _("%(who)s has it. It takes longer than it should; the supervisor sees this too.")
        return Next(color, words % {"who": matter.owner.nickname}, due)
    until = moment_words(due) if due else ""
    if asked and asked[0].agency is not None:
        agencies = _(", ").join(str(one.agency) for one in asked)
        words = _("We have passed this to %(agencies)s; you will hear by %(until)s at the latest.")
        return Next(color, words % {"agencies": agencies, "until": until}, due)
    words = _("%(who)s is on it; you will hear by %(until)s at the latest.")
    return Next(color, words % {"who": matter.owner.nickname, "until": until}, due)


def day_words(day: date) -> str:
    return str(formatted(day, "M j" if reads_english() else "n月j日"))
