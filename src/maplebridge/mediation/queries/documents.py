"""Versions of a file's papers, and whether what was sealed is still what was sealed."""

from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from django.db.models import QuerySet

from maplebridge.mediation.domain.papers import FORMS
from maplebridge.mediation.models import Document, Enclosure
from maplebridge.platform.documents import digest
from maplebridge.platform.models import AuditRow

BOUND = "bound"  # the code of the whole file in one


@dataclass(frozen=True, slots=True)
class Versions:
    """The latest of a paper: as somebody edited it, and as it was sealed."""

    edited: Document | None = None
    sealed: Document | None = None

    @property
    def edited_since(self) -> bool:
        """Say whether somebody edited it after it was last sealed."""
        if self.edited is None:
            return False
        return self.sealed is None or self.edited.version > self.sealed.version


@dataclass(frozen=True, slots=True)
class Checked:
    document: Document
    unchanged: bool

    @property
    def is_erased(self) -> bool:
        """Say whether its time is over: then there is nothing left to compare."""
        return self.document.erased_at is not None


def documents_of(dispute_id: int) -> QuerySet[Document]:
    """Return every version of every paper, the latest first, without what is in them."""
    rows = Document.objects.filter(dispute_id=dispute_id).select_related("made_by")
    return rows.defer("content").order_by("-made_at", "-pk")


def versions_of(dispute_id: int) -> Mapping[str, Versions]:
    found: dict[str, Versions] = {}
    for one in documents_of(dispute_id).order_by("pk"):
        before = found.get(one.code, Versions())
        if one.kind == Document.Kind.SEALED:
            found[one.code] = Versions(before.edited, one)
        else:
            edited = one if one.kind == Document.Kind.EDITED else None
            found[one.code] = Versions(edited, before.sealed)
    return found


def for_sides(dispute_id: int) -> list[Document]:
    """Return the sealed papers of which each side has a copy by law, the latest of each."""
    sealed = [versions.sealed for versions in versions_of(dispute_id).values()]
    return [one for one in sealed if one is not None and is_for_sides(one)]


def is_for_sides(document: Document) -> bool:
    form = next((form for form in FORMS if form.code == document.code), None)
    return document.kind == Document.Kind.SEALED and form is not None and form.for_sides


def check_sealed(dispute_id: int) -> list[Checked]:
    """Compare every sealed document of a dispute with the digest under which it was sealed."""
    return [
        Checked(one, is_unchanged(one)) for one in documents_of(dispute_id).filter(kind=Document.Kind.SEALED)
    ]


def is_unchanged(document: Document) -> bool:
    """Say whether the content has the digest of its row, and the row that of the record of changes.

    Whoever reached the database itself, past its triggers, would also have to rewrite the chain of the record.
    """
    content = content_of(document)
    return content is not None and digest(content) == document.sha256 == _recorded_digest(document)


def content_of(document: Document) -> bytes | None:
    """Return what is in a document; nothing where it can no longer be opened, because it was tampered with."""
    try:
        return Document.objects.values_list("content", flat=True).get(pk=document.pk)
    except InvalidTag:
        return None


def sealed_as(dispute_id: int, data: bytes) -> Document | None:
    """Return the sealed document that a file is, byte for byte."""
    sealed = documents_of(dispute_id).filter(kind=Document.Kind.SEALED)
    return sealed.filter(sha256=digest(data)).first()


def enclosed(exhibit_id: int) -> bytes | None:
    """Return a PDF that was put on file; nothing where it is no longer what was kept."""
    try:
        one = Enclosure.objects.get(exhibit_id=exhibit_id)
    except InvalidTag:
        return None
    content = bytes(one.content)
    return content if digest(content) == one.sha256 == _recorded_digest(one) else None


def _recorded_digest(document: Document | Enclosure) -> str:
    rows = AuditRow.objects.filter(table=document._meta.db_table, row=document.pk, deed="INSERT")
    written = rows.order_by("pk").first()
    return str(written.fields["sha256"]) if written is not None else ""
