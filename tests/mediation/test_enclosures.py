"""PDFs put on file: checked, encrypted, for the right ears only, given out as they came, named in the bound file."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import ProgrammingError, connection, transaction
from django.urls import reverse
from django.utils import timezone
from tests.mediation.disputes import Desk, open_desk
from tests.mediation.test_desk_pages import mediator, reader

from maplebridge.mediation import actions
from maplebridge.mediation.actions import retention
from maplebridge.mediation.domain.enclosures import MOST_BYTES, PdfRefused, check_pdf
from maplebridge.mediation.domain.papers import Code
from maplebridge.mediation.models import Dispute, Enclosure, Exhibit, Session
from maplebridge.mediation.queries.papers import paper_html
from maplebridge.platform.documents import digest

PDF = b"%PDF-1.7\n1 0 obj << /Type /Catalog >> endobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"


@pytest.fixture
def desk(db: None) -> Desk:
    return open_desk(timezone.now() - timedelta(hours=1))


def put_on_file(desk: Desk, dispute: Dispute, audience: str, *pdfs: bytes, **more: str) -> str:
    data = {"audience": audience, "kind": "evidence", "title": "租房合同", "text": ""} | more
    files = [SimpleUploadedFile("合同.pdf", one, "application/pdf") for one in pdfs]
    address = reverse("dispute_deed", args=[dispute.pk, "exhibit"])
    return mediator(desk).post(address, {**data, "pdfs": files}, follow=True).content.decode()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"\x89PNG", "not_a_pdf"),
        (b"", "not_a_pdf"),
        (b"GIF89a" + PDF, "not_a_pdf"),
        (PDF.replace(b"%%EOF", b""), "cut_off"),
        (PDF + b" " * 5000, "cut_off"),
        (PDF.replace(b"/Root", b"/Encrypt 5 0 R /Root"), "locked"),
        (PDF.replace(b"/Type", b"/Names << /JavaScript 4 0 R >> /Type"), "more_than_pages"),
        (PDF.replace(b"/Type", b"/OpenAction << /S /Launch >> /Type"), "more_than_pages"),
        (PDF + b" " * MOST_BYTES, "too_large"),
    ],
)
def test_what_is_no_whole_open_pdf_of_pages_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(PdfRefused) as refused:
        check_pdf(data)
    assert refused.value.code == code


def test_a_plain_pdf_is_taken(desk: Desk) -> None:
    check_pdf(PDF)
    check_pdf(PDF.replace(b"/Type", b"/Title (about /JavaScripts and /Launching) /Type"))


def test_a_pdf_is_kept_encrypted_and_given_out_as_it_came(desk: Desk) -> None:
    dispute = desk.in_mediation()
    page = put_on_file(desk, dispute, "both", PDF, PDF + b"\n")

    first, second = Exhibit.objects.order_by("pk")
    assert (first.title, second.title) == ("租房合同", "租房合同 (2)")
    address = reverse("mediation_exhibit_pdf", args=[first.pk])
    assert address in page
    with connection.cursor() as cursor:
        cursor.execute("SELECT content FROM mediation_enclosure ORDER BY id")
        assert not any(b"PDF" in bytes(row[0]) for row in cursor.fetchall())

    given = mediator(desk).get(address)
    assert given.content == PDF
    assert given["Content-Type"] == "application/pdf"
    assert given["Content-Disposition"].startswith("attachment")
    assert given["X-Content-Type-Options"] == "nosniff"
    assert given["Content-Security-Policy"].startswith("sandbox; default-src 'none'")


@pytest.mark.parametrize("audience", ["mediators", "left", "both"])
def test_a_pdf_is_had_by_its_audience_and_by_nobody_else(desk: Desk, audience: str) -> None:
    dispute = desk.in_mediation()
    left = dispute.sides.get(number=1)
    put_on_file(desk, dispute, f"side:{left.pk}" if audience == "left" else audience, PDF)
    address = reverse("mediation_exhibit_pdf", args=[Exhibit.objects.get().pk])

    had = [
        client.get(address).status_code == 200
        for client in (mediator(desk), reader(desk.town.resident), reader(desk.town.neighbor))
    ]
    assert had == [True, audience != "mediators", audience == "both"]
    for outside in (desk.town.supervisor, desk.town.grid_worker, desk.town.clerk):
        assert reader(outside).get(address).status_code == 404


def test_one_that_is_refused_keeps_the_others_out_and_the_words_stay(desk: Desk) -> None:
    dispute = desk.in_mediation()
    page = put_on_file(desk, dispute, "both", PDF, b"MZ a program", text="三月二日签的")

    assert "This file is not a PDF" in page
    assert "三月二日签的" in page
    assert not Exhibit.objects.exists()
    assert "Five PDFs at most" in put_on_file(desk, dispute, "both", *[PDF] * 6)


def test_a_party_shows_a_pdf_in_the_room(desk: Desk) -> None:
    dispute = desk.accepted()
    session = actions.book(
        dispute_id=dispute.pk,
        starts_at=desk.later(hours=2),
        ends_at=desk.later(hours=3),
        by=desk.by,
        now=desk.now,
    )
    Session.objects.filter(pk=session.pk).update(opened_at=desk.now)
    said = reverse("mediation_room_say", args=[session.pk])
    sent = {"audience": "both", "text": "请看合同", "pdfs": [SimpleUploadedFile("a.pdf", PDF)]}
    page = reader(desk.town.resident).post(said, sent, follow=True).content.decode()

    kept = Exhibit.objects.get()
    assert (kept.title, kept.session) == ("请看合同", session)
    assert reverse("mediation_exhibit_pdf", args=[kept.pk]) in page


def test_the_bound_file_names_each_pdf_with_its_digest(desk: Desk) -> None:
    dispute = desk.in_mediation()
    put_on_file(desk, dispute, "both", PDF)
    put_on_file(desk, dispute, "mediators", PDF + b"\n", kind="identity")
    opened = actions.open_papers(dispute_id=dispute.pk, by=desk.by, now=timezone.now()).opened

    assert digest(PDF) in paper_html(opened.file, Code.EVIDENCE)
    assert digest(PDF + b"\n") in paper_html(opened.file, Code.IDENTITY)
    assert paper_html(opened.file, Code.CONTENTS).count("另附 PDF 1 份") == 2


def test_it_is_never_changed_and_what_was_tampered_with_is_not_given_out(desk: Desk) -> None:
    dispute = desk.in_mediation()
    put_on_file(desk, dispute, "both", PDF)
    kept = Enclosure.objects.get()
    with pytest.raises(ProgrammingError, match="Cannot update rows"), transaction.atomic():
        Enclosure.objects.filter(pk=kept.pk).update(sha256="0" * 64)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE mediation_enclosure DISABLE TRIGGER USER")
        cursor.execute("UPDATE mediation_enclosure SET sha256 = %s", ["0" * 64])
        cursor.execute("ALTER TABLE mediation_enclosure ENABLE TRIGGER USER")

    response = mediator(desk).get(reverse("mediation_exhibit_pdf", args=[kept.exhibit_id]))
    assert response.status_code == 409
    assert PDF not in response.content


def test_it_goes_with_the_file(desk: Desk) -> None:
    dispute = desk.in_mediation()
    put_on_file(desk, dispute, "both", PDF)
    retention.erase(dispute_id=dispute.pk, now=desk.now)
    assert not Enclosure.objects.exists()
