"""The page of a dispute: where it stands, the next step, who is in it, what was said as far as the reader hears it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from maplebridge.kernel.text import id_in
from maplebridge.mediation import actions, forms, queries
from maplebridge.mediation.domain.amounts import AmountRefused
from maplebridge.mediation.domain.enclosures import PdfRefused
from maplebridge.mediation.domain.workflow import TransitionNotAllowed
from maplebridge.mediation.models import Side
from maplebridge.mediation.permissions import opens_desk, reads_figures
from maplebridge.mediation.templatetags.mediation_words import obstacle_words, refusal_words
from maplebridge.mediation.views.deed import Deed, OfferedDeed
from maplebridge.mediation.views.deeds import BY_NAME, offered
from maplebridge.mediation.views.enclosures import sent_pdfs
from maplebridge.mediation.views.reader import Reader, reader_of
from maplebridge.people.permissions import allow, standing_of
from maplebridge.platform import photos

LONGEST_LINE = 200


@allow(opens_desk)
@never_cache
@require_GET
def dispute(request: HttpRequest, dispute_id: int) -> HttpResponse:
    return render(request, "mediation/dispute.html", page_of(reader_of(standing_of(request), dispute_id)))


def page_of(reader: Reader) -> dict[str, Any]:
    """Return what the page shows; all that was said comes through the gate of `queries.heard`."""
    one, viewer = reader.dispute, reader.viewer
    may_do = offered(reader)
    main = [deed for deed in may_do if deed.deed.group == "main"]
    early = [deed for deed in may_do if deed.deed.group == "early"]
    missing = queries.obstacles(one, reader.now) if reader.is_in("found") else []  # type: ignore[arg-type]
    stay = queries.stay_now(one.pk)
    agreement = reader.agreement if reader.may_read_agreement else None
    conflicts = queries.conflicts_of(one.pk, [part.mediator for part in reader.parts])
    return {
        "now": reader.now,
        "reader": reader,
        "dispute": one,
        "number": queries.file_number(one, reader.today),
        "clock": queries.clock_of(one),
        "tier_clock": queries.tier_clock(stay) if stay is not None and reader.runs else None,
        "stays": list(queries.stays_of(one.pk)),
        "sides": [_side(reader, side, may_do) for side in reader.sides],
        "missing": [obstacle_words(found.obstacle) for found in missing if found.side_id is None],
        "missing_of": {
            side.pk: [obstacle_words(found.obstacle) for found in missing if found.side_id == side.pk]
            for side in reader.sides
        },
        "main": main,
        "early": early,
        "work": [deed for deed in may_do if deed.deed.group == "work"],
        "more": [deed for deed in may_do if deed.deed.group == "more"],
        "parts": [
            {
                "part": part,
                "conflicts": list(dict.fromkeys(found.kind for found in conflicts[part.mediator_id])),
                "deeds": _about(may_do, "assignment", part.pk),
            }
            for part in reader.parts
        ],
        "declarations": list(queries.declarations_of(one.pk)) if reader.works or reader.assigns else [],
        "sessions": _with_deeds(
            queries.sessions_for(viewer, one.pk).filter(canceled_at=None), may_do, "session"
        ),
        "offers": [
            {"row": row, "deeds": _about(may_do, "offer", row.offer.pk)}
            for row in queries.offers_table(viewer, one.pk)
        ],
        "promises": _with_deeds(queries.promises_for(viewer, one.pk), may_do, "promise"),
        "utterances": list(queries.utterances_for(viewer, one.pk).order_by("-id")[:LONGEST_LINE])[::-1],
        "exhibits": list(queries.exhibits_for(viewer, one.pk)),
        "lines": list(queries.time_line_for(viewer, one.pk).order_by("-id")[:LONGEST_LINE])[::-1],
        "deeds_only": [] if viewer.mediates else queries.deeds_of(one.pk),
        "agreement": agreement,
        "installments": _with_deeds(queries.installments_of(agreement.pk), may_do, "installment")
        if agreement
        else [],
        "revisits": list(queries.revisits_of(agreement.pk)) if agreement else [],
        "confirmation": queries.confirmation_of(agreement.pk) if agreement else None,
        "unsigned": queries.unsigned(agreement) if agreement and agreement.effective_at is None else None,
        "extension": queries.extension_asked(one.pk) if reader.works else None,
        "extension_deeds": [deed for deed in may_do if deed.deed.about == "extension"],
        "invitations": _with_deeds(queries.invitations_of(one.pk), may_do, "invitation")
        if reader.works
        else [],
        "may_save_record": reader.may_reveal and not one.confidential and reads_figures(reader.standing),
        "readings": list(queries.readings_of(one.pk)[:20]) if reader.works else [],
        # What happens in a dispute is told to those who hear it; others read the page as it was when they opened it.
        "page_topics": f"dispute:{one.pk}" if viewer.mediates else "",
    }


@dataclass(frozen=True, slots=True)
class ShownSide:
    side: Side
    parties: list[dict[str, Any]]
    deeds: list[OfferedDeed]


def _side(reader: Reader, side: Side, may_do: Sequence[OfferedDeed]) -> ShownSide:
    parties = [
        {"party": one, "deeds": _about(may_do, "party", one.id)}
        for one in reader.parties
        if one.side_id == side.pk
    ]
    return ShownSide(side, parties, _about(may_do, "side", side.pk))


def _about(may_do: Sequence[OfferedDeed], about: str, of: int) -> list[OfferedDeed]:
    """Return what may be done to one part of the dispute."""
    return [one for one in may_do if one.deed.about == about and one.of == of]


def _with_deeds(rows: Any, may_do: Sequence[OfferedDeed], about: str) -> list[dict[str, Any]]:
    return [{"one": row, "deeds": _about(may_do, about, row.pk)} for row in rows]


@allow(opens_desk)
@never_cache
@require_http_methods(["GET", "POST"])
def deed(request: HttpRequest, dispute_id: int, name: str) -> HttpResponse:
    """Ask what a deed needs, and do it. What somebody else has made impossible meanwhile is said, and nothing done."""
    reader = reader_of(standing_of(request), dispute_id)
    chosen = BY_NAME.get(name)
    if chosen is None:
        raise Http404
    of = id_in(request.POST.get("of") or request.GET.get("of", ""))
    if of not in list(chosen.targets(reader)):
        return _too_late(request, reader)
    if request.method == "GET":
        return _show(request, reader, chosen, of, _form(chosen, reader, of))
    form = _form(chosen, reader, of, request.POST)
    if not form.is_valid():
        return _show(request, reader, chosen, of, form, status=422)
    try:
        kept = _brought(request, reader) if chosen.photos else {}
        chosen.act(reader, {**form.cleaned_data, **kept}, of or 0)
    except (actions.NotAllowed, AmountRefused) as refusal:
        return _refused(request, reader, chosen, of, form, refusal_words(refusal.code))
    except photos.PhotoRefused as refusal:
        return _refused(request, reader, chosen, of, form, refusal.words)
    except PdfRefused as refusal:
        return _refused(request, reader, chosen, of, form, refusal_words(f"pdf_{refusal.code}"))
    except TransitionNotAllowed:
        return _refused(request, reader, chosen, of, form, refusal_words("not_now"))
    return redirect("dispute", dispute_id)


def _brought(request: HttpRequest, reader: Reader) -> dict[str, Any]:
    """Return the pictures and PDFs that came with a form; one that is refused keeps all the others out."""
    pdfs = sent_pdfs(request)
    return {"photos": photos.keep_sent(request, now=reader.now), "pdfs": pdfs}


def _form(chosen: Deed, reader: Reader, of: int | None, data: Any = None) -> Any:
    fields = chosen.fields(reader, of or 0) if chosen.fields is not None else {}
    start = dict(chosen.start(reader, of or 0)) if chosen.start is not None else {}
    return forms.form_class(fields)(data, initial=start)


def _too_late(request: HttpRequest, reader: Reader) -> HttpResponse:
    """Tell somebody whose deed does not fit any more: the second of two who close at once, for one."""
    code = "not_now" if reader.is_open else "dispute_not_open"
    messages.warning(request, refusal_words(code))
    return redirect("dispute", reader.dispute.pk)


def _refused(
    request: HttpRequest, reader: Reader, chosen: Deed, of: int | None, form: Any, wrong: str
) -> HttpResponse:
    if not form.fields:
        messages.warning(request, wrong)
        return redirect("dispute", reader.dispute.pk)
    form.add_error(None, wrong)
    return _show(request, reader, chosen, of, form, status=422)


def _show(
    request: HttpRequest, reader: Reader, chosen: Deed, of: int | None, form: Any, *, status: int = 200
) -> HttpResponse:
    context = {
        "now": reader.now,
        "dispute": reader.dispute,
        "number": queries.file_number(reader.dispute, reader.today),
        "deed": chosen,
        "of": of,
        "form": form,
        "draft": f"dispute-{reader.dispute.pk}-{chosen.name}-{of or ''}",
    }
    return render(request, "mediation/deed.html", context, status=status)


@allow(opens_desk)
@require_POST
def reveal(request: HttpRequest, dispute_id: int) -> HttpResponse:
    """Show names, numbers and addresses to whoever may read them, and log that they were read."""
    reader = reader_of(standing_of(request), dispute_id)
    if not reader.may_reveal:
        raise Http404
    purpose = "mediating" if reader.takes_in else "revisiting"
    shown = actions.reveal_parties(dispute_id=dispute_id, purpose=purpose, by=reader.by, now=reader.now)
    numbers = {one.pk: one.number for one in reader.sides}
    parties = [{"number": numbers[one.side_id], "party": one} for one in shown]
    return render(request, "mediation/_revealed.html", {"parties": parties, "dispute": reader.dispute})
