"""What is sealed stays as it is: made of the file, never edited, and a change behind our back is seen."""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.db import ProgrammingError, connection, transaction
from tests.factories.casefiles import DOTTED, RARE
from tests.factories.printed import read_pdf, read_word
from tests.mediation.disputes import Desk, open_desk
from tests.mediation.test_papers import edited
from tests.mediation.test_signing import WANG, drawing

from maplebridge.mediation import actions
from maplebridge.mediation.actions import papers
from maplebridge.mediation.actions.record import NotAllowed
from maplebridge.mediation.domain.papers import Code
from maplebridge.mediation.models import Dispute, Document, PartyReading, Session, Side, Utterance
from maplebridge.mediation.queries.documents import check_sealed, is_unchanged, sealed_as
from maplebridge.platform.documents import digest

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(noon: datetime) -> Desk:
    return open_desk(noon)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make of every paper the same few bytes, where it does not matter what is in it."""
    monkeypatch.setattr(papers, "_rendered", lambda *_: b"%PDF-1.7 a paper")


def seal(desk: Desk, dispute: Dispute, code: str = Code.AGREEMENT) -> Document:
    return actions.seal_paper(dispute_id=dispute.pk, code=code, by=desk.by, now=desk.now)


def text_of(data: bytes) -> str:
    return re.sub(r"\s", "", read_pdf(data).text)


def print_word(desk: Desk, dispute: Dispute, code: str) -> bytes:
    return actions.print_word(dispute_id=dispute.pk, code=code, by=desk.by, now=desk.now)


def renamed(desk: Desk, dispute: Dispute) -> None:
    """Give the parties names that are hard to print."""
    for party, name in zip(dispute.parties.order_by("pk"), (RARE, DOTTED), strict=True):
        party.name = name
        party.save()


# -- sealed


def test_the_sealed_agreement_has_the_names_the_signatures_and_its_digest(desk: Desk) -> None:
    agreement = desk.drafted(cents=1_230_000, parts=2)
    renamed(desk, agreement.dispute)
    left = agreement.dispute.parties.order_by("pk")[0]
    actions.sign_by_hand(
        agreement_id=agreement.pk, drawing=drawing(WANG), party_id=left.pk, by=desk.by, now=desk.now
    )
    right = agreement.dispute.parties.order_by("pk")[1]
    actions.sign(agreement_id=agreement.pk, how="fingerprint", party_id=right.pk, by=desk.by, now=desk.now)
    actions.sign(
        agreement_id=agreement.pk, how="paper", mediator_id=desk.mediator.pk, by=desk.by, now=desk.now
    )
    actions.sign(
        agreement_id=agreement.pk, how="seal", committee_id=desk.committee.pk, by=desk.by, now=desk.now
    )
    sealed = seal(desk, agreement.dispute)

    content = actions.read_document(document_id=sealed.pk, by=desk.by, now=desk.now)
    text = text_of(content)
    assert digest(content) == sealed.sha256
    for expected in (RARE, DOTTED, "壹万贰仟叁佰元整", "指印（见纸质原件）", "乙方三十日内修好水管并赔偿"):
        assert expected in text
    assert b"/Subtype /Image" in content
    number = f"（2026）人调字第{Dispute.objects.get(pk=sealed.dispute_id).file_number}号"
    assert all(number in page for page in read_pdf(content).pages)


def test_an_agreement_that_not_all_have_signed_is_not_sealed(desk: Desk) -> None:
    agreement = desk.drafted()
    with pytest.raises(NotAllowed, match="paper_not_complete"):
        seal(desk, agreement.dispute)


def test_the_whole_file_is_sealed_when_mediation_has_ended(desk: Desk) -> None:
    dispute = desk.agreed()
    text = text_of(
        actions.read_document(document_id=seal(desk, dispute, "bound").pk, by=desk.by, now=desk.now)
    )
    for expected in ("卷内目录", "人民调解协议书", "司法确认申请书", "封底"):
        assert expected in text
    running = desk.in_mediation(people_count=3)
    with pytest.raises(NotAllowed, match="not_concluded"):
        seal(desk, running, "bound")


@pytest.mark.parametrize("code", ["cover2", "oral", "", "attorney"])
def test_a_paper_that_the_file_does_not_have_is_not_printed(desk: Desk, code: str) -> None:
    dispute = desk.agreed()
    with pytest.raises(NotAllowed, match="not_a_paper_of_it"):
        seal(desk, dispute, code)


def test_the_database_sees_only_cipher_text(desk: Desk) -> None:
    dispute = desk.willing()
    taken = take_in(desk, dispute, Code.RIGHTS)
    with connection.cursor() as cursor:
        cursor.execute("SELECT content FROM mediation_document WHERE id = %s", [taken.pk])
        stored = bytes(cursor.fetchone()[0])
    assert not stored.startswith(b"PK")
    assert Document.objects.get(pk=taken.pk).content.startswith(b"PK")


@pytest.mark.usefixtures("quick")
def test_a_sealed_document_cannot_be_changed_or_deleted(desk: Desk) -> None:
    sealed = seal(desk, desk.agreed())
    deeds: list[Callable[[], object]] = [
        lambda: Document.objects.filter(pk=sealed.pk).update(sha256="0" * 64),
        lambda: Document.objects.filter(pk=sealed.pk).delete(),
    ]
    for deed in deeds:
        with pytest.raises(ProgrammingError, match=r"Cannot (update|delete) rows"), transaction.atomic():
            deed()
    assert Document.objects.get(pk=sealed.pk).sha256 == sealed.sha256


# -- what was changed past all this


def tamper(document: Document, statement: str, *values: object) -> None:
    """Change a row as somebody does who owns the database."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE mediation_document DISABLE TRIGGER USER")
        cursor.execute(f"UPDATE mediation_document SET {statement} WHERE id = %s", [*values, document.pk])
        cursor.execute("ALTER TABLE mediation_document ENABLE TRIGGER USER")


@pytest.mark.usefixtures("quick")
def test_an_untouched_document_is_unchanged_and_known_again(desk: Desk) -> None:
    dispute = desk.agreed()
    sealed = seal(desk, dispute)
    assert [(one.document.pk, one.unchanged) for one in check_sealed(dispute.pk)] == [(sealed.pk, True)]
    content = actions.read_document(document_id=sealed.pk, by=desk.by, now=desk.now)
    assert sealed_as(dispute.pk, content) == sealed
    assert sealed_as(dispute.pk, content + b" ") is None
    assert sealed_as(dispute.pk, content.replace(b"%PDF", b"%PDf")) is None


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("changed", ["cipher", "other_content", "content_and_digest"])
def test_a_change_after_sealing_is_seen_and_the_paper_is_not_given_out(desk: Desk, changed: str) -> None:
    dispute = desk.agreed()
    sealed = seal(desk, dispute)
    other = take_in(desk, dispute, Code.RIGHTS)
    with connection.cursor() as cursor:
        cursor.execute("SELECT content FROM mediation_document WHERE id = %s", [other.pk])
        cipher = bytes(cursor.fetchone()[0])
    if changed == "cipher":
        tamper(sealed, "content = %s", cipher[:-1] + bytes([cipher[-1] ^ 1]))
    elif changed == "other_content":
        tamper(sealed, "content = %s", cipher)
    else:  # somebody thorough: only the record of changes still knows
        tamper(sealed, "content = %s, sha256 = %s", cipher, other.sha256)
    assert not is_unchanged(Document.objects.defer("content").get(pk=sealed.pk))
    assert [one.unchanged for one in check_sealed(dispute.pk)] == [False]
    with pytest.raises(NotAllowed, match="changed_after_sealing"):
        actions.read_document(document_id=sealed.pk, by=desk.by, now=desk.now)


def test_what_changes_while_a_paper_is_made_is_not_sealed_unseen(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    dispute = desk.agreed()
    rendered = papers._rendered

    def meanwhile(*args: object) -> bytes:
        actions.ask_confirmation(dispute_id=dispute.pk, court="和顺区人民法院", by=desk.by, now=desk.now)
        return rendered(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(papers, "_rendered", meanwhile)
    with pytest.raises(NotAllowed, match="changed_meanwhile"):
        seal(desk, dispute)
    assert not Document.objects.exists()


# -- edited in Word


def take_in(
    desk: Desk, dispute: Dispute, code: Code, before: str = "本", after: str = "此", *, at: int = 0
) -> Document:
    data = edited(print_word(desk, dispute, code), before, after)
    return actions.take_in_word(
        dispute_id=dispute.pk, code=code, data=data, by=desk.by, now=desk.later(minutes=at)
    )


def test_what_was_edited_is_printed_and_can_be_dropped_again(desk: Desk) -> None:
    dispute = desk.willing()
    take_in(desk, dispute, Code.RIGHTS, "以上内容已经知悉", "已逐条读给本人听")
    word = print_word(desk, dispute, Code.RIGHTS)
    assert "已逐条读给本人听" in read_word(word)
    sealed = seal(desk, dispute, Code.RIGHTS)
    assert sealed.version == 2
    assert "已逐条读给本人听" in text_of(Document.objects.get(pk=sealed.pk).content)

    actions.drop_edited(dispute_id=dispute.pk, code=Code.RIGHTS, by=desk.by, now=desk.now)
    assert "以上内容已经知悉" in read_word(print_word(desk, dispute, Code.RIGHTS))
    assert "已逐条读给本人听" in text_of(Document.objects.get(pk=sealed.pk).content)
    with pytest.raises(NotAllowed, match="nothing_was_edited"):
        actions.drop_edited(dispute_id=dispute.pk, code=Code.RIGHTS, by=desk.by, now=desk.now)


def test_the_words_stay_as_they_are_once_somebody_has_signed_them(desk: Desk) -> None:
    agreement = desk.drafted()
    dispute = agreement.dispute
    take_in(desk, dispute, Code.AGREEMENT, "乙方三十日内", "乙方二十日内", at=1)
    party = dispute.parties.order_by("pk")[0]
    actions.sign(agreement_id=agreement.pk, how="paper", party_id=party.pk, by=desk.by, now=desk.now)
    with pytest.raises(NotAllowed, match="text_is_signed"):
        take_in(desk, dispute, Code.AGREEMENT, "乙方二十日内", "乙方十日内", at=2)
    with pytest.raises(NotAllowed, match="text_is_signed"):
        actions.drop_edited(dispute_id=dispute.pk, code=Code.AGREEMENT, by=desk.by, now=desk.now)
    assert "乙方二十日内" in read_word(print_word(desk, dispute, Code.AGREEMENT))


def test_a_new_draft_does_not_carry_what_was_edited_for_the_old_one(desk: Desk) -> None:
    dispute = desk.drafted().dispute
    take_in(desk, dispute, Code.AGREEMENT, "乙方三十日内", "乙方二十日内", at=1)
    actions.draft(
        dispute_id=dispute.pk, form="written", terms="双方各修一半", by=desk.by, now=desk.later(minutes=5)
    )
    text = read_word(print_word(desk, dispute, Code.AGREEMENT))
    assert "双方各修一半" in text
    assert "乙方二十日内" not in text


@pytest.mark.parametrize("code", ["cover", "contents", "back", "nothing", "bound"])
def test_what_is_always_made_anew_is_not_taken_in(desk: Desk, code: str) -> None:
    with pytest.raises(NotAllowed, match="not_a_paper_of_it"):
        actions.take_in_word(dispute_id=desk.willing().pk, code=code, data=b"", by=desk.by, now=desk.now)


def test_what_is_no_word_file_is_not_taken_in(desk: Desk) -> None:
    with pytest.raises(NotAllowed, match="word_not_word"):
        actions.take_in_word(
            dispute_id=desk.willing().pk, code=Code.RIGHTS, data=b"%PDF", by=desk.by, now=desk.now
        )


# -- what is read, and by whom it is known


@pytest.mark.usefixtures("quick")
def test_every_printing_is_logged_as_a_reading_of_the_parties(desk: Desk) -> None:
    dispute = desk.agreed()
    sealed = seal(desk, dispute)
    before = PartyReading.objects.filter(dispute=dispute, purpose="printing").count()
    actions.read_document(document_id=sealed.pk, by=desk.by, now=desk.now)
    print_word(desk, dispute, Code.AGREEMENT)
    assert PartyReading.objects.filter(dispute=dispute, purpose="printing").count() == before + 2


def test_what_one_side_said_apart_is_in_no_paper(desk: Desk) -> None:
    dispute = desk.in_mediation()
    left = Side.objects.get(dispute=dispute, number=1)
    joint = held(desk, dispute, hours=1)
    apart = held(desk, dispute, hours=4, side=left)
    for session, audience, side, words in (
        (joint, "both", None, "当着大家说的话"),
        (joint, "mediators", None, "只给调解员的话"),
        (apart, "side", left, "背靠背说的话"),
    ):
        Utterance.objects.create(
            dispute=dispute,
            session=session,
            audience=audience,
            side=side,
            text=words,
            author_id=desk.mediator.person_id,
            said_at=desk.now,
        )
    for audience, side, words in (("both", None, "大家看的证据"), ("side", left, "一方私下的证据")):
        actions.keep_exhibit(
            dispute_id=dispute.pk,
            kind="evidence",
            title=words,
            text=words,
            audience=audience,  # type: ignore[arg-type]
            side_id=side.pk if side else None,
            by=desk.by,
            now=desk.now,
        )
    actions.fail(
        dispute_id=dispute.pk,
        because="apart",  # type: ignore[arg-type]
        words="谈不拢",
        other_ways=["court"],  # type: ignore[list-item]
        by=desk.by,
        now=desk.later(days=1),
    )
    text = text_of(actions.print_pdf(dispute_id=dispute.pk, code="bound", by=desk.by, now=desk.later(days=1)))
    assert "当着大家说的话" in text
    assert "大家看的证据" in text
    for secret in ("只给调解员的话", "背靠背说的话", "一方私下的证据"):
        assert secret not in text
    assert "已告知其他途径：诉讼" in text


def held(desk: Desk, dispute: Dispute, *, hours: int, side: Side | None = None) -> Session:
    return Session.objects.create(
        dispute=dispute,
        audience="side" if side else "both",
        side=side,
        room=desk.room,
        starts_at=desk.later(hours=hours),
        ends_at=desk.later(hours=hours + 1),
        booked_by_id=desk.mediator.person_id,
        held_at=desk.later(hours=hours + 1),
    )


def test_the_papers_for_the_court_are_ready_with_their_last_day(desk: Desk) -> None:
    dispute = desk.agreed()
    text = read_word(print_word(desk, dispute, Code.CONFIRMATION))
    last = desk.now.date() + timedelta(days=30)
    assert f"最迟于{last.year}年{last.month}月{last.day}日提出" in text
    assert date(2026, 1, 1) < last


def test_marriage_is_not_brought_to_a_court_for_confirmation(desk: Desk) -> None:
    dispute = desk.agreed(touches=["marriage"])
    with pytest.raises(NotAllowed, match="not_a_paper_of_it"):
        print_word(desk, dispute, Code.CONFIRMATION)
