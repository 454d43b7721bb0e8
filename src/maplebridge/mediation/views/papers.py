"""The papers of a dispute: which there are and what is missing, Word and PDF, edited, sealed, and checked."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from urllib.parse import quote

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from maplebridge.mediation import actions, queries
from maplebridge.mediation.actions import By
from maplebridge.mediation.domain.papers import BY_CODE, Need, Standing
from maplebridge.mediation.models import Document
from maplebridge.mediation.permissions import disputes_of_party, opens_desk
from maplebridge.mediation.queries.casefile import standings_of
from maplebridge.mediation.queries.documents import (
    BOUND,
    Versions,
    check_sealed,
    documents_of,
    is_for_sides,
    sealed_as,
    versions_of,
)
from maplebridge.mediation.queries.papers import NEVER_EDITED
from maplebridge.mediation.templatetags.paper_words import paper_refusal
from maplebridge.mediation.views.reader import Reader, reader_of
from maplebridge.people.permissions import allow, me_of, signed_in, standing_of
from maplebridge.platform.documents import DocumentsUnavailable, GlyphsMissing
from maplebridge.platform.word import MOST_BYTES

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PDF = "application/pdf"


@dataclass(frozen=True, slots=True)
class ShownPaper:
    standing: Standing
    versions: Versions

    @property
    def code(self) -> str:
        return self.standing.form.code

    @property
    def required(self) -> bool:
        return self.standing.form.need == Need.REQUIRED

    @property
    def may_be_edited(self) -> bool:
        return self.standing.printable and self.standing.form.code not in NEVER_EDITED


@allow(opens_desk)
@never_cache
@require_GET
def papers(request: HttpRequest, dispute_id: int) -> HttpResponse:
    """Show which papers the file has, what each lacks, and what was edited and sealed."""
    reader = _worker(request, dispute_id)
    if reader.dispute.erased_at is not None:
        return redirect("check_papers", dispute_id)
    versions = versions_of(dispute_id)
    shown = [
        ShownPaper(one, versions.get(one.form.code, Versions()))
        for one in standings_of(dispute_id, now=reader.now)
        if one.form.listed  # the covers and the contents are made with the whole
    ]
    return render(
        request,
        "mediation/papers.html",
        {
            "now": reader.now,
            "dispute": reader.dispute,
            "number": queries.file_number(reader.dispute, reader.today),
            "papers": shown,
            "missing": sum(one.required and not one.standing.complete for one in shown),
            "bound": versions.get(BOUND, Versions()),
            "concluded": reader.dispute.concluded_at is not None,
            "on_screen": queries.electronic_signature_allowed(reader.dispute),
        },
    )


@allow(opens_desk)
@never_cache
@require_GET
def paper_file(request: HttpRequest, dispute_id: int, code: str, form: str) -> HttpResponse:
    """Give out a paper as Word to be edited, or as the PDF that it would be."""
    reader = _worker(request, dispute_id)
    if form not in ("docx", "pdf"):
        raise Http404
    if form == "docx":
        return _given(request, reader, code, form, lambda by, now: _word_of(dispute_id, code, by, now))
    return _given(request, reader, code, form, lambda by, now: _pdf_of(dispute_id, code, by, now))


def _word_of(dispute_id: int, code: str, by: By, now: datetime) -> bytes:
    return actions.print_word(dispute_id=dispute_id, code=code, by=by, now=now)


def _pdf_of(dispute_id: int, code: str, by: By, now: datetime) -> bytes:
    return actions.print_pdf(dispute_id=dispute_id, code=code, by=by, now=now)


@allow(opens_desk)
@require_POST
def take_in_paper(request: HttpRequest, dispute_id: int, code: str) -> HttpResponse:
    """Take in a paper that was edited in Word."""
    reader = _worker(request, dispute_id)
    if (sent := _sent(request)) is None:
        messages.warning(request, paper_refusal("file_needed"))
        return redirect("dispute_papers", dispute_id)
    return _done(
        request,
        reader,
        lambda: actions.take_in_word(
            dispute_id=dispute_id, code=code, data=sent, by=reader.by, now=reader.now
        ),
        _("Taken in. This text is printed from now on."),
    )


@allow(opens_desk)
@require_POST
def drop_edited_paper(request: HttpRequest, dispute_id: int, code: str) -> HttpResponse:
    reader = _worker(request, dispute_id)
    return _done(
        request,
        reader,
        lambda: actions.drop_edited(dispute_id=dispute_id, code=code, by=reader.by, now=reader.now),
        _("The paper is made of the file again."),
    )


@allow(opens_desk)
@require_POST
def seal_paper(request: HttpRequest, dispute_id: int, code: str) -> HttpResponse:
    """Seal a paper as PDF/A under its digest."""
    reader = _worker(request, dispute_id)
    return _done(
        request,
        reader,
        lambda: actions.seal_paper(dispute_id=dispute_id, code=code, by=reader.by, now=reader.now),
        _("Sealed. It cannot be changed any more; a change from outside would be seen."),
    )


@allow(opens_desk)
@never_cache
@require_GET
def paper_version(request: HttpRequest, dispute_id: int, document_id: int) -> HttpResponse:
    """Give out a version that was kept: sealed, or edited in Word."""
    reader = _worker(request, dispute_id)
    return _kept(request, reader.by, _document(dispute_id, document_id), back="dispute_papers")


@allow(opens_desk)
@never_cache
@require_http_methods(["GET", "POST"])
def check_papers(request: HttpRequest, dispute_id: int) -> HttpResponse:
    """Say of every sealed document whether it is unchanged, and of a file that was brought, which one it is."""
    reader = _worker(request, dispute_id)
    brought = _sent(request) if request.method == "POST" else None
    if request.method == "POST" and brought is None:
        messages.warning(request, paper_refusal("file_needed"))
    return render(
        request,
        "mediation/papers_check.html",
        {
            "now": reader.now,
            "dispute": reader.dispute,
            "number": queries.file_number(reader.dispute, reader.today),
            "checked": check_sealed(dispute_id),
            "brought": brought is not None,
            "found": sealed_as(dispute_id, brought) if brought is not None else None,
        },
    )


@allow(signed_in)
@never_cache
@require_GET
def my_paper(request: HttpRequest, dispute_id: int, document_id: int) -> HttpResponse:
    """Give a party the copy of a sealed paper that is theirs by law."""
    dispute = disputes_of_party(me_of(request)).filter(pk=dispute_id).first()
    if dispute is None:
        raise Http404
    document = _document(dispute_id, document_id)
    if not is_for_sides(document):
        raise Http404
    return _kept(request, By(me_of(request), "resident"), document, back="my_dispute")


def _worker(request: HttpRequest, dispute_id: int) -> Reader:
    """Return whoever mediates the dispute; for everybody else its papers do not exist."""
    reader = reader_of(standing_of(request), dispute_id)
    if not reader.works:
        raise Http404
    return reader


def _document(dispute_id: int, document_id: int) -> Document:
    found = documents_of(dispute_id).filter(pk=document_id).exclude(kind=Document.Kind.DROPPED).first()
    if found is None:
        raise Http404
    return found


def _sent(request: HttpRequest) -> bytes | None:
    file = request.FILES.get("file")
    if file is None or not file.size:
        return None
    return bytes(file.read(MOST_BYTES + 1))


def _done(request: HttpRequest, reader: Reader, deed: Callable[[], object], words: str) -> HttpResponse:
    try:
        deed()
    except actions.NotAllowed as refusal:
        messages.warning(request, paper_refusal(refusal.code))
    except (DocumentsUnavailable, GlyphsMissing) as problem:
        messages.error(request, cannot_print(problem))
    else:
        messages.success(request, words)
    return redirect("dispute_papers", reader.dispute.pk)


def _given(
    request: HttpRequest, reader: Reader, code: str, form: str, make: Callable[[By, datetime], bytes]
) -> HttpResponse:
    try:
        data = make(reader.by, reader.now)
    except actions.NotAllowed as refusal:
        messages.warning(request, paper_refusal(refusal.code))
        return redirect("dispute_papers", reader.dispute.pk)
    except (DocumentsUnavailable, GlyphsMissing) as problem:
        messages.error(request, cannot_print(problem))
        return redirect("dispute_papers", reader.dispute.pk)
    number = queries.file_number(reader.dispute, reader.today)
    return file_response(data, f"{number}{_title(code)}.{form}", WORD if form == "docx" else PDF)


def _kept(request: HttpRequest, by: By, document: Document, *, back: str) -> HttpResponse:
    try:
        data = actions.read_document(document_id=document.pk, by=by, now=timezone.now())
    except actions.NotAllowed as refusal:
        messages.error(request, paper_refusal(refusal.code))
        return redirect(back, document.dispute_id)
    sealed = document.kind == Document.Kind.SEALED
    name = f"{_title(document.code)}-{document.version}.{'pdf' if sealed else 'docx'}"
    return file_response(data, name, PDF if sealed else WORD)


def _title(code: str) -> str:
    titles: Sequence[str] = [form.title for known, form in BY_CODE.items() if known == code]
    return titles[0] if titles else "人民调解卷宗"


def file_response(
    data: bytes, name: str, kind: str, headers: Mapping[str, str] = MappingProxyType({})
) -> HttpResponse:
    """Give out a file to be kept by the reader, and by nothing on its way."""
    return HttpResponse(
        data,
        content_type=kind,
        headers={
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, no-store",
            **headers,
        },
    )


def cannot_print(problem: DocumentsUnavailable | GlyphsMissing) -> str:
    if isinstance(problem, GlyphsMissing):
        return _(
            "No font on this machine has “%(characters)s”, and a name is not printed as a box. "
            "An administrator can install the package fonts-hanazono."
        ) % {"characters": problem.characters}
    return _("Documents cannot be made on this machine yet. An administrator has to install: %(package)s") % {
        "package": problem.package
    }
