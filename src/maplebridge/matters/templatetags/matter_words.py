"""The words for states, deeds, reasons and refusals, in the language of whoever reads."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django import template
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from maplebridge.conversations.actions import RESIDENT
from maplebridge.matters import data, queries
from maplebridge.matters.actions.ending import BECAUSE
from maplebridge.matters.domain.catalogue import Name
from maplebridge.matters.models import Category, Entry, Matter
from maplebridge.platform.wording import day_in_words, in_language, reads_english

register = template.Library()

STATES = {
    "assigned": gettext_lazy("waiting for an answer"),
    "in_hand": gettext_lazy("being handled"),
    "paused": gettext_lazy("paused"),
    "deferred": gettext_lazy("cannot be done now"),
    "resolved": gettext_lazy("result given"),
    "closed": pgettext_lazy("matter", "closed"),
    "merged": gettext_lazy("goes on together with another"),
}
SEVERITIES = {1: gettext_lazy("routine"), 2: gettext_lazy("pressing"), 3: gettext_lazy("urgent")}
ORIGINS = {
    "group": gettext_lazy("from a group"),
    "form": gettext_lazy("reported by form"),
    "walk_in": gettext_lazy("told in person"),
    "complaint": gettext_lazy("from the 12345 hotline"),
    "tip": gettext_lazy("a tip"),
    "proactive": gettext_lazy("found before anybody complained"),
}
OUTCOMES = {
    "solved": gettext_lazy("solved"),
    "explained": gettext_lazy("explained"),
    "not_ours": gettext_lazy("not ours, handed on"),
    "not_feasible": gettext_lazy("not feasible"),
    "duplicate": gettext_lazy("duplicate"),
    "withdrawn": gettext_lazy("withdrawn"),
}
NOT_FEASIBLE = {one.value: gettext_lazy(words) for one, words in BECAUSE.items()}
CLOSED_AS = {
    "solved": gettext_lazy("the resident says it is solved"),
    "not_answered": gettext_lazy("the resident did not answer"),
    "withdrawn": gettext_lazy("withdrawn by the resident"),
    "duplicate": gettext_lazy("goes on in another matter"),
}
CALL_OUTS = {
    "sent": gettext_lazy("not answered yet"),
    "accepted": gettext_lazy("accepted"),
    "refused": gettext_lazy("refused"),
    "done": gettext_lazy("done"),
    "canceled": gettext_lazy("not needed any more"),
}
REFUSALS = {
    "not_competent": gettext_lazy("not our business"),
    "no_power": gettext_lazy("no authority to do it"),
    "no_money": gettext_lazy("no money for it"),
    "other_procedure": gettext_lazy("a court, an arbitration or a petition has it"),
    "outside_area": gettext_lazy("outside our area"),
    "duplicate": gettext_lazy("already reported to us"),
    "not_enough_to_act_on": gettext_lazy("too little is known to act"),
    "already_done": gettext_lazy("already done"),
    "unlawful": gettext_lazy("would be against the law"),
}
NO_DANGERS = {
    "ordinary": gettext_lazy("the words tell of an ordinary matter"),
    "way_of_speaking": gettext_lazy("it is a joke, or a way of speaking"),
    "not_here_and_now": gettext_lazy("it was long ago, somewhere else, an exercise or a film"),
    "looked": gettext_lazy("somebody went there or called: everybody is safe"),
    "over": gettext_lazy("help has come, the danger is over"),
}
PAUSES = {
    "waiting_for_resident": gettext_lazy("waiting for the resident"),
    "waiting_for_parts": gettext_lazy("waiting for parts or material"),
    "waiting_for_access": gettext_lazy("waiting to be let in"),
    "weather": gettext_lazy("the weather"),
    "procedure": gettext_lazy("a procedure that must run its course"),
    "in_mediation": gettext_lazy("in mediation"),
}
OVERSIGHTS = {
    "chase": gettext_lazy("Chase"),
    "order": gettext_lazy("Supervision order"),
    "consultation": gettext_lazy("Joint consultation"),
    "decision": gettext_lazy("To be decided"),
}
OVERSIGHT_CAUSES = {
    "returned_twice": gettext_lazy("returned twice: decide who does it"),
    "not_solved": gettext_lazy("the resident says it is not solved"),
    "added_after_result": gettext_lazy("the resident has more to say after the result"),
    "overdue": gettext_lazy("past its deadline"),
    "call_out_not_answered": gettext_lazy("an agency did not answer"),
    "promise_due": gettext_lazy("a promise has fallen due"),
    "review_due": gettext_lazy("the date of review has come"),
    "ladder_ended": gettext_lazy("nobody on the ladder has answered"),
}
ADDED_BY_STAFF = gettext_lazy("Added to it")
DEEDS = {
    "raised": gettext_lazy("The matter was registered"),
    "joined": gettext_lazy("Another resident joined"),
    "added": gettext_lazy("The resident added"),
    "left": gettext_lazy("A resident left the matter to the others"),
    "answered": gettext_lazy("Answered"),
    "told": gettext_lazy("Told the resident"),
    "promised": gettext_lazy("Promised an answer by {due}"),
    "promise_due": gettext_lazy("A promise has fallen due"),
    "promise_taken_back": gettext_lazy("No answer is promised by {due} any more"),
    "hand_over_offered": gettext_lazy("Offered to {to}"),
    "hand_over_declined": gettext_lazy("{to} did not take it over"),
    "handed_over": gettext_lazy("{to} took it over from {from}"),
    "assigned_by_decision": gettext_lazy("Given to {to} by decision"),
    "called_out": gettext_lazy("{agency} was called out"),
    "call_out_accepted": gettext_lazy("{agency} accepted"),
    "call_out_refused": gettext_lazy("{agency} returned it: {reason}"),
    "call_out_done": gettext_lazy("{agency} reports it done"),
    "call_out_canceled": gettext_lazy("{agency} is not needed any more"),
    "call_out_late": gettext_lazy("{agency} did not answer in time"),
    "escalated": gettext_lazy("No answer in time: {to} was asked ({rung})"),
    "command_asked": gettext_lazy("{to}, on duty in the command room, was asked to act at once"),
    "danger_taken_back": gettext_lazy("Nobody is in danger: {reason}"),
    "ladder_ended": gettext_lazy("Nobody on the ladder has answered: the supervisor decides"),
    "overdue": gettext_lazy("The deadline has passed; the supervisor was told"),
    "paused": gettext_lazy("Paused until {until}: {reason}"),
    "resumed": gettext_lazy("Goes on"),
    "deferred": gettext_lazy("Cannot be done now; will be looked at again on {review_on}"),
    "extension_asked": gettext_lazy("More time was asked for, until {until}"),
    "extension_granted": gettext_lazy("More time was given, until {until}"),
    "extension_refused": gettext_lazy("More time was refused"),
    "sorted": gettext_lazy("Sorted as {category}, {severity}"),
    "placed": gettext_lazy("The place was noted"),
    "chase": gettext_lazy("Chased"),
    "order": gettext_lazy("Supervision order issued"),
    "consultation": gettext_lazy("Joint consultation called"),
    "chase_ended": gettext_lazy("The chase ended"),
    "order_ended": gettext_lazy("The supervision order was carried out"),
    "consultation_ended": gettext_lazy("Minutes of the joint consultation"),
    "decision_ended": gettext_lazy("Decided"),
    "resolved": gettext_lazy("Result: {outcome}{detail}"),
    "feedback": gettext_lazy("The resident says: {solved}"),
    "reopened": gettext_lazy("Not solved: opened again, with oversight"),
    "taken_up_again": gettext_lazy("More was said after the result: opened again, with oversight"),
    "follows": gettext_lazy("Goes on from #{into}, which had ended"),
    "followed": gettext_lazy("More was said after the end: it goes on in #{into}"),
    "closed": gettext_lazy("Closed: {as}"),
    "merged": gettext_lazy("Goes on in #{into}"),
    "took_in": gettext_lazy("#{matter} was joined to this"),
    "call_out_carried": gettext_lazy("{agency}: what it has to do for #{matter} goes on here"),
    "split": gettext_lazy("Divided into parts: {parts}"),
    "called_back": gettext_lazy("Called back by somebody other than the handler"),
    "entry_hidden": gettext_lazy("Personal data was taken out of a line"),
}
ICONS = {
    "raised": "flag",
    "answered": "message-circle",
    "told": "message-circle",
    "called_out": "bell-ringing",
    "call_out_accepted": "check",
    "call_out_refused": "arrow-back-up",
    "call_out_done": "circle-check",
    "escalated": "arrow-up",
    "command_asked": "urgent",
    "danger_taken_back": "shield-check",
    "ladder_ended": "alert-triangle",
    "overdue": "alarm",
    "call_out_late": "alarm",
    "promise_due": "alarm",
    "paused": "player-pause",
    "resumed": "player-play",
    "deferred": "hourglass",
    "handed_over": "arrows-exchange",
    "hand_over_offered": "arrow-forward-up",
    "hand_over_declined": "arrow-back-up",
    "joined": "user-plus",
    "added": "plus",
    "resolved": "circle-check",
    "feedback": "star",
    "reopened": "refresh",
    "taken_up_again": "refresh",
    "follows": "arrow-forward-up",
    "followed": "arrow-forward-up",
    "closed": "lock",
    "merged": "arrow-merge",
    "took_in": "arrow-merge",
    "call_out_carried": "arrow-forward-up",
    "split": "arrows-split",
    "chase": "bell",
    "order": "gavel",
    "consultation": "users-group",
    "called_back": "phone-call",
    "promised": "clock",
    "promise_taken_back": "x",
}
RUNGS = {
    "on_duty": gettext_lazy("on duty"),
    "supervisor": gettext_lazy("supervisor"),
    "chief_1": gettext_lazy("chief, level 1"),
    "chief_2": gettext_lazy("chief, level 2"),
    "chief_3": gettext_lazy("chief, level 3"),
    "chief_4": gettext_lazy("chief, level 4"),
    "chief_5": gettext_lazy("chief, level 5"),
}
NOT_ALLOWED = {
    "matter_not_open": gettext_lazy(
        "This matter has ended. If it is not solved, open it again with your feedback."
    ),
    "answer_needed": gettext_lazy("Please write what you answer."),
    "result_needed": gettext_lazy("Please write what was done, in a sentence the resident understands."),
    "reason_needed": gettext_lazy("Please give the reason."),
    "say_to_whom": gettext_lazy("Please write to whom it was handed on."),
    "say_why_not": gettext_lazy("Please choose why it is not feasible."),
    "minutes_needed": gettext_lazy("Please write down what came of it."),
    "promise_in_the_past": gettext_lazy("This time has already passed. Please promise a later one."),
    "promise_too_far": gettext_lazy("Please promise something within a year."),
    "end_in_the_past": gettext_lazy("This time has already passed. Please choose a later one."),
    "end_not_later": gettext_lazy("This is not later than the present deadline."),
    "after_photo_needed": gettext_lazy(
        "This kind of matter needs a photo of how it looks now. Please add one."
    ),
    "already_the_owner": gettext_lazy("This person has the matter already."),
    "offered_to_somebody_else": gettext_lazy("This was offered to somebody else."),
    "already_decided": gettext_lazy("Somebody has decided this in the meantime. The page shows how."),
    "already_called_out": gettext_lazy("This agency is called out already."),
    "supervisor_decides": gettext_lazy("It was returned twice: now the supervisor decides who does it."),
    "confidential_stays_in_its_queue": gettext_lazy(
        "A confidential matter stays with the few who may read it."
    ),
    "not_paused": gettext_lazy("This matter is not paused."),
    "not_in_hand": gettext_lazy("More time can only be asked for while the matter is being handled."),
    "somebody_asks": gettext_lazy("More time is asked for by a person, not by the clock."),
    "already_asked": gettext_lazy("More time was asked for already; a supervisor decides."),
    "somebody_else_decides": gettext_lazy("Nobody decides on their own wish. Please ask another supervisor."),
    "somebody_else_calls_back": gettext_lazy(
        "Whoever handled the matter does not call back. Please ask a colleague."
    ),
    "unknown_category": gettext_lazy("There is no such category. Please choose one from the list."),
    "place_not_found": gettext_lazy(
        "This place is not known here. Please write the estate and the building."
    ),
    "cannot_have_it": gettext_lazy("Please choose somebody from the list."),
    "not_a_reporter": gettext_lazy("Only those who reported the matter can do this."),
    "not_resolved_yet": gettext_lazy("There is no result yet that you could judge."),
    "too_late_to_answer": gettext_lazy(
        "The time for feedback is over. Please report it anew; we see the old matter."
    ),
    "already_answered": gettext_lazy("You have told us already. Thank you."),
    "same_matter": gettext_lazy("A matter cannot be merged into itself."),
    "part_is_not_split_again": gettext_lazy("A part is not divided again."),
    "two_to_ten_parts": gettext_lazy("A matter can be divided into two to ten parts."),
    "two_agencies_at_least": gettext_lazy("A joint consultation needs at least two agencies."),
    "only_under_oversight": gettext_lazy("Only a matter under oversight is given to somebody by decision."),
    "not_an_outcome_of_handling": gettext_lazy("Please choose what came of the handling."),
    "nothing_added": gettext_lazy("Please write something, or add a photo."),
    "unknown_matter": gettext_lazy("There is no such matter among those you may see."),
    "somebody_was_faster": gettext_lazy("Somebody has answered in the meantime."),
    "say_whether_solved": gettext_lazy("Please note whether it is solved, as the resident says."),
    "somebody_else_wrote_it": gettext_lazy("Only whoever wrote it says which question it answers."),
    "asked_elsewhere": gettext_lazy("This question was asked in another conversation."),
    "not_a_question": gettext_lazy("Only what a resident wrote can become a matter."),
}
WHY = {
    "owner_chief": gettext_lazy("Went to the chief of level {level}, as the severity asks for."),
    "owner_by_rule": gettext_lazy("Went here because of the town's rule “{rule}”."),
    "owner_on_night_duty": gettext_lazy("At night it goes to the officer on duty."),
    "owner_sorts": gettext_lazy("The product was not sure, so the sorting officer decides."),
    "owner_first_asked": gettext_lazy("Whoever was asked first owns it until somebody takes it over."),
    "owner_confidential": gettext_lazy("Confidential: only the few who hold that role read it."),
    "owner_no_ground": gettext_lazy("The place is not known yet, so the sorting officer has it."),
    "owner_no_chief": gettext_lazy("No chief is posted there, so the sorting officer has it."),
    "sorted_by_person": gettext_lazy("A person sorted it."),
    "category": gettext_lazy("Read as “{category}” by the words {words}."),
    "category_unsure": gettext_lazy("The category is not sure ({percent} %)."),
    "severity_by_sign": gettext_lazy("Counts as {severity} because of “{words}”."),
    "severity_by_danger": gettext_lazy("Counts as {severity}, since somebody may be in danger."),
    "severity_by_category": gettext_lazy("Counts as {severity}, as matters of this kind do."),
    "emergency": gettext_lazy("Sounds dangerous: the {number} was named, the command room was told."),
    "no_danger_by_person": gettext_lazy("A person says that nobody is in danger: {reason}."),
    "similar_to": gettext_lazy("May be the same as {matters}."),
    "not_similar": gettext_lazy("Not taken for the same as {matters}: the words are not alike enough."),
    "follows": gettext_lazy("Told as an addition to {matters}, which had ended."),
    "lead_by_category": gettext_lazy("Matters of this kind are for: {agency_kind}."),
}
CATEGORY_WITHOUT_WORDS = gettext_lazy("Read as “{category}”.")
# (how a role is drawn, how it is called)
ROLES = {
    "resident": ("resident", gettext_lazy("resident")),
    "grid_chief": ("grid", gettext_lazy("grid chief")),
    "grid_worker": ("grid", gettext_lazy("grid worker")),
    "officer": ("officer", gettext_lazy("officer")),
    "auxiliary": ("officer", gettext_lazy("auxiliary officer")),
    "deputy_secretary": ("community", gettext_lazy("deputy secretary")),
    "team_member": ("community", gettext_lazy("member of the six-role team")),
    "mediator": ("community", gettext_lazy("mediator")),
    "building_captain": ("grid", gettext_lazy("building captain")),
    "agency_clerk": ("agency", gettext_lazy("agency")),
    "sorting_officer": ("community", gettext_lazy("sorting officer")),
    "command": ("officer", gettext_lazy("command room")),
    "confidential": ("community", gettext_lazy("confidential contact")),
    "supervisor": ("community", gettext_lazy("supervisor")),
    "analyst": ("system", gettext_lazy("analyst")),
    "administrator": ("system", gettext_lazy("administrator")),
    "system": ("system", gettext_lazy("automatic")),
}


def state_words(matter: Matter) -> str:
    return str(STATES[matter.state])


def faster_words(matter_id: int) -> str:
    """Say who has answered meanwhile, and what; sending again adds to it."""
    given = queries.time_line(matter_id, public_only=False).filter(deed="answered").last()
    words = _(
        "%(who)s was faster and wrote: “%(text)s”. Your words are still here; send them if they add something."
    )
    return words % {"who": given.by if given and given.by else "", "text": given.text if given else ""}


def refusal_words(code: str) -> str:
    return str(NOT_ALLOWED.get(code, code))


@register.filter
def state(matter: Matter) -> str:
    """Return the state in words; of a closed matter, as what it was closed."""
    if matter.state == "closed" and matter.closed_as:
        return f"{STATES['closed']} · {CLOSED_AS[matter.closed_as]}"
    return state_words(matter)


@register.filter
def severity(value: int) -> str:
    return str(SEVERITIES.get(value, ""))


@register.filter
def origin(value: str) -> str:
    return str(ORIGINS.get(value, ""))


@register.filter
def outcome(value: str) -> str:
    return str(OUTCOMES.get(value, ""))


@register.filter
def call_out_status(value: str) -> str:
    return str(CALL_OUTS.get(value, ""))


@register.filter
def numbers_to_call(value: str) -> str:
    """Return emergency numbers as one says them, the most pressing first."""
    return _(" and ").join(value.split())


@register.filter
def refusal(value: str) -> str:
    return str(REFUSALS.get(value, ""))


@register.filter
def pause_reason(value: str) -> str:
    return str(PAUSES.get(value, ""))


@register.filter
def oversight_kind(value: str) -> str:
    return str(OVERSIGHTS.get(value, ""))


@register.filter
def oversight_cause(value: str) -> str:
    """Return why an oversight began: in words where the clock began it, else as somebody wrote."""
    return str(OVERSIGHT_CAUSES.get(value, value))


@register.simple_tag
def review_words(day: date, today: date) -> str:
    """Return when something is looked at again; how many days that is, where it is near enough to count."""
    days = (day - today).days
    if days <= 0:
        return _("looked at again today")
    if days <= FEW_DAYS:
        return ngettext("again in %(n)d day", "again in %(n)d days", days) % {"n": days}
    return _("again on %(day)s") % {"day": day_in_words(day, today=today)}


FEW_DAYS = 60


@register.filter
def category_name(category: Category | None) -> str:
    if category is None:
        return _("not sorted yet")
    return in_language(category.name_zh, category.name_en)


@register.filter
def icon_of(entry: Entry) -> str:
    return ICONS.get(entry.deed, "check")


@register.simple_tag
def deed(entry: Entry, names: Mapping[str, Mapping[Any, str]]) -> str:
    """Return what happened, with names filled in; `names` holds persons, agencies and categories by id or code."""
    by_staff = entry.by_role not in ("", RESIDENT)
    words = str(ADDED_BY_STAFF if entry.deed == "added" and by_staff else DEEDS.get(entry.deed, entry.deed))
    return words.format_map(_Filling(entry.facts, names))


class _Filling(dict[str, str]):
    """Puts the facts of an entry into words, each in its own way."""

    def __init__(self, facts: Mapping[str, Any], names: Mapping[str, Mapping[Any, str]]) -> None:
        super().__init__()
        self.facts, self.names = facts, names

    def __missing__(self, key: str) -> str:
        if key == "detail":
            return self._detail()
        if key == "matter":
            return str(self.facts["from"])
        value = self.facts.get(key)
        if value is None:
            return ""
        match key:
            case "to" | "from" if "persons" in self.names and value in self.names["persons"]:
                return self.names["persons"][value]
            case "agency":
                return self.names.get("agencies", {}).get(value, _("The agency"))
            case "due" | "until":
                return _when(value)
            case "category":
                return self.names.get("categories", {}).get(value, str(value))
            case "solved":
                return _("it is solved") if value else _("it is not solved")
            case "parts":
                return ", ".join(f"#{one}" for one in value)
        for table in _TABLES.get(key, ()):
            if value in table:
                return str(table[value])
        return str(value)

    def _detail(self) -> str:
        """Return to whom it was handed, or why it is not feasible."""
        if to := self.facts.get("handed_to"):
            return _(" to %(to)s") % {"to": to}
        because = NOT_FEASIBLE.get(str(self.facts.get("because", "")))
        return _(" because: %(why)s") % {"why": because} if because else ""


_TABLES: Mapping[str, tuple[Mapping[Any, Any], ...]] = {
    "reason": (REFUSALS, PAUSES, NO_DANGERS),
    "rung": (RUNGS,),
    "outcome": (OUTCOMES,),
    "as": (CLOSED_AS,),
    "severity": (SEVERITIES,),
}


def _when(written: str) -> str:
    at = parse_datetime(written)
    return written if at is None else moment_words(at)


def moment_words(at: datetime) -> str:
    return date_format(localtime(at), "M j G:i" if reads_english() else "n月j日 G:i")


@register.simple_tag
def why(reason: Mapping[str, Any]) -> str:
    """Return a reason of the product in words; nothing where the reader would learn nothing."""
    facts = {**reason, **reason.get("values", {})}
    code = str(reason.get("code", ""))
    words = CATEGORY_WITHOUT_WORDS if code == "category" and not facts.get("words") else WHY.get(code)
    if words is None:
        return ""
    if "matters" in facts:
        facts["matters"] = ", ".join(f"#{number}" for number, _likeness in facts["matters"])
    if code == "category":
        facts["words"] = _longest(str(facts["words"]).split())
    if code in ("category", "severity_by_category", "lead_by_category"):
        facts["category"] = _leaf_words(facts["code"])
    if agency := data.catalogue().agency_kinds.get(str(facts.get("agency", ""))):
        facts["agency_kind"] = _in_language(agency.name)
    if "probability" in facts:
        facts["percent"] = round(100 * facts["probability"])
    return str(words).format_map(_Filling(facts, {}))


def _leaf_words(code: str) -> str:
    try:
        return _in_language(data.catalogue()[code].name)
    except KeyError:  # a category of the town's own
        return code


def _longest(words: list[str]) -> str:
    """Return the words that say most: whole ones, none that is part of another."""
    whole = sorted((one for one in words if "+" not in one), key=len, reverse=True)
    told = [one for rank, one in enumerate(whole) if not any(one in longer for longer in whole[:rank])]
    return _(", ").join(told[:3]) or " ".join(words[:1])


def _in_language(name: Name) -> str:
    return in_language(name.zh, name.en)


def role_of(role: str) -> tuple[str, str]:
    """Return how a role is drawn and how it is called."""
    kind, words = ROLES.get(role, ROLES["system"])
    return kind, str(words)


KINDS = {
    "matter": gettext_lazy("a matter?"),
    "question": gettext_lazy("a question?"),
    "thanks": gettext_lazy("thanks?"),
    "small_talk": gettext_lazy("talk?"),
    "addition": gettext_lazy("an addition?"),
}


@register.filter
def message_kind(value: str) -> str:
    return str(KINDS.get(value, ""))


@register.filter
def per_cent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.0f} %"
