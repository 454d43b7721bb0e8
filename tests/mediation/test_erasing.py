"""What a file forgets when its years are over, what stays, and that the record of changes stays whole."""

import io
from datetime import date, datetime, timedelta

import pytest
from django.db import ProgrammingError, transaction
from django.test import Client
from django.urls import reverse
from PIL import Image
from tests.mediation.disputes import Desk, open_desk
from tests.mediation.test_signing import WANG, drawing

from maplebridge.mediation import actions, queries
from maplebridge.mediation.actions import NotAllowed, papers, retention
from maplebridge.mediation.domain.audiences import Audience
from maplebridge.mediation.domain.rules import MediationRules
from maplebridge.mediation.domain.workflow import EndedBecause, State
from maplebridge.mediation.models import (
    Agreement,
    Dispute,
    Document,
    Entry,
    Exhibit,
    MediationRule,
    Party,
    PartyReading,
    Signature,
    Utterance,
)
from maplebridge.mediation.queries.documents import check_sealed
from maplebridge.mediation.queries.figures import Period, figures
from maplebridge.people.models import Account
from maplebridge.platform import audit, photos
from maplebridge.platform.freshness import forget
from maplebridge.platform.models import AuditRow, DeletionRecord
from maplebridge.web.retention import retain

pytestmark = pytest.mark.django_db
TEN_YEARS = timedelta(days=3653)


@pytest.fixture
def desk(noon: datetime) -> Desk:
    return open_desk(noon)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make of every paper the same few bytes: what is in it is told elsewhere."""
    monkeypatch.setattr(papers, "_rendered", lambda *_: b"%PDF-1.7 a paper")


def picture(desk: Desk) -> photos.Photo:
    out = io.BytesIO()
    Image.new("RGB", (64, 48), (120, 80, 40)).save(out, "JPEG")
    return photos.keep(out.getvalue(), now=desk.now)


def kept(desk: Desk) -> Dispute:
    """Return a dispute with everything that a file can hold, agreed, signed, sealed and performed."""
    dispute = desk.in_mediation(place="海棠苑3号楼401")
    left, right = dispute.sides.order_by("number")
    actions.keep_exhibit(
        dispute_id=dispute.pk, kind=Exhibit.Kind.EVIDENCE, title="墙面照片", audience=Audience.BOTH,
        photo_id=picture(desk).pk, by=desk.by, now=desk.now,
    )  # fmt: skip
    offer = actions.offer(
        dispute_id=dispute.pk, by_side_id=left.pk, terms="赔三千", amount_cents=300_000, audience=Audience.BOTH,
        by=desk.by, now=desk.now,
    )  # fmt: skip
    actions.answer_offer(offer_id=offer.pk, by_side_id=right.pk, accepts=True, by=desk.by, now=desk.now)
    actions.promise(
        dispute_id=dispute.pk, text="周五前找人来修", due_at=desk.later(days=2), audience=Audience.BOTH,
        by=desk.by, now=desk.now,
    )  # fmt: skip
    agreement = actions.draft(
        dispute_id=dispute.pk, form="written", terms="乙方赔偿甲方三千元", facts="401的水管老化", amount_cents=300_000,
        parts=[actions.Part(right.pk, desk.now.date(), 300_000)], by=desk.by, now=desk.now,
    )  # fmt: skip
    party = dispute.parties.order_by("pk")[0]
    actions.sign_by_hand(
        agreement_id=agreement.pk, drawing=drawing(WANG), party_id=party.pk, by=desk.by, now=desk.now
    )
    for other in dispute.parties.order_by("pk")[1:]:
        actions.sign(agreement_id=agreement.pk, how="paper", party_id=other.pk, by=desk.by, now=desk.now)
    for who in ({"mediator_id": desk.mediator.pk}, {"committee_id": desk.committee.pk}):
        actions.sign(agreement_id=agreement.pk, how="seal", by=desk.by, now=desk.now, **who)
    actions.seal_paper(dispute_id=dispute.pk, code="agreement", by=desk.by, now=desk.now)
    actions.perform(installment_id=agreement.installments.get().pk, by=desk.by, now=desk.now)
    return Dispute.objects.get(pk=dispute.pk)


def run(now: datetime) -> int:
    done = list(retain(now=now))
    assert [one.kind for one in done if one.failed] == []
    return sum(one.rows for one in done if one.kind == "dispute")


def texts_of(dispute: Dispute) -> str:
    """Return everything that the rows of a dispute still tell in words."""
    told: list[object] = [dispute.summary, dispute.wishes, dispute.place, dispute.source_number]
    told += dispute.entries.values_list("text", flat=True)
    told += dispute.sessions.values_list("agenda", flat=True)
    for agreement in dispute.agreements.all():
        told += [agreement.facts, agreement.terms, *agreement.installments.values_list("what", flat=True)]
    return " ".join(map(str, told))


def test_after_its_years_a_file_has_no_words_names_papers_or_pictures(desk: Desk) -> None:
    dispute = kept(desk)
    picture_key = Exhibit.objects.get().photo.key
    assert run(desk.now + TEN_YEARS - timedelta(days=3)) == 0
    assert run(desk.now + TEN_YEARS + timedelta(days=1)) == 1

    dispute.refresh_from_db()
    told = texts_of(dispute)
    assert not any(word in told for word in ("漏水", "海棠苑", "三千", "水管", "401"))
    for rows in (Party, Utterance, Exhibit, Signature):
        assert not rows.objects.filter().exists()
    assert Document.objects.get().content is None
    assert not photos.path_of(picture_key, "large").exists()
    assert run(desk.now + TEN_YEARS + timedelta(days=2)) == 0


@pytest.mark.django_db(transaction=True)
def test_what_is_counted_stays_and_the_chain_of_the_record_is_whole(desk: Desk) -> None:
    dispute = kept(desk)
    sealed = Document.objects.get().sha256
    supervisor, year = desk.standing(desk.town.supervisor), Period.of_year(desk.now.year)
    before = figures(supervisor, year)
    deeds = list(dispute.entries.order_by("pk").values_list("deed", "at"))
    audit.seal(now=desk.now)
    later = desk.now + TEN_YEARS + timedelta(days=1)
    run(later)

    assert figures(supervisor, year) == before
    assert list(dispute.entries.order_by("pk").values_list("deed", "at")) == deeds
    assert PartyReading.objects.filter(dispute=dispute).exists()  # who read the names, and when
    (checked,) = check_sealed(dispute.pk)
    assert (checked.is_erased, checked.document.sha256) == (True, sealed)
    assert DeletionRecord.objects.get(kind="dispute").rows == 1
    audit.seal(now=later)
    report = audit.check()
    assert report.holds
    assert report.sealed_rows + report.not_sealed_yet == AuditRow.objects.count()


def test_a_kept_paper_is_erased_and_nothing_else_is_ever_done_to_it(desk: Desk) -> None:
    kept(desk)
    document = Document.objects.get()
    for change in (
        {"content": b"another"},
        {"erased_at": desk.now, "content": None, "sha256": "0" * 64},
        {"erased_at": desk.now, "content": None, "version": 9},
    ):
        with pytest.raises(ProgrammingError), transaction.atomic():
            Document.objects.filter(pk=document.pk).update(**change)
    with pytest.raises(ProgrammingError), transaction.atomic():
        document.delete()
    run(desk.now + TEN_YEARS + timedelta(days=1))
    with pytest.raises(ProgrammingError), transaction.atomic():
        Document.objects.filter(pk=document.pk).update(erased_at=desk.now)


def test_what_goes_on_is_kept(desk: Desk) -> None:
    open_one, broken, paying = desk.in_mediation(), desk.agreed(people_count=3), desk.agreed(people_count=4)
    actions.break_agreement(dispute_id=broken.pk, words="没有来修", by=desk.by, now=desk.later(days=400))
    agreement = Agreement.objects.get(dispute=paying)
    agreement.installments.create(
        number=1, by_side=paying.sides.get(number=2), amount_cents=1, due_on=desk.later(days=4000).date()
    )
    assert run(desk.now + TEN_YEARS + timedelta(days=1)) == 0
    assert run(desk.later(days=400) + TEN_YEARS + timedelta(days=1)) == 1
    broken.refresh_from_db()
    assert broken.erased_at is not None
    assert Dispute.objects.filter(pk__in=[open_one.pk, paying.pk], erased_at=None).count() == 2


def test_what_was_never_taken_on_goes_earlier_than_a_file_by_years_of_its_own(desk: Desk) -> None:
    MediationRule.objects.create(name="unaccepted_years", value=2, reason="-", valid_from=desk.now.date())
    forget()
    taken_on = desk.accepted()
    dispute = desk.with_parties()
    actions.withdraw(
        dispute_id=dispute.pk, because=EndedBecause.TAKEN_BACK, words="不谈了", by=desk.by, now=desk.now
    )
    actions.withdraw(
        dispute_id=taken_on.pk, because=EndedBecause.TAKEN_BACK, words="不谈了", by=desk.by, now=desk.now
    )
    assert run(desk.now + timedelta(days=365 * 2 - 1)) == 0
    assert run(desk.now + timedelta(days=365 * 2 + 2)) == 1
    assert not Entry.objects.filter(dispute=dispute).exclude(text="").exists()
    assert Dispute.objects.get(pk=taken_on.pk).erased_at is None


def test_years_are_counted_in_days_of_the_calendar(desk: Desk) -> None:
    assert MediationRules(file_years=10).file_days(date(2036, 3, 2)) == 3653
    assert MediationRules(file_years=1).file_days(date(2028, 2, 29)) == 366
    assert MediationRules().unaccepted_days(date(2036, 3, 2)) == 1096
    assert MediationRules(file_years=2, unaccepted_years=3).unaccepted_days(date(2036, 3, 2)) == 731


def test_whoever_opens_it_is_told_and_nothing_can_be_done_to_it_any_more(desk: Desk) -> None:
    dispute = kept(desk)
    Dispute.objects.filter(pk=dispute.pk).update(state=State.AGREED)
    retention.erase(dispute_id=dispute.pk, now=desk.now)
    client = Client()
    account = Account.objects.get(person_id=desk.mediator.person_id)
    client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(reverse("dispute", args=[dispute.pk])).content.decode()
    assert "已经删除" in page
    assert "/do/" not in page
    assert client.get(reverse("dispute_papers", args=[dispute.pk]), follow=True).redirect_chain
    for deed in (
        lambda: actions.break_agreement(dispute_id=dispute.pk, words="-", by=desk.by, now=desk.now),
        lambda: actions.print_pdf(dispute_id=dispute.pk, code="agreement", by=desk.by, now=desk.now),
        lambda: actions.read_document(document_id=Document.objects.get().pk, by=desk.by, now=desk.now),
    ):
        with pytest.raises(NotAllowed, match="erased"):
            deed()
    assert queries.rows_by_id([dispute.pk], desk.now)[0].sides == ()
