"""Every form prints what it must, with every name as it is written; Word files come back as they went."""

import io
import re
import zipfile
from dataclasses import replace
from datetime import UTC, datetime

import docx
import pytest
from tests.factories.casefiles import DOTTED, LONG, NUMBER, PICTURES, RARE, RARER, full_file, oral_file
from tests.factories.printed import ReadPdf, read_pdf, read_word

from maplebridge.mediation.domain.casefile import CaseFile
from maplebridge.mediation.domain.papers import FORMS, Code, standings
from maplebridge.mediation.queries import papers
from maplebridge.platform import word
from maplebridge.platform.word import WordRefused

NOW = datetime(2026, 7, 1, 8, tzinfo=UTC)
CODES = list(Code)


def file_with(code: Code) -> CaseFile:
    """Return a file that has a form, with rare names in every place where a name can stand."""
    for file in (full_file(), oral_file()):
        if code in {one.form.code for one in standings(file)}:
            return file
    raise AssertionError(f"no file has {code}")


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


@pytest.fixture(scope="module")
def bound() -> ReadPdf:
    return read_pdf(papers.bound_pdf(full_file(), PICTURES, now=NOW))


@pytest.mark.parametrize("code", CODES)
def test_names_with_rare_characters_are_in_every_word_file(code: Code) -> None:
    text = read_word(papers.paper_word(file_with(code), code, PICTURES))
    assert RARE in text
    assert NUMBER in text
    if code != Code.ATTORNEY:  # only who gave the power, and to whom
        assert DOTTED in text


@pytest.mark.parametrize("code", CODES)
def test_names_with_rare_characters_are_in_every_page(code: Code) -> None:
    read = read_pdf(papers.paper_pdf(file_with(code), code, PICTURES, now=NOW))
    text = squeezed(read.text)
    assert RARE in text
    if code != Code.ATTORNEY:
        assert DOTTED in text
    assert all(read.fonts.values())


@pytest.mark.parametrize("code", [Code.APPLICATION, Code.REGISTER, Code.RIGHTS, Code.AGREEMENT, Code.ORAL])
def test_the_guardian_of_a_minor_and_who_speaks_for_a_firm_are_named(code: Code) -> None:
    text = squeezed(read_pdf(papers.paper_pdf(file_with(code), code, PICTURES, now=NOW)).text)
    assert LONG in text
    assert "法定代理人" in text
    if code != Code.RIGHTS:
        assert RARER in text


def test_the_file_is_bound_with_a_number_on_every_page(bound: ReadPdf) -> None:
    inner = bound.pages[1:-1]
    for at, page in enumerate(inner, 2):
        assert NUMBER in page
        assert f"第{at}页共{len(bound.pages)}页" in squeezed(page)
    for outer in (bound.pages[0], bound.pages[-1]):
        assert "页共" not in squeezed(outer)


def test_the_contents_name_the_page_on_which_each_paper_begins(bound: ReadPdf) -> None:
    listing = [line.strip() for line in bound.pages[1].splitlines() if line.strip()]
    listed = [one.form for one in standings(full_file()) if one.form.listed]
    assert len(listed) > 10
    for form in listed:
        number = int(listing[listing.index(form.title) + 1])
        heading = "司法确认申请书" if form.code == Code.CONFIRMATION else form.title
        assert squeezed(bound.pages[number - 1]).startswith(heading)


def test_sums_are_written_in_digits_and_in_words(bound: ReadPdf) -> None:
    assert "12,300.00元（大写：人民币壹万贰仟叁佰元整）" in squeezed(bound.text)
    assert "6,150.00元（大写：人民币陆仟壹佰伍拾元整）" in squeezed(bound.text)


def test_every_party_gets_a_copy_and_one_is_kept(bound: ReadPdf) -> None:
    assert "一式四份" in squeezed(bound.text)


def test_a_signature_stands_behind_its_signer_with_its_day() -> None:
    html = papers.paper_html(full_file(), Code.AGREEMENT)
    line = next(line for line in html.splitlines() if 'data-who="party_1"' in line)
    assert 'src="given:party_1"' in line
    assert "2026年3月10日" in line
    assert "given:" not in next(line for line in html.splitlines() if 'data-who="party_5"' in line)


def test_what_people_write_is_never_markup() -> None:
    file = replace(full_file(), summary="<script>alert(1)</script> & 漏水")
    assert "&lt;script&gt;" in papers.paper_html(file, Code.CLOSING)
    assert "<script>alert(1)</script> & 漏水" in read_word(papers.paper_word(file, Code.CLOSING, {}))


# -- Word and back


def test_the_closing_report_says_of_a_broken_agreement_that_it_was_not_kept() -> None:
    broken = replace(full_file(), performed_on=None, broken_on=NOW.date())
    text = squeezed(read_word(papers.paper_word(broken, Code.CLOSING, PICTURES)))
    assert "未按约定履行（2026年7月1日确认）" in text
    assert "履行中" not in text


def edited(data: bytes, before: str, after: str) -> bytes:
    """Change a word as somebody does in Word."""
    document = docx.Document(io.BytesIO(data))
    for paragraph in document.paragraphs:
        if before in paragraph.text:
            paragraph.runs[0].text = paragraph.text.replace(before, after)
            for rest in paragraph.runs[1:]:
                if not rest._r.xpath(".//a:blip"):
                    rest.text = ""
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def test_what_was_changed_in_word_is_what_is_printed_and_signatures_stay_with_their_lines() -> None:
    file = full_file()
    changed = edited(
        papers.paper_word(file, Code.AGREEMENT, {}), "双方再无其他争议", "双方握手言和，龙䶮为证"
    )
    taken = word.take_in(changed)
    assert "双方再无其他争议" not in taken.html
    assert 'data-who="party_1"' in taken.html
    text = squeezed(read_pdf(papers.paper_pdf(file, Code.AGREEMENT, PICTURES, now=NOW, edited=changed)).text)
    assert "双方握手言和，龙䶮为证" in text
    assert "壹万贰仟叁佰元整" in text


@pytest.mark.parametrize("code", [form.code for form in FORMS if form.listed])
def test_an_unchanged_word_file_comes_back_with_the_same_text(code: Code) -> None:
    file = file_with(code)
    before = re.sub(r"<[^>]+>|\s", "", papers.paper_html(file, code).replace("<br>", ""))
    after = re.sub(r"<[^>]+>|\s", "", word.take_in(papers.paper_word(file, code, PICTURES)).html)
    assert after == before


def test_an_edited_paper_is_bound_with_the_others() -> None:
    file = full_file()
    changed = edited(papers.paper_word(file, Code.RIGHTS, {}), "以上内容已经知悉", "以上内容已经读给我听")
    text = squeezed(read_pdf(papers.bound_pdf(file, PICTURES, now=NOW, edited={Code.RIGHTS: changed})).text)
    assert "以上内容已经读给我听" in text
    assert "壹万贰仟叁佰元整" in text


def test_markup_typed_in_word_stays_text() -> None:
    document = docx.Document()
    document.add_paragraph('<img src="given:party_1"> <b>粗</b>')
    out = io.BytesIO()
    document.save(out)
    assert "&lt;img" in word.take_in(out.getvalue()).html


def test_what_is_no_word_file_is_refused() -> None:
    picture = PICTURES["party_1"]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.txt", "x")
    for data in (b"", b"%PDF-1.7", picture, packed.getvalue()):
        with pytest.raises(WordRefused, match="not_word"):
            word.take_in(data)


def test_what_would_unpack_into_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    data = papers.paper_word(full_file(), Code.RIGHTS, {})
    monkeypatch.setattr(word, "MOST_UNPACKED", 1000)
    with pytest.raises(WordRefused, match="too_large"):
        word.take_in(data)


def test_an_empty_word_file_is_refused() -> None:
    out = io.BytesIO()
    docx.Document().save(out)
    with pytest.raises(WordRefused, match="nothing_in_it"):
        word.take_in(out.getvalue())
