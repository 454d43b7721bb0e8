"""A report as a file to keep: PDF and Word of the same paper, in Chinese, with charts, a map and all sources."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.template.loader import render_to_string
from django.utils import translation

from maplebridge.grading.actions.analysis import TOWN_LANGUAGE
from maplebridge.grading.models import Report
from maplebridge.grading.queries import analysis as queries
from maplebridge.grading.views.report_charts import chart_of
from maplebridge.grading.views.report_drawings import drawings
from maplebridge.grading.words import report_title, section_title
from maplebridge.platform import documents
from maplebridge.platform import word as word_files
from maplebridge.platform.templatetags.look import GRADE_WORDS

MOST_NAMED = 200  # areas
GOOD = ("green", "blue")
DIGITS = 12  # of the digest, on every page


def pdf(one: Report, now: datetime) -> bytes:
    """Return the report as PDF/A."""
    with translation.override(TOWN_LANGUAGE):
        context = _context(one)
        pictures = drawings(context["charts"], queries.boundaries_of(one), "svg")
        return documents.pdf(
            "grading/report_document.html",
            context | {"pictures": pictures},
            title=context["title"],
            number=context["number"],
            now=now,
            language=TOWN_LANGUAGE,
            files=pictures,
        )


def word(one: Report, now: datetime) -> bytes:
    """Return the report as a Word file."""
    with translation.override(TOWN_LANGUAGE):
        context = _context(one)
        pictures = drawings(context["charts"], queries.boundaries_of(one), "png")
        paper = render_to_string("grading/report_paper.html", context | {"pictures": pictures})
        return word_files.word(paper, title=context["title"], number=context["number"], pictures=pictures)


def _context(one: Report) -> dict[str, Any]:
    words = queries.words_of(one)
    sections = [_section(each, words) for each in one.body["sections"]]
    return {
        "one": one,
        "period": one.period,
        "title": report_title(one.period),
        "number": _number(one),
        "state": queries.state_of(one),
        "sections": sections,
        "charts": {
            each["code"]: chart for each in one.body["sections"] if (chart := chart_of(each)) is not None
        },
        "sources": one.body["sources"],
    }


def _number(one: Report) -> str:
    """Return what stands on every page: period, version, and the digest by which a released one is known again."""
    number = f"{one.period} · v{one.version}"
    return f"{number} · {one.digest[:DIGITS]}" if one.released_at else number


def _section(section: Mapping[str, Any], words: Mapping[str, str]) -> dict[str, Any]:
    code = section["code"]
    return {
        **section,
        "title": section_title(code),
        "lines": [line for line in words[code].split("\n") if line],
        "by_color": _by_color(section),
    }


def _by_color(section: Mapping[str, Any]) -> list[tuple[str, str, list[str]]]:
    """Return the areas of each color by name; of thousands, only those that are neither good nor safe."""
    found: dict[str, list[str]] = {}
    colors = section.get("colors", ())
    for each in colors:
        named = len(colors) <= MOST_NAMED or each["color"] not in GOOD
        found.setdefault(each["color"], []).append(each["name"] if named else "")
    return [(color, str(GRADE_WORDS[color]), names) for color in GRADE_WORDS if (names := found.get(color))]
