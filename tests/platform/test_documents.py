"""Documents are made of what was given, say what they are, and print every character or none at all."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.test import override_settings
from tests.factories.printed import ReadPdf, read_pdf

from maplebridge.platform import documents

if TYPE_CHECKING:
    from matplotlib.figure import Figure

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
RARE = "王𠮷、龙䶮、阿依古丽·买买提、㛃、𫖯"


@pytest.fixture
def template(tmp_path: Path, settings: Any) -> Any:
    """Return a way to write a template of a document."""
    configured = [{**one, "DIRS": [tmp_path]} for one in settings.TEMPLATES]

    def write(main: str) -> str:
        body = '{% extends "documents/document.html" %}{% block main %}' + main + "{% endblock %}"
        name = f"trial_{len(list(tmp_path.iterdir()))}.html"
        (tmp_path / name).write_text(body, encoding="utf-8")
        return name

    with override_settings(TEMPLATES=configured):
        yield write


def made(template: str, **more: Any) -> ReadPdf:
    context = more.pop("context", {})
    return read_pdf(documents.pdf(template, context, title="试卷 & <一>", now=NOW, **more))


def test_the_number_and_page_x_of_y_stand_on_every_page(template: Any) -> None:
    pages = made(template("<p>一</p>" * 120), number="(2026)枫人调字第12号").pages
    assert len(pages) > 1
    for at, page in enumerate(pages, 1):
        assert "(2026)枫人调字第12号" in page
        assert f"第{at}页共{len(pages)}页" in page.replace(" ", "")


def test_english_pages_are_counted_in_english(template: Any) -> None:
    assert "Page 1 of 1" in made(template("<p>one</p>"), language="en").text


def test_rare_characters_come_out_as_themselves(template: Any) -> None:
    assert RARE in made(template("<p>{{ name }}</p>"), context={"name": RARE}).text


def test_a_character_that_no_font_has_is_refused_by_name(template: Any) -> None:
    with pytest.raises(documents.GlyphsMissing, match=r"U\+10FFFD") as refused:
        made(template("<p>王{{ name }}</p>"), context={"name": "\U0010fffd"})
    assert refused.value.characters == "\U0010fffd"


def test_what_is_filled_in_is_text_and_never_markup(template: Any) -> None:
    assert "<img src=x>" in made(template("<p>{{ said }}</p>"), context={"said": "<img src=x>"}).text


@pytest.mark.parametrize(
    "address",
    [
        "https://example.org/a.png",
        "http://127.0.0.1:8000/a.png",
        "file:///etc/passwd",
        "data:image/png;base64,AAAA",
        "packaged:../settings.py",
        "packaged:maplebridge/nowhere.svg",
        "given:other",
        "plain.png",
    ],
)
def test_nothing_is_loaded_from_outside(template: Any, address: str) -> None:
    with pytest.raises(documents.ResourceRefused):
        made(template(f'<img src="{address}" alt="x">'), files={"mine": b""})


def test_packaged_files_and_given_bytes_are_loaded(template: Any) -> None:
    bare = documents.pdf(template("<p></p>"), {}, title="一", now=NOW)
    page = template('<img src="packaged:maplebridge/mark.svg" alt="枫"><img src="given:trend" alt="走势">')
    full = documents.pdf(page, {}, title="一", now=NOW, files={"trend": documents.chart(line)})
    assert len(full) > len(bare) + 500


def test_the_file_claims_pdf_a_and_has_what_the_claim_needs(template: Any) -> None:
    """What can be checked without a validator: XMP, output intent, embedded fonts, no script, no encryption."""
    data = documents.pdf(
        template("<h1>一</h1><p>{{ name }}</p>"), {"name": RARE}, title="试卷 & <一>", now=NOW
    )
    read = read_pdf(data)
    part = re.search(r'pdfaid:part="(\d)"', read.metadata)
    level = re.search(r'pdfaid:conformance="(\w)"', read.metadata)
    assert part is not None
    assert level is not None
    assert (part.group(1), level.group(1)) == ("2", "U")
    assert "试卷 &amp; &lt;一&gt;" in read.metadata
    assert b"GTS_PDFA1" in read.catalog + read.resolve(read.catalog)
    assert re.search(rb"/Lang \((\xfe\xff)?[^)]*z.?h", read.catalog)
    assert read.fonts
    assert all(read.fonts.values())
    everything = b"".join(read.objects.values())
    for forbidden in (b"/JavaScript", b"/Encrypt", b"/EmbeddedFile", b"/Launch", b"/XFA"):
        assert forbidden not in everything + data.split(b"startxref")[-1]


def test_a_chart_is_the_same_for_the_same_data_and_in_both_forms() -> None:
    assert documents.chart(line) == documents.chart(line)
    assert documents.chart(line, form="png").startswith(b"\x89PNG")


def test_a_chart_without_a_chinese_font_says_which_package_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(documents, "_CHART_FAMILY", "No Such Family CJK")
    documents._require_chart_font.cache_clear()
    with pytest.raises(documents.DocumentsUnavailable, match="fonts-noto-cjk"):
        documents.chart(line)
    monkeypatch.undo()
    documents._require_chart_font.cache_clear()


def test_without_the_system_library_the_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_pango(name: str, *_: object) -> None:
        raise OSError("cannot load library 'libpango-1.0-0'")

    documents._weasyprint.cache_clear()
    monkeypatch.setattr("builtins.__import__", no_pango)
    with pytest.raises(documents.DocumentsUnavailable, match=r"libpango-1\.0-0"):
        documents._weasyprint()


def test_a_document_without_its_chinese_font_is_refused(
    template: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(documents, "CHINESE_FAMILIES", ("No Such Family",))
    with pytest.raises(documents.DocumentsUnavailable, match="fonts-noto-cjk"):
        made(template("<p>一</p>"))


def line(figure: "Figure") -> None:
    axes = figure.subplots()
    axes.plot([3, -1, 2], label="邻里纠纷")
    axes.legend()
