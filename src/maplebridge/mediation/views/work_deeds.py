"""What is said, put on file, offered and promised, each for a stated audience."""

from collections.abc import Iterable

from django import forms as django_forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from maplebridge.mediation import actions, queries
from maplebridge.mediation import forms as ask
from maplebridge.mediation.domain.workflow import State
from maplebridge.mediation.models import Offer
from maplebridge.mediation.templatetags import mediation_words as words
from maplebridge.mediation.views.deed import NOTHING, Data, Deed, Fields, plain, when
from maplebridge.mediation.views.enclosures import Brought, brought
from maplebridge.mediation.views.reader import Reader, audience_of

# -- said, shown, offered, promised


def _for_whom(reader: Reader) -> django_forms.ChoiceField:
    return ask.choice(_("Who may know it?"), reader.audience_choices, radio=True)


def _say_fields(reader: Reader, of: int) -> Fields:
    everybody = [(str(one.id), one.name) for one in reader.parties]
    return {
        "audience": _for_whom(reader),
        "text": ask.text(_("What was said?"), rows=4),
        "party": ask.choice(_("Whose words?"), everybody, required=False, help_text=_("Empty: your own.")),
    }


def _say(reader: Reader, data: Data, of: int) -> None:
    audience, side_id = audience_of(data["audience"])
    actions.say(
        dispute_id=reader.dispute.pk,
        text=data["text"],
        audience=audience,
        side_id=side_id,
        party_id=int(data["party"]) if data["party"] else None,
        by=reader.by,
        now=reader.now,
    )


def _exhibit_fields(reader: Reader, of: int) -> Fields:
    return {
        "audience": _for_whom(reader),
        "kind": ask.choice(pgettext_lazy("exhibit", "What is it?"), ask.of(words.EXHIBITS)),
        "title": ask.line(_("Title")),
        "text": ask.text(
            _("What was found, or what it says"),
            rows=5,
            required=False,
            help_text=_("Or a photo or a PDF of it."),
        ),
    }


def _keep_exhibit(reader: Reader, data: Data, of: int) -> None:
    """Keep a paper with its pictures and PDFs: the words stand with the first, all have one audience."""
    audience, side_id = audience_of(data["audience"])
    for number, one in enumerate(brought(data["photos"], data["pdfs"]) or [Brought()], start=1):
        actions.keep_exhibit(
            dispute_id=reader.dispute.pk,
            kind=data["kind"],
            title=data["title"] if number == 1 else f"{data['title']} ({number})",
            text=data["text"] if number == 1 else "",
            **one,
            audience=audience,
            side_id=side_id,
            by=reader.by,
            now=reader.now,
        )


def _offer_fields(reader: Reader, of: int) -> Fields:
    return {
        "by_side": ask.choice(
            _("Whose offer?"),
            [("", _("the mediators propose it")), *reader.side_choices],
            radio=True,
            required=False,
        ),
        "terms": ask.text(_("What is offered?"), rows=3),
        "amount_cents": ask.money(_("Sum")),
        "audience": _for_whom(reader),
    }


def _offer(reader: Reader, data: Data, of: int) -> None:
    audience, side_id = audience_of(data["audience"])
    actions.offer(
        dispute_id=reader.dispute.pk,
        by_side_id=int(data["by_side"]) if data["by_side"] else None,
        terms=data["terms"],
        amount_cents=data["amount_cents"],
        audience=audience,
        side_id=side_id,
        counter_to_id=of or None,
        by=reader.by,
        now=reader.now,
    )


def _open_offers(reader: Reader) -> list[Offer]:
    if not (reader.works and reader.runs):
        return []
    return list(queries.offers_for(reader.viewer, reader.dispute.pk).filter(taken_back_at=None))


def _answer_fields(reader: Reader, of: int) -> Fields:
    return {
        "side": ask.choice(_("Which side?"), reader.side_choices, radio=True),
        "accepts": ask.choice(
            _("What does it say?"), [("yes", _("accepts")), ("no", _("declines"))], radio=True
        ),
        "to_all": ask.tick(_("It wants the other side to know")),
        "words": ask.text(_("In their words"), required=False, rows=2),
    }


def _answer(reader: Reader, data: Data, of: int) -> None:
    audience, _side = audience_of("both" if data["to_all"] else "side")
    actions.answer_offer(
        offer_id=of,
        by_side_id=int(data["side"]),
        accepts=data["accepts"] == "yes",
        audience=audience,
        words=data["words"],
        by=reader.by,
        now=reader.now,
    )


def _promise_fields(reader: Reader, of: int) -> Fields:
    return {
        "by_side": ask.choice(
            _("Who promises?"), [("", _("I do")), *reader.side_choices], radio=True, required=False
        ),
        "text": ask.text(_("What?"), rows=2),
        "due_at": ask.moment(_("By when?")),
        "audience": _for_whom(reader),
    }


def _promise(reader: Reader, data: Data, of: int) -> None:
    audience, side_id = audience_of(data["audience"])
    actions.promise(
        dispute_id=reader.dispute.pk,
        by_side_id=int(data["by_side"]) if data["by_side"] else None,
        text=data["text"],
        due_at=data["due_at"],
        audience=audience,
        side_id=side_id,
        by=reader.by,
        now=reader.now,
    )


def _unkept(reader: Reader) -> Iterable[int | None]:
    if not reader.works:
        return NOTHING
    open_ones = queries.promises_for(reader.viewer, reader.dispute.pk).filter(kept_at=None)
    return list(open_ones.values_list("pk", flat=True))


WORK: tuple[Deed, ...] = (
    Deed(
        "say",
        _("Write down what was said"),
        "message-plus",
        _say,
        when(lambda r: r.works and r.runs),
        _say_fields,
        lambda r, of: {"audience": "mediators"},
        group="work",
    ),
    Deed(
        "exhibit",
        _("Put something on file"),
        "file-plus",
        _keep_exhibit,
        when(lambda r: r.works and not r.is_in(State.REFERRED, State.REFUSED, State.WITHDRAWN, State.FAILED)),
        _exhibit_fields,
        lambda r, of: {"audience": "mediators"},
        group="work",
        photos=True,
    ),
    Deed(
        "offer",
        _("Note an offer"),
        "cash",
        _offer,
        when(lambda r: r.works and r.runs),
        _offer_fields,
        lambda r, of: {"audience": "mediators"},
        group="work",
    ),
    Deed(
        "counter",
        _("Counter-offer"),
        "arrow-back-up",
        _offer,
        lambda r: [one.pk for one in _open_offers(r)],
        _offer_fields,
        lambda r, of: {"audience": "mediators"},
        "offer",
        "part",
    ),
    Deed(
        "answer_offer",
        _("What a side says"),
        "message-circle",
        _answer,
        lambda r: [one.pk for one in _open_offers(r) if one.audience != "mediators"],
        _answer_fields,
        None,
        "offer",
        "part",
    ),
    Deed(
        "open_offer",
        _("Tell it to all"),
        "speakerphone",
        plain(actions.open_offer, "offer_id"),
        lambda r: [one.pk for one in _open_offers(r) if one.audience != "both"],
        None,
        None,
        "offer",
        "part",
    ),
    Deed(
        "take_back",
        _("Taken back"),
        "x",
        plain(actions.take_back_offer, "offer_id"),
        lambda r: [one.pk for one in _open_offers(r)],
        None,
        None,
        "offer",
        "part",
    ),
    Deed(
        "promise",
        _("Note a promise"),
        "alarm",
        _promise,
        when(lambda r: r.works and r.is_open),
        _promise_fields,
        lambda r, of: {"audience": "both"},
        group="work",
    ),
    Deed(
        "kept",
        _("Kept"),
        "check",
        plain(actions.keep_promise, "promise_id"),
        _unkept,
        None,
        None,
        "promise",
        "part",
    ),
)
