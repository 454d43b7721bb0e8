"""The agreement, what follows from it, and the ends without one."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

from django import forms as django_forms
from django.utils.translation import gettext_lazy as _

from maplebridge.mediation import actions, queries
from maplebridge.mediation import forms as ask
from maplebridge.mediation.domain.amounts import split_evenly
from maplebridge.mediation.domain.workflow import EndedBecause, OtherWay, State
from maplebridge.mediation.models import Agreement
from maplebridge.mediation.templatetags import mediation_words as words
from maplebridge.mediation.views.deed import NOTHING, Data, Deed, Fields, plain, when, works_in
from maplebridge.mediation.views.reader import Reader

# -- agreement


def _draft_fields(reader: Reader, of: int) -> Fields:
    return {
        "form": ask.choice(_("How?"), ask.of(words.FORMS), radio=True),
        "facts": ask.text(_("Main facts and the point at issue"), required=False, rows=3),
        "terms": ask.text(_("What the sides agree on: what, how, by when"), rows=5),
        "amount_cents": ask.money(_("Sum to be paid")),
        "payer": ask.choice(_("Who performs?"), reader.side_choices),
        "parts": ask.number(_("In how many installments?"), least=0, most=60, start=1),
        "first_due": ask.day(_("The first falls due on"), required=False),
        "every_days": ask.number(_("Then every so many days"), least=1, most=366, start=30, required=False),
    }


def _draft(reader: Reader, data: Data, of: int) -> None:
    actions.draft(
        dispute_id=reader.dispute.pk,
        form=data["form"],
        facts=data["facts"],
        terms=data["terms"],
        amount_cents=data["amount_cents"],
        parts=_parts(reader, data),
        by=reader.by,
        now=reader.now,
    )


def _parts(reader: Reader, data: Data) -> list[actions.Part]:
    """Return equal installments, exact to the cent; of what is only done there is one, without a sum."""
    count, cents = data["parts"], data["amount_cents"] or 0
    if not count and not cents:
        return []
    first, side = data["first_due"] or reader.today, int(data["payer"])
    shares = split_evenly(cents, max(count, 1)) if cents else [0]
    apart = timedelta(days=data["every_days"] or 30)
    return [
        actions.Part(side, first + apart * number, share, "" if share else data["terms"][:200])
        for number, share in enumerate(shares)
    ]


def _draft_waiting(reader: Reader) -> Iterable[int | None]:
    one = reader.agreement
    if one is None or one.effective_at is not None or not (reader.works and reader.is_in(State.IN_MEDIATION)):
        return NOTHING
    return [one.pk] if _signers(reader, one) else NOTHING


def _sign_fields(reader: Reader, of: int) -> Fields:
    agreement = Agreement.objects.get(pk=of)
    return {
        "who": ask.choice(_("Who signs?"), _signers(reader, agreement), radio=True),
        "how": ask.choice(_("How?"), _ways_to_sign(reader, agreement), radio=True),
    }


def _signers(reader: Reader, agreement: Agreement) -> list[tuple[str, str]]:
    waits = queries.unsigned(agreement)
    signed = set(agreement.signatures.values_list("party_id", flat=True))
    names = {one.id: one for one in reader.parties}
    speaking = [
        one for one in reader.parties if one.id in waits.parties or one.speaks_for_id in waits.parties
    ]
    signers = [
        (f"party:{one.id}", f"{words.side_name(_number(reader, one.side_id))} {one.name}")
        for one in speaking
        if one.id in names and one.id not in signed
    ]
    if waits.mediator:
        signers += [(f"mediator:{one.mediator_id}", str(one.mediator.person)) for one in reader.parts]
    if waits.committee and reader.dispute.committee is not None:
        signers.append((f"committee:{reader.dispute.committee_id}", reader.dispute.committee.name))
    return signers


def _number(reader: Reader, side_id: int) -> int:
    return next(one.number for one in reader.sides if one.pk == side_id)


def _ways_to_sign(reader: Reader, agreement: Agreement) -> list[tuple[str, Any]]:
    """Return the ways that the form leaves: by word of mouth only what is agreed by word of mouth."""
    return [one for one in words.HOW.items() if one[0] != "spoken" or agreement.form == "oral"]


def _sign(reader: Reader, data: Data, of: int) -> None:
    kind, _colon, id = data["who"].partition(":")
    actions.sign(
        agreement_id=of,
        how=data["how"],
        party_id=int(id) if kind == "party" else None,
        mediator_id=int(id) if kind == "mediator" else None,
        committee_id=int(id) if kind == "committee" else None,
        by=reader.by,
        now=reader.now,
    )


def _open_parts(reader: Reader) -> Iterable[int | None]:
    if not (reader.works and reader.binding and reader.is_in(State.AGREED, State.BROKEN)):
        return NOTHING
    return list(
        queries.installments_of(reader.binding.pk).filter(performed_at=None).values_list("pk", flat=True)
    )


def _performs_whole(reader: Reader) -> bool:
    if not (reader.works and reader.binding and reader.is_in(State.AGREED, State.BROKEN)):
        return False
    return not reader.binding.installments.filter(performed_at=None).exists()


def _due_revisits(reader: Reader) -> Iterable[int | None]:
    if not reader.revisits or reader.binding is None:
        return NOTHING
    due = queries.revisits_of(reader.binding.pk).filter(done_at=None, due_on__lte=reader.today)
    return list(due.values_list("pk", flat=True))


def _revisit_fields(reader: Reader, of: int) -> Fields:
    return {
        "performed": ask.choice(_("Was the agreement performed?"), ask.of(words.PERFORMED), radio=True),
        "satisfied": ask.choice(
            _("How satisfied are they?"),
            [
                ("5", _("very")),
                ("4", _("rather")),
                ("3", _("so so")),
                ("2", _("little")),
                ("1", _("not at all")),
            ],
            required=False,
            help_text=_("Leave it empty where nobody said."),
        ),
        "words": ask.text(_("What they say"), required=False, rows=3),
    }


def _revisit(reader: Reader, data: Data, of: int) -> None:
    actions.revisit(
        revisit_id=of,
        performed=data["performed"],
        satisfied=int(data["satisfied"]) if data["satisfied"] else None,
        words=data["words"],
        by=reader.by,
        now=reader.now,
    )


def _confirmable(reader: Reader) -> bool:
    if not (reader.works and reader.binding and queries.confirmation_allowed(reader.dispute)):
        return False
    days = queries.mediation_rules(reader.today).confirmation_days
    effective = reader.binding.effective_at
    soon = effective is not None and (reader.now - effective).days <= days
    return soon and queries.confirmation_of(reader.binding.pk) is None


def _confirmation_waiting(reader: Reader) -> Iterable[int | None]:
    asked = queries.confirmation_of(reader.binding.pk) if reader.works and reader.binding else None
    return [asked.pk] if asked is not None and asked.decided_at is None else NOTHING


# -- endings


def _ending_fields(reasons: Iterable[EndedBecause], *, ways: bool) -> Callable[[Reader, int], Fields]:
    named = [(one, words.BECAUSE[one]) for one in reasons]

    def fields(reader: Reader, of: int) -> Fields:
        asked: dict[str, django_forms.Field] = {"because": ask.choice(_("Why?"), named)}
        if ways:
            asked["other_ways"] = ask.several(
                _("Which other ways were explained?"), ask.of(words.WAYS), required=True
            )
        return asked | {"words": ask.text(_("Further words"), required=False, rows=2)}

    return fields


def _end(action: Callable[..., Any], *, ways: bool) -> Callable[[Reader, Data, int], None]:
    def act(reader: Reader, data: Data, of: int) -> None:
        more = {"other_ways": [OtherWay(one) for one in data["other_ways"]]} if ways else {}
        action(
            dispute_id=reader.dispute.pk,
            because=EndedBecause(data["because"]),
            words=data["words"],
            by=reader.by,
            now=reader.now,
            **more,
        )

    return act


REFUSING = (EndedBecause.NOT_FOR_MEDIATION, EndedBecause.DECIDED_ELSEWHERE, EndedBecause.NO_RIGHT)
FAILING = (
    EndedBecause.APART,
    EndedBecause.TIME_OVER,
    EndedBecause.SIDE_AWAY,
    EndedBecause.DECIDED_ELSEWHERE,
)
WITHDRAWING = (EndedBecause.TAKEN_BACK, EndedBecause.SETTLED_ALONE)


SETTLING: tuple[Deed, ...] = (
    Deed(
        "draft",
        _("Draft the agreement"),
        "file-text",
        _draft,
        works_in(State.IN_MEDIATION),
        _draft_fields,
        lambda r, of: {"form": "written"},
        group="main",
    ),
    Deed(
        "sign",
        _("Note a signature"),
        "signature",
        _sign,
        _draft_waiting,
        _sign_fields,
        None,
        "agreement",
        "main",
    ),
    Deed(
        "perform",
        _("Performed"),
        "circle-check",
        plain(actions.perform, "installment_id"),
        _open_parts,
        None,
        None,
        "installment",
        "part",
    ),
    Deed(
        "perform_whole",
        _("All of it was performed"),
        "circle-check",
        plain(actions.perform_whole),
        when(_performs_whole),
        group="main",
    ),
    Deed(
        "revisit",
        _("Note the revisit"),
        "home-question",
        _revisit,
        _due_revisits,
        _revisit_fields,
        None,
        "revisit",
        "main",
    ),
    Deed("reopen", _("Mediate anew"), "refresh", plain(actions.reopen), works_in(State.BROKEN), group="main"),
    Deed(
        "confirmation",
        _("Ask a court to confirm"),
        "certificate",
        plain(actions.ask_confirmation),
        when(_confirmable),
        lambda r, of: {"court": ask.line(_("Which court?"))},
        group="work",
        hint=_("Both sides ask together, within 30 days of the agreement (People's Mediation Law, art. 33)."),
    ),
    Deed(
        "decide",
        _("The court has decided"),
        "gavel",
        plain(actions.decide_confirmation, "confirmation_id"),
        _confirmation_waiting,
        lambda r, of: {
            "result": ask.choice(_("How?"), ask.of(words.RESULTS)),
            "decision_number": ask.line(_("Number of the decision"), required=False),
        },
        None,
        "confirmation",
        "work",
    ),
    Deed(
        "break",
        _("Not kept"),
        "alert-triangle",
        plain(actions.break_agreement),
        works_in(State.AGREED, State.PERFORMED),
        lambda r, of: {"words": ask.text(_("What was not kept?"), rows=2)},
        group="more",
    ),
    Deed(
        "fail",
        _("End without an agreement"),
        "door-enter",
        _end(actions.fail, ways=True),
        works_in(State.IN_MEDIATION, State.BROKEN),
        _ending_fields(FAILING, ways=True),
        group="more",
        hint=_("Explain the other ways to every side first (art. 26)."),
    ),
    Deed(
        "refuse",
        _("Not to be mediated"),
        "ban",
        _end(actions.refuse, ways=True),
        when(lambda r: r.works and r.is_open),
        _ending_fields(REFUSING, ways=True),
        group="more",
    ),
    Deed(
        "withdraw",
        _("Given up"),
        "x",
        _end(actions.withdraw, ways=False),
        when(lambda r: r.works and r.is_open),
        _ending_fields(WITHDRAWING, ways=False),
        group="more",
    ),
)
