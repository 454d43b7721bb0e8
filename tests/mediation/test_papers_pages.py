"""The pages of the papers: what is missing is said, what is downloaded is a file, and nobody else gets one."""

from datetime import datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.factories.printed import read_word
from tests.mediation.disputes import LEFT, Desk, open_desk
from tests.mediation.test_papers import edited

from maplebridge.mediation import actions
from maplebridge.mediation.actions import papers
from maplebridge.mediation.domain.papers import Code
from maplebridge.mediation.models import Dispute, Document, PartyReading
from maplebridge.people import actions as people
from maplebridge.people.domain.roles import Role
from maplebridge.people.models import Person
from maplebridge.platform.documents import DocumentsUnavailable, GlyphsMissing

pytestmark = pytest.mark.django_db
PAPER = b"%PDF-1.7 a paper"


@pytest.fixture
def desk(noon: datetime) -> Desk:
    return open_desk(noon)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(papers, "_rendered", lambda *_: PAPER)


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person.account, "django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def mediator(desk: Desk) -> Client:
    return signed_in(desk.mediator.person)


def page(client: Client, dispute: Dispute, rest: str = "") -> str:
    return client.get(f"/disputes/{dispute.pk}/papers/{rest}", follow=True).content.decode()


def sealed(desk: Desk, dispute: Dispute, code: str = Code.AGREEMENT) -> Document:
    return actions.seal_paper(dispute_id=dispute.pk, code=code, by=desk.by, now=desk.now)


def test_the_page_says_which_papers_there_are_and_what_is_missing(desk: Desk, mediator: Client) -> None:
    shown = page(mediator, desk.drafted().dispute)
    for words in ("调解协议书", "还有人没有签字", "缺当事人证件号码", "还没有开过双方都到场的调解会"):
        assert words in shown
    assert (
        f"/disputes/{Dispute.objects.get().pk}/papers/"
        in mediator.get(f"/disputes/{Dispute.objects.get().pk}/").content.decode()
    )
    assert "补齐后就可以封存" in shown
    assert "/papers/agreement/seal/" not in shown
    assert LEFT not in shown  # names leave with a download only, which is logged
    assert "Electronic" not in shown


def test_where_the_law_wants_paper_the_page_says_so(desk: Desk, mediator: Client) -> None:
    assert "须在纸上签字" in page(mediator, desk.willing(touches=["inheritance"]))


def test_a_paper_is_downloaded_as_word_and_pdf_and_each_is_noted(desk: Desk, mediator: Client) -> None:
    dispute = desk.agreed()
    word = mediator.get(f"/disputes/{dispute.pk}/papers/agreement.docx")
    assert LEFT in read_word(word.content)
    assert "no-store" in word["Cache-Control"]
    assert mediator.get(f"/disputes/{dispute.pk}/papers/agreement.pdf").content == PAPER
    assert mediator.get(f"/disputes/{dispute.pk}/papers/bound.pdf").content == PAPER
    assert mediator.get(f"/disputes/{dispute.pk}/papers/bound.exe").status_code == 404
    readings = PartyReading.objects.filter(dispute=dispute, purpose="printing")
    assert readings.count() == 3
    assert {one.reader_id for one in readings} == {desk.mediator.person_id}


def test_a_paper_goes_out_to_word_comes_back_and_is_sealed(desk: Desk, mediator: Client) -> None:
    dispute = desk.willing()
    word = mediator.get(f"/disputes/{dispute.pk}/papers/rights.docx").content
    file = SimpleUploadedFile("rights.docx", edited(word, "以上内容已经知悉", "已读给本人听"))
    shown = mediator.post(
        f"/disputes/{dispute.pk}/papers/rights/word/", {"file": file}, follow=True
    ).content.decode()
    assert "Word 改过" in shown
    again = mediator.get(f"/disputes/{dispute.pk}/papers/rights.docx").content
    assert "已读给本人听" in read_word(again)
    mediator.post(f"/disputes/{dispute.pk}/papers/rights/seal/")
    mediator.post(f"/disputes/{dispute.pk}/papers/rights/anew/")
    kinds = Document.objects.order_by("version").values_list("kind", flat=True)
    assert list(kinds) == ["edited", "sealed", "dropped"]
    kept = Document.objects.get(kind="edited")
    version = mediator.get(f"/disputes/{dispute.pk}/papers/versions/{kept.pk}/")
    assert "已读给本人听" in read_word(version.content)


@pytest.mark.parametrize(
    ("data", "words"),
    [(b"%PDF", "这不是 Word 文件"), (b"", "请先选择文件")],
)
def test_what_is_no_word_file_is_said(desk: Desk, mediator: Client, data: bytes, words: str) -> None:
    dispute = desk.willing()
    sent = {"file": SimpleUploadedFile("a.docx", data)}
    shown = mediator.post(f"/disputes/{dispute.pk}/papers/rights/word/", sent, follow=True)
    assert words in shown.content.decode()
    assert not Document.objects.exists()


def test_what_lacks_signatures_is_not_sealed_and_the_page_says_why(desk: Desk, mediator: Client) -> None:
    dispute = desk.drafted().dispute
    shown = mediator.post(f"/disputes/{dispute.pk}/papers/agreement/seal/", follow=True)
    assert "还不能封存" in shown.content.decode()
    assert not Document.objects.exists()


def test_a_file_that_is_brought_is_known_again_or_is_not(desk: Desk, mediator: Client) -> None:
    dispute = desk.agreed()
    sealed(desk, dispute)
    url = f"/disputes/{dispute.pk}/papers/check/"
    assert "未改动，封存于" in page(mediator, dispute, "check/")
    same = mediator.post(url, {"file": SimpleUploadedFile("a.pdf", PAPER)}).content.decode()
    assert "未改动：这是“调解协议书”第 1 版" in same
    other = mediator.post(url, {"file": SimpleUploadedFile("a.pdf", PAPER + b" ")}).content.decode()
    assert "与封存的不一致" in other


def test_fonts_and_packages_that_are_missing_are_named(
    desk: Desk, mediator: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    dispute = desk.agreed()

    def failing(problem: Exception) -> None:
        def fail(*_: object) -> bytes:
            raise problem

        monkeypatch.setattr(papers, "_rendered", fail)

    failing(GlyphsMissing("\U0002a6d6"))
    assert "“\U0002a6d6”" in page(mediator, dispute, "agreement.pdf")
    failing(DocumentsUnavailable("fonts-noto-cjk"))
    shown = mediator.post(f"/disputes/{dispute.pk}/papers/agreement/seal/", follow=True)
    assert "请管理员安装：fonts-noto-cjk" in shown.content.decode()
    assert not Document.objects.exists()


# -- who gets none


def _outsiders(desk: Desk) -> dict[str, Person]:
    supervisor = people.enrol(nickname="督办老周", now=desk.now)
    people.open_account(person=supervisor, username="督办老周")
    people.post(person=supervisor, role=Role.SUPERVISOR, starts_on=desk.now.date())
    return {"supervisor": supervisor, "colleague": desk.colleague.person, "party": desk.town.resident}


@pytest.mark.parametrize("who", ["supervisor", "colleague", "party"])
def test_only_whoever_mediates_it_has_the_papers(desk: Desk, who: str) -> None:
    dispute = desk.agreed()
    document = sealed(desk, dispute)
    client = signed_in(_outsiders(desk)[who])
    base = f"/disputes/{dispute.pk}/papers/"
    for rest in ("", "check/", "agreement.docx", "agreement.pdf", "bound.pdf", f"versions/{document.pk}/"):
        assert client.get(base + rest).status_code in (403, 404), rest
    for rest in ("rights/word/", "rights/anew/", "rights/seal/", "check/"):
        assert client.post(base + rest).status_code in (403, 404), rest
    assert Document.objects.count() == 1


def test_a_version_is_not_found_under_another_dispute(desk: Desk, mediator: Client) -> None:
    document = sealed(desk, desk.agreed())
    other = desk.in_mediation(people_count=3)
    assert mediator.get(f"/disputes/{other.pk}/papers/versions/{document.pk}/").status_code == 404


def test_a_party_gets_the_sealed_agreement_and_nothing_else(desk: Desk) -> None:
    dispute = desk.agreed()
    agreement = sealed(desk, dispute)
    application = sealed(desk, dispute, Code.APPLICATION)
    party = signed_in(desk.town.resident)
    shown = party.get(f"/my-disputes/{dispute.pk}/").content.decode()
    assert f"/papers/{agreement.pk}/" in shown
    assert f"/papers/{application.pk}/" not in shown
    base = f"/my-disputes/{dispute.pk}/papers/"
    assert party.get(f"{base}{agreement.pk}/").content == PAPER
    assert party.get(f"{base}{application.pk}/").status_code == 404
    stranger = signed_in(desk.town.grid_worker)
    assert stranger.get(f"{base}{agreement.pk}/").status_code == 404
