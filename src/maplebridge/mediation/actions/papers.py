"""The papers of a file: opened by whoever may read names, changed in Word, sealed, and read once sealed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from maplebridge.mediation.actions.parties import Revealed, reveal_parties
from maplebridge.mediation.actions.record import By, NotAllowed, note, take, tell
from maplebridge.mediation.domain.audiences import Audience
from maplebridge.mediation.domain.papers import BY_CODE, Code, Standing, standings
from maplebridge.mediation.models import Agreement, Dispute, Document, Signature
from maplebridge.mediation.queries import agreement_of, get_dispute
from maplebridge.mediation.queries.casefile import Opened, open_file, people_in_office
from maplebridge.mediation.queries.documents import BOUND, Versions, content_of, is_unchanged, versions_of
from maplebridge.mediation.queries.papers import NEVER_EDITED, bound_pdf, paper_pdf, paper_word
from maplebridge.people import actions as people_actions
from maplebridge.people import queries as people
from maplebridge.platform import word
from maplebridge.platform.audit import action
from maplebridge.platform.documents import digest

SIGNED_TEXTS = frozenset({Code.AGREEMENT, Code.ORAL})
# Of one agreement: edited for a draft that another has replaced, they are nobody's any longer.
_OF_AN_AGREEMENT = SIGNED_TEXTS | {Code.PERFORMANCE, Code.CONFIRMATION}


@dataclass(frozen=True, slots=True)
class Read:
    """A file opened for printing, with what was read for it, so that it can be put together again."""

    opened: Opened
    parties: list[Revealed]
    names: Mapping[int, str]


@action
def open_papers(*, dispute_id: int, by: By, now: datetime) -> Read:
    """Put the file together. Names and numbers are read for it, and the reading is logged."""
    if get_dispute(dispute_id).erased_at is not None:
        raise NotAllowed("erased")
    parties = reveal_parties(dispute_id=dispute_id, purpose="printing", by=by, now=now)
    names = _names_in_office(dispute_id, by, now)
    return Read(open_file(dispute_id, parties, names, now=now), parties, names)


def _names_in_office(dispute_id: int, by: By, now: datetime) -> dict[int, str]:
    if by.person_id is None:
        raise NotAllowed("say_what_for")
    purpose = people_actions.Purpose("dispute", dispute_id, "printing")
    found: dict[int, str] = {}
    for one in people.persons(people_in_office(dispute_id)).values():
        revealed = people_actions.reveal(one, purpose=purpose, reader_id=by.person_id, now=now)
        found[one.pk] = revealed["name"] or one.nickname
    return found


@action
def print_word(*, dispute_id: int, code: str, by: By, now: datetime) -> bytes:
    """Return a paper as a Word file: the one that was last taken in, or one made of what the file holds."""
    opened = open_papers(dispute_id=dispute_id, by=by, now=now).opened
    standing = _standing(opened, code)
    return _edited(dispute_id).get(standing.form.code) or paper_word(
        opened.file, standing.form.code, opened.pictures
    )


def print_pdf(*, dispute_id: int, code: str, by: By, now: datetime) -> bytes:
    """Return a paper, or the whole file, as it would be sealed now."""
    read = open_papers(dispute_id=dispute_id, by=by, now=now)
    return _rendered(dispute_id, read.opened, code, now)


@action
def take_in_word(*, dispute_id: int, code: str, data: bytes, by: By, now: datetime) -> Document:
    """Take in a paper that was edited in Word, as a version of its own. A text that was signed stays as it is."""
    dispute = take(dispute_id)
    if by.person_id is None or code not in BY_CODE or Code(code) in NEVER_EDITED:
        raise NotAllowed("not_a_paper_of_it")
    agreement = agreement_of(dispute_id)
    if code in SIGNED_TEXTS and (agreement is None or Signature.objects.filter(agreement=agreement).exists()):
        raise NotAllowed("text_is_signed" if agreement else "no_agreement")
    try:
        word.take_in(data)
    except word.WordRefused as refusal:
        raise NotAllowed(f"word_{refusal.code}") from refusal
    return _keep(dispute, code, Document.Kind.EDITED, data, by, now)


@action
def drop_edited(*, dispute_id: int, code: str, by: By, now: datetime) -> Document:
    """Let a paper be made of the file again. What was edited in Word stays on the record, and no longer counts."""
    dispute = take(dispute_id)
    if versions_of(dispute_id).get(code, Versions()).edited is None:
        raise NotAllowed("nothing_was_edited")
    if code in SIGNED_TEXTS and _is_signed(dispute_id):
        raise NotAllowed("text_is_signed")
    return _keep(dispute, code, Document.Kind.DROPPED, b"", by, now)


def seal_paper(*, dispute_id: int, code: str, by: By, now: datetime) -> Document:
    """Seal a paper, or the whole file, as PDF/A under its digest. What changed meanwhile is not sealed unseen."""
    read = open_papers(dispute_id=dispute_id, by=by, now=now)
    _check_sealable(read.opened, code)
    edited = {name: one.edited for name, one in versions_of(dispute_id).items()}
    data = _rendered(dispute_id, read.opened, code, now)  # seconds: not while the dispute is held
    return _seal(dispute_id, code, data, read, edited, by, now)


@action
def _seal(
    dispute_id: int,
    code: str,
    data: bytes,
    read: Read,
    edited: Mapping[str, Document | None],
    by: By,
    now: datetime,
) -> Document:
    dispute = take(dispute_id)
    again = open_file(dispute_id, read.parties, read.names, now=now)
    same_words = edited == {name: one.edited for name, one in versions_of(dispute_id).items()}
    if again != read.opened or not same_words:
        raise NotAllowed("changed_meanwhile")
    return _keep(dispute, code, Document.Kind.SEALED, data, by, now)


@action
def read_document(*, document_id: int, by: By, now: datetime) -> bytes:
    """Return what is in a version, and log the reading; one that is no longer as it was sealed is not given out."""
    document = Document.objects.defer("content").get(pk=document_id)
    if document.erased_at is not None:
        raise NotAllowed("erased")
    reveal_parties(dispute_id=document.dispute_id, purpose="printing", by=by, now=now)
    content = content_of(document)
    if content is None or not is_unchanged(document):
        raise NotAllowed("changed_after_sealing")
    return content


def _check_sealable(opened: Opened, code: str) -> None:
    if code == BOUND:
        if opened.file.concluded_on is None:
            raise NotAllowed("not_concluded")
        return
    if not _standing(opened, code).complete:
        raise NotAllowed("paper_not_complete")


def _standing(opened: Opened, code: str) -> Standing:
    found = next((one for one in standings(opened.file) if one.form.code == code), None)
    if found is None:
        raise NotAllowed("not_a_paper_of_it")
    return found


def _rendered(dispute_id: int, opened: Opened, code: str, now: datetime) -> bytes:
    edited = _edited(dispute_id)
    if code == BOUND:
        return bound_pdf(opened.file, opened.pictures, now=now, edited=edited)
    form = _standing(opened, code).form
    return paper_pdf(opened.file, form.code, opened.pictures, now=now, edited=edited.get(form.code))


def _edited(dispute_id: int) -> dict[Code, bytes]:
    """Return the Word files that were taken in last, as far as they still count."""
    agreement = agreement_of(dispute_id)
    found: dict[Code, bytes] = {}
    for code, one in versions_of(dispute_id).items():
        if one.edited is None or (code in _OF_AN_AGREEMENT and not _belongs(one.edited, agreement)):
            continue
        if (content := content_of(one.edited)) is None:
            raise NotAllowed("changed_after_sealing")
        found[Code(code)] = content
    return found


def _belongs(edited: Document, agreement: Agreement | None) -> bool:
    return agreement is not None and edited.made_at >= agreement.drafted_at


def _is_signed(dispute_id: int) -> bool:
    """Say whether somebody has signed: then the words stay as they are. Without an agreement there are none."""
    agreement = agreement_of(dispute_id)
    if agreement is None:
        raise NotAllowed("no_agreement")
    return Signature.objects.filter(agreement=agreement).exists()


def _keep(dispute: Dispute, code: str, kind: str, data: bytes, by: By, now: datetime) -> Document:
    if by.person_id is None:
        raise NotAllowed("say_what_for")
    last = dispute.documents.filter(code=code).order_by("-version").values_list("version", flat=True).first()
    kept = Document.objects.create(
        dispute=dispute,
        code=code,
        kind=kind,
        version=(last or 0) + 1,
        content=data,
        size=len(data),
        sha256=digest(data),
        made_by_id=by.person_id,
        made_at=now,
    )
    deed = "paper_sealed" if kind == Document.Kind.SEALED else "paper_changed"
    note(dispute, deed, by=by, now=now, audience=Audience.MEDIATORS, code=code, version=kept.version)
    tell(dispute, "paper", kept.pk)
    return kept
