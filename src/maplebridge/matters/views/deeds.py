"""What may be done to a matter, as a table: who may, when it fits, which form it needs, which action it is."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from maplebridge.matters.actions import By
from maplebridge.matters.domain.workflow import CallOutStatus, State
from maplebridge.matters.models import CallOut, Matter
from maplebridge.matters.permissions import is_reporter, may_act_for, may_handle, may_oversee, visible_to
from maplebridge.matters.views import deed_forms as own
from maplebridge.people.domain.roles import Role
from maplebridge.people.domain.standing import Standing


@dataclass(slots=True)
class Reader:
    """Whoever opens a matter, with their rights on it, each looked up once."""

    standing: Standing
    matter: Matter
    reports: bool
    handles: bool
    oversees: bool
    orders: list[CallOut] = field(default_factory=list)

    @property
    def person_id(self) -> int:
        return self.standing.person

    @property
    def by(self) -> By:
        """Return how their deeds stand on the record."""
        if self.standing.has(Role.SUPERVISOR):
            return By(self.person_id, Role.SUPERVISOR.value)
        return By.of(self.standing)


def seen_by(standing: Standing, matter_id: int) -> Matter:
    """Return a matter that a person may see; for everybody else it does not exist."""
    related = ("category", "grid", "estate", "building", "owner", "asked_in", "merged_into", "split_from")
    found = visible_to(standing).select_related(*related).filter(pk=matter_id).first()
    if found is None:
        raise Http404
    return found


def reader_of(standing: Standing, matter: Matter, *, inside: bool) -> Reader:
    return Reader(
        standing=standing,
        matter=matter,
        reports=is_reporter(standing, matter),
        handles=inside and may_handle(standing, matter),
        oversees=inside and may_oversee(standing, matter),
        orders=list(matter.call_outs.select_related("agency").order_by("id")) if inside else [],
    )


# The parts of a matter that a deed may be done to now; [None] is the matter itself.
Targets = Callable[[Reader], Iterable[int | None]]


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing that may be done. `about` names what it is done to, where that is a part of the matter."""

    name: str
    button: Any
    icon: str
    form: own.MakesForm
    targets: Targets
    done: Any
    about: str = ""
    photos: bool = False
    template: str = "matters/_deed_fields.html"
    group: str = "handle"
    hint: Any = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """A deed that this reader may do now, with the address of its form."""

    name: str
    button: Any
    icon: str
    url: str
    group: str
    about: str
    of: int | None
    post_url: str
    needs_words: bool
    embedded: bool


ALSO_OFFLINE = ("answer", "resolve")  # their forms are in the page itself, for when there is no network
THE_MATTER = (None,)
NOTHING: tuple[int | None, ...] = ()


def _when(fits: Callable[[Reader], bool]) -> Targets:
    return lambda reader: THE_MATTER if fits(reader) else NOTHING


def _handles_in(*states: State) -> Targets:
    return _when(lambda reader: reader.handles and reader.matter.state in states)


def _oversees_open(reader: Reader) -> Iterable[int | None]:
    return THE_MATTER if reader.oversees and reader.matter.is_open else NOTHING


def _orders_in(*statuses: CallOutStatus, mine: bool) -> Targets:
    def targets(reader: Reader) -> Iterable[int | None]:
        for one in reader.orders:
            may = may_act_for(reader.standing, one) if mine else reader.handles
            if may and one.status in statuses and one.agency_id is not None and reader.matter.is_open:
                yield one.pk

    return targets


def _my_offers(reader: Reader) -> Iterable[int | None]:
    waiting = reader.matter.hand_overs.filter(
        to_person_id=reader.person_id, accepted_at=None, declined_at=None
    )
    return list(waiting.values_list("pk", flat=True)) if reader.matter.is_open else NOTHING


def _told_lines(reader: Reader) -> Iterable[int | None]:
    told = reader.oversees and reader.matter.entries.filter(public=True).exclude(text="").exists()
    return THE_MATTER if told else NOTHING


def _undecided_extensions(reader: Reader) -> Iterable[int | None]:
    if not reader.oversees:
        return NOTHING
    waiting = reader.matter.extensions.filter(decided_at=None).exclude(asked_by_id=reader.person_id)
    return list(waiting.values_list("pk", flat=True))


def _open_promises(reader: Reader) -> Iterable[int | None]:
    if not reader.handles or not reader.matter.is_open:
        return NOTHING
    return list(reader.matter.promises.filter(kept_at=None).values_list("pk", flat=True))


def _open_oversights(reader: Reader) -> Iterable[int | None]:
    if not reader.oversees:
        return NOTHING
    return list(reader.matter.oversights.filter(closed_at=None).values_list("pk", flat=True))


def _waiting_call_back(reader: Reader) -> Iterable[int | None]:
    from_others = (
        reader.matter.owner_id != reader.person_id and reader.matter.outcome_by_id != reader.person_id
    )
    if not reader.oversees or not from_others or reader.matter.is_open:
        return NOTHING
    call = getattr(reader.matter, "call_back", None)
    return [call.pk] if call is not None and call.done_at is None else NOTHING


def _asks_me(reader: Reader) -> bool:
    """The result is there, and this reporter has not said yet what they think of it."""
    if not reader.reports or reader.person_id in (reader.matter.owner_id, reader.matter.outcome_by_id):
        return False  # whoever handled it does not judge it
    given = reader.matter.feedback.filter(person_id=reader.person_id, round=reader.matter.reopened)
    return reader.matter.state in (State.RESOLVED, State.CLOSED) and not given.exists()


def _ended_otherwise(reader: Reader) -> bool:
    return reader.matter.outcome in ("withdrawn", "duplicate")


OPEN_STATES = (State.ASSIGNED, State.IN_HAND, State.PAUSED, State.DEFERRED)
DEEDS: tuple[Deed, ...] = (
    # Whoever reported it.
    Deed(
        "feedback",
        _("Say whether it is solved"),
        "star",
        own.feedback,
        _when(lambda reader: _asks_me(reader) and not _ended_otherwise(reader)),
        _("Thank you. We have noted what you say."),
        template="matters/_feedback_fields.html",
        group="resident",
    ),
    Deed(
        "add",
        _("Add something"),
        "camera",
        own.add,
        # Offered after the end too: `actions.add` knows where the words go then.
        _when(lambda reader: reader.reports and reader.matter.state != State.MERGED),
        _("Added. Whoever handles it sees it now."),
        photos=True,
        template="matters/_add_fields.html",
        group="resident",
    ),
    Deed(
        "withdraw",
        _("I do not need this any more"),
        "x",
        own.withdraw,
        _when(lambda reader: reader.reports and reader.matter.is_open),
        _("Taken back. Thank you for telling us."),
        group="resident",
    ),
    # Whoever is offered it, or called out to it.
    Deed(
        "accept_hand_over",
        _("Take it over"),
        "check",
        own.nothing,
        _my_offers,
        _("It is yours now."),
        about="hand_over",
        group="offered",
    ),
    Deed(
        "decline_hand_over",
        _("Cannot take it over"),
        "arrow-back-up",
        own.reason,
        _my_offers,
        _("Declined. It stays with whoever had it."),
        about="hand_over",
        group="offered",
    ),
    Deed(
        "accept_call_out",
        _("Accept"),
        "check",
        own.nothing,
        _orders_in(CallOutStatus.SENT, mine=True),
        _("Accepted. The time to handle it runs from now."),
        about="call_out",
        group="called",
    ),
    Deed(
        "report_done",
        _("Report as done"),
        "circle-check",
        own.done,
        _orders_in(CallOutStatus.SENT, CallOutStatus.ACCEPTED, mine=True),
        _("Reported. Whoever has the matter tells the resident the result."),
        about="call_out",
        photos=True,
        group="called",
    ),
    Deed(
        "refuse_call_out",
        _("Return it"),
        "arrow-back-up",
        own.refuse,
        _orders_in(CallOutStatus.SENT, CallOutStatus.ACCEPTED, mine=True),
        _("Returned with your reason."),
        about="call_out",
        group="called",
    ),
    # Whoever handles it.
    Deed(
        "no_danger",
        _("Nobody is in danger"),
        "shield-check",
        own.no_danger,
        _when(lambda reader: reader.handles and reader.matter.is_open and bool(reader.matter.emergency)),
        _("Noted. It is out of the command room; what was misread is learned from."),
        group="danger",
        hint=_("It goes out of the command room. The resident sees on the time line why."),
    ),
    Deed(
        "answer",
        _("Answer"),
        "message-circle",
        own.answer,
        _handles_in(*OPEN_STATES),
        _("Answered. It was posted where it was asked."),
        photos=True,
        hint=_("It is posted where it was asked. The first answer stops the clock."),
    ),
    Deed(
        "resolve",
        _("Give the result"),
        "circle-check",
        own.resolve,
        _handles_in(*OPEN_STATES),
        _("The result was posted, and the resident is asked whether it is solved."),
        photos=True,
        template="matters/_resolve_fields.html",
    ),
    Deed(
        "hand_over",
        _("Hand over"),
        "arrow-forward-up",
        own.hand_over,
        _handles_in(*OPEN_STATES),
        _("Offered. It stays yours until the other accepts."),
        template="matters/_choose_person.html",
    ),
    Deed(
        "call_out",
        _("Call out an agency"),
        "bell-ringing",
        own.call_out,
        _when(lambda reader: reader.handles and reader.matter.is_open and not reader.matter.confidential),
        _("Called out. Their clock runs."),
        template="matters/_choose_agency.html",
    ),
    Deed(
        "cancel_call_out",
        _("Not needed any more"),
        "x",
        own.nothing,
        _orders_in(CallOutStatus.SENT, CallOutStatus.ACCEPTED, mine=False),
        _("They were told that it is not needed any more."),
        about="call_out",
        group="order",
    ),
    Deed(
        "pause",
        _("Pause"),
        "player-pause",
        own.pause,
        _handles_in(State.IN_HAND),
        _("Paused. The resident sees why, and until when."),
    ),
    Deed(
        "resume",
        _("Go on"),
        "player-play",
        own.nothing,
        _handles_in(State.PAUSED, State.DEFERRED),
        _("It goes on; the deadline has moved by the length of the pause."),
    ),
    Deed(
        "defer",
        _("Cannot be done now"),
        "hourglass",
        own.defer,
        _handles_in(State.IN_HAND),
        _("It is on the list of what cannot be done now, with a date of review."),
    ),
    Deed(
        "ask_extension",
        _("Ask for more time"),
        "clock",
        own.extend,
        _when(
            lambda reader: (
                reader.handles
                and reader.matter.state == State.IN_HAND
                and not reader.matter.extensions.filter(decided_at=None).exists()
            )
        ),
        _("Asked. A supervisor decides."),
    ),
    Deed(
        "sort",
        _("Sort"),
        "tags",
        own.sort,
        _handles_in(*OPEN_STATES),
        _("Sorted. What the product had thought is kept for its training."),
        template="matters/_sort_fields.html",
    ),
    Deed(
        "merge",
        _("Same as another"),
        "arrow-merge",
        own.merge,
        _handles_in(*OPEN_STATES),
        _("They go on together; everybody who reported it gets every answer."),
        template="matters/_merge_fields.html",
    ),
    Deed(
        "split",
        _("Divide into parts"),
        "arrows-split",
        own.split,
        _when(
            lambda reader: reader.handles and reader.matter.is_open and reader.matter.split_from_id is None
        ),
        _("Divided. Each part has its own clock."),
    ),
    # Whoever oversees it.
    Deed(
        "chase", _("Chase"), "bell", own.chase, _oversees_open, _("Chased, on the record."), group="oversee"
    ),
    Deed(
        "order",
        _("Supervision order"),
        "gavel",
        own.order,
        _oversees_open,
        _("The order was issued."),
        group="oversee",
    ),
    Deed(
        "consult",
        _("Joint consultation"),
        "users-group",
        own.consult,
        _oversees_open,
        _("They are called together. It is open until its minutes are written."),
        group="oversee",
    ),
    Deed(
        "hide_words",
        _("Hide words"),
        "eye-off",
        own.hide_words,
        _told_lines,
        _("The words are gone, here and in the conversation."),
        group="oversee",
        hint=_(
            "For names, numbers and whatever else of somebody should not be read. The words are deleted here and where"
            " they were posted; that cannot be undone, and stays on the record."
        ),
    ),
    Deed(
        "assign_owner",
        _("Decide who has it"),
        "user-check",
        own.assign,
        _when(lambda reader: reader.oversees and reader.matter.is_open and reader.matter.under_oversight),
        _("Decided. It is theirs from now on."),
        template="matters/_choose_person.html",
        group="oversee",
    ),
    Deed(
        "end_oversight",
        _("Write down what came of it"),
        "clipboard-check",
        own.end_oversight,
        _open_oversights,
        _("Written down."),
        about="oversight",
        group="part",
    ),
    Deed(
        "grant_extension",
        _("Give more time"),
        "check",
        own.nothing,
        _undecided_extensions,
        _("More time was given."),
        about="extension",
        group="part",
    ),
    Deed(
        "refuse_extension",
        _("Give no more time"),
        "x",
        own.nothing,
        _undecided_extensions,
        _("No more time was given."),
        about="extension",
        group="part",
    ),
    Deed(
        "take_back_promise",
        _("Not a promise"),
        "x",
        own.nothing,
        _open_promises,
        _("It is no promise any more."),
        about="promise",
        group="part",
    ),
    Deed(
        "move_promise",
        _("Another time"),
        "clock",
        own.move_promise,
        _open_promises,
        _("The promise has another time."),
        about="promise",
        group="part",
    ),
    Deed(
        "finish_call_back",
        _("Note the call-back"),
        "phone-call",
        own.call_back,
        _waiting_call_back,
        _("Noted. Thank you for calling."),
        about="call_back",
        template="matters/_feedback_fields.html",
        group="oversee",
    ),
)
BY_NAME: Mapping[str, Deed] = {one.name: one for one in DEEDS}


def offers_for(reader: Reader) -> list[Offer]:
    """Return what this reader may do now, in the order of the table."""
    return [_offer(deed, reader.matter, of) for deed in DEEDS for of in deed.targets(reader)]


def _offer(deed: Deed, matter: Matter, of: int | None) -> Offer:
    url = reverse("matter_deed", args=[matter.pk, deed.name])
    return Offer(
        name=deed.name,
        button=deed.button,
        icon=deed.icon,
        url=f"{url}?{urlencode({'of': of})}" if of is not None else url,
        group=deed.group,
        about=deed.about,
        of=of,
        post_url=url,
        needs_words=deed.form is not own.nothing,
        embedded=deed.name in ALSO_OFFLINE,
    )


def is_offered(deed: Deed, reader: Reader, of: int | None) -> bool:
    return of in list(deed.targets(reader))
