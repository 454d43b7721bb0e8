"""PDFs on file: taken in with a form, and given out as files to keep, to those who hear of them."""

from collections.abc import Iterable
from typing import TypedDict

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from maplebridge.mediation import queries
from maplebridge.mediation.domain.enclosures import MOST_AT_ONCE, MOST_BYTES, PdfRefused, check_pdf
from maplebridge.mediation.models import Exhibit
from maplebridge.mediation.permissions import viewer_in, viewer_of
from maplebridge.mediation.queries.documents import enclosed
from maplebridge.mediation.templatetags.paper_words import paper_refusal
from maplebridge.mediation.views.papers import PDF, file_response
from maplebridge.people.domain.standing import Standing
from maplebridge.people.permissions import allow, signed_in, standing_of

# A reader that shows it in a tab all the same runs nothing of it and reaches nothing of this site.
LOCKED_UP = "sandbox; default-src 'none'; frame-ancestors 'none'"


class Brought(TypedDict, total=False):
    """A picture or a PDF, as `keep_exhibit` asks for it."""

    photo_id: int
    pdf: bytes


def sent_pdfs(request: HttpRequest) -> list[bytes]:
    """Return the PDFs that came with a form, each checked; what is too large is refused unread.

    `keep_exhibit` checks again whatever it is given. Here the last of them is checked before the first thing is kept,
    as each paper is put on file by an action of its own.
    """
    sent = request.FILES.getlist("pdfs")
    if len(sent) > MOST_AT_ONCE:
        raise PdfRefused("too_many")
    if any((one.size or 0) > MOST_BYTES for one in sent):
        raise PdfRefused("too_large")
    read = [one.read() for one in sent]
    for one in read:
        check_pdf(one)
    return read


def brought(photo_ids: Iterable[int], pdfs: Iterable[bytes]) -> list[Brought]:
    """Return what came with a form, picture by picture and then PDF by PDF: each is put on file for itself."""
    return [*(Brought(photo_id=one) for one in photo_ids), *(Brought(pdf=one) for one in pdfs)]


def heard_exhibit(standing: Standing, exhibit_id: int) -> Exhibit:
    """Return what was put on file, for whoever hears of it; for everybody else it does not exist."""
    found = Exhibit.objects.select_related("dispute", "session__dispute").filter(pk=exhibit_id).first()
    if found is None:
        raise Http404
    viewer = viewer_in(standing, found.session) if found.session else viewer_of(standing, found.dispute)
    heard = queries.exhibits_for(viewer, found.dispute_id).filter(pk=exhibit_id).first()
    if heard is None:
        raise Http404
    return heard


@allow(signed_in)
@require_GET
def exhibit_pdf(request: HttpRequest, exhibit_id: int) -> HttpResponse:
    """Give out a PDF as it was brought, if it still is what was kept."""
    exhibit = heard_exhibit(standing_of(request), exhibit_id)
    if getattr(exhibit, "enclosure", None) is None:
        raise Http404
    content = enclosed(exhibit.pk)
    if content is None:
        return HttpResponse(
            paper_refusal("changed_after_sealing"), status=409, content_type="text/plain; charset=utf-8"
        )
    return file_response(content, f"{exhibit.title}.pdf", PDF, {"Content-Security-Policy": LOCKED_UP})
