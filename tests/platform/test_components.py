"""Each include says what it shows in words, has names for all that can be pressed, and carries no inline style."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django import forms
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.template import engines
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import timezone, translation

import maplebridge

PACKAGE = Path(maplebridge.__file__).parent
TEMPLATES = sorted(PACKAGE.glob("*/templates/**/*.html"))
NOW = timezone.now().replace(hour=10, minute=0, second=0, microsecond=0)
COLOR_WORDS = {"green", "blue", "yellow", "red", "black", "none"}


@pytest.fixture(autouse=True)
def plain_static_files_in_english(settings: Any) -> Iterator[None]:
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
    with translation.override("en"):
        yield


class Page(HTMLParser):
    """What a reader, a screen reader and the security policy would notice about some HTML."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.pressable: list[tuple[dict[str, str | None], list[str]]] = []
        self._open: list[int] = []
        self.feed(html)
        self.text = re.sub(r"\s+", " ", self.text).strip()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.append((tag, found))
        if tag in {"a", "button"}:
            self.pressable.append((found, []))
            self._open.append(len(self.pressable) - 1)
        if self._open and (label := found.get("aria-label") or found.get("alt")):
            self.pressable[self._open[-1]][1].append(label)

    def handle_endtag(self, tag: str) -> None:
        if tag in {"a", "button"} and self._open:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        self.text += data
        if self._open:
            self.pressable[self._open[-1]][1].append(data)

    def attributes(self, name: str) -> list[str | None]:
        return [attrs[name] for _, attrs in self.tags if name in attrs]


def shown(source: str, **context: Any) -> Page:
    template = engines["django"].from_string("{% load look %}" + source)
    return Page(template.render({"now": NOW} | context))


class Leak(forms.Form):
    what = forms.CharField(help_text="As you would say it.")
    phone = forms.CharField(required=False)
    may_enter = forms.BooleanField(required=False, label="You may come in")


EXAMPLES: dict[str, tuple[str, dict[str, Any], list[str]]] = {
    "row": (
        '{% include "components/row.html" %}',
        {
            "lamp_color": "amber",
            "due": NOW + timedelta(minutes=8),
            "what": "Leak",
            "url": "/m/1",
            "number": 1043,
            "place": "Crabapple Court",
            "who": "Wang",
            "action_url": "/m/1/answer",
            "action_label": "Answer",
        },
        ["8 minutes left", "Leak", "#1043", "Crabapple Court", "Wang", "Answer"],
    ),
    "timeline": (
        '{% include "components/timeline_entry.html" %}',
        {"who": "Wang", "role_kind": "officer", "at": NOW, "what": "Called upstairs", "text": "Nobody in."},
        ["Wang", "officer", "today", "Called upstairs", "Nobody in.", "Only inside"],
    ),
    "words": (
        '{% include "components/words.html" %}',
        {"text": "long " * 200},
        ["All 1000 characters", "long"],
    ),
    "said": (
        '{% include "components/said.html" %}',
        {
            "who": "Anju",
            "role_kind": "property",
            "at": NOW - timedelta(days=1),
            "text": "At three.",
            "place": "Building 3",
            "photos": [{"url": "/p/1"}],
            "matter_url": "/m/1043",
            "matter_number": 1043,
            "read_by": 18,
        },
        [
            "Anju",
            "property manager",
            "yesterday",
            "At three.",
            "Building 3",
            "Registered as #1043",
            "Read by 18",
        ],
    ),
    "rate": (
        '{% rate "Answered" 1026 1064 change=0.8 against="since May" %}',
        {},
        ["96.4 %", "1,026 / 1,064"],
    ),
    "header": (
        '{% include "components/page_header.html" %}',
        {"title": "Today", "sub": "Grid 4", "back_url": "/", "action_url": "/n", "action_label": "Raise"},
        ["Today", "Grid 4", "Raise"],
    ),
    "empty": (
        '{% include "components/empty.html" %}',
        {"title": "Nothing yet", "text": "Matters appear here.", "action_url": "/n", "action_label": "Raise"},
        ["Nothing yet", "Matters appear here.", "Raise"],
    ),
    "emergency": ('{% include "components/emergency.html" %}', {}, ["110", "police", "119", "fire", "120"]),
    "skeleton": ('{% include "components/skeleton.html" %}', {}, ["Loading"]),
    "progress": (
        '{% include "components/progress.html" %}',
        {"label": "Importing", "done": 1200, "total": 100000},
        ["Importing", "1,200 of 100,000"],
    ),
    "note": ('{% include "components/note.html" %}', {"kind": "error", "text": "Row 14"}, ["Row 14"]),
    "demo": (
        '{% include "components/demo_banner.html" %}',
        {"demo_url": "/demo/"},
        ["invented", "Change role"],
    ),
    "connection": ('{% include "components/connection.html" %}', {}, ["No network"]),
    "outbox": ('{% include "components/outbox.html" %}', {}, ["Kept on this phone"]),
    "keys": ('{% include "components/keys.html" %}', {}, ["next, previous", "answer", "hand over", "search"]),
    "news": ('{% include "components/news.html" %}', {"topics": "grid:4", "target": "#list"}, []),
    "sheet": (
        '{% include "components/sheet.html" %}',
        {"id": "s", "title": "Hand over", "text": "To"},
        ["Hand"],
    ),
    "photo": ('{% include "components/photo_pick.html" %}', {}, ["Take or choose a photo"]),
    "place": ('{% include "components/place_find.html" %}', {}, ["I am here"]),
    "pager": ('{% include "components/pager.html" %}', {"next_url": "?after=9"}, ["Older"]),
    "filters": (
        '{% include "components/filterbar.html" %}',
        {"search_name": "q", "filters": [{"name": "s", "label": "State", "choices": [("a", "overdue")]}]},
        ["State", "overdue", "Apply"],
    ),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_component_says_in_words_what_it_shows(name: str) -> None:
    source, context, words = EXAMPLES[name]
    page = shown(source, **context)
    assert [word for word in words if word not in page.text] == []


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_component_obeys_the_security_policy_and_names_what_can_be_pressed(name: str) -> None:
    source, context, _ = EXAMPLES[name]
    page = shown(source, **context)
    assert page.tags
    assert page.attributes("style") == []
    assert [attr for _, attrs in page.tags for attr in attrs if attr.startswith("on")] == []
    nameless = [attrs for attrs, words in page.pressable if not "".join(words).strip()]
    # The button of the news gets its words, with the count, when there are any.
    assert nameless == [] or name == "news"


@pytest.mark.parametrize(
    ("color", "words"),
    [
        ("green", "22 minutes left"),
        ("amber", "22 minutes left"),
        ("red", "22 minutes left"),
        ("done", "answered"),
    ],
)
def test_a_lamp_has_shape_and_words_besides_its_color(color: str, words: str) -> None:
    page = shown("{% lamp color due %}", color=color, due=NOW + timedelta(minutes=22))
    assert page.text == words
    shape = page.attributes("href")[0] or ""
    others = [
        shown("{% lamp color %}", color=other).attributes("href")[0]
        for other in ("green", "amber", "red", "done")
        if other != color
    ]
    assert shape not in others


def test_grades_differ_in_word_and_pattern_where_color_is_not_seen() -> None:
    pages = {color: shown("{% grade color %}", color=color) for color in COLOR_WORDS}
    assert len({page.text for page in pages.values()}) == len(COLOR_WORDS)
    drawn = {
        color: str([(tag, attrs.get("d"), attrs.get("r"), attrs.get("x")) for tag, attrs in page.tags])
        + " ".join(str(attrs.get("class", "")).replace(color, "") for _, attrs in page.tags)
        for color, page in pages.items()
    }
    assert len(set(drawn.values())) == len(COLOR_WORDS)


def test_nothing_to_divide_by_is_not_zero_percent() -> None:
    page = shown('{% rate "Satisfied" 0 0 %}')
    assert "%" not in page.text
    assert "nothing to count yet" in page.text


def test_what_people_write_is_text_not_markup() -> None:
    page = shown(
        '{% include "components/said.html" %}', who="<b>x</b>", text="<script>alert(1)</script>", at=NOW
    )
    assert "script" not in {tag for tag, _ in page.tags}
    assert "<script>alert(1)</script>" in page.text


def test_a_wrong_field_is_tied_to_its_words_and_summed_up_above() -> None:
    form = Leak({"phone": "1"})
    field = shown('{% include "components/field.html" %}', field=form["what"])
    described = (field.attributes("aria-describedby")[0] or "").split()
    assert described
    assert set(described) <= set(field.attributes("id"))
    summary = shown('{% include "components/error_summary.html" %}', form=form)
    assert "One thing is still needed" in summary.text
    assert "#id_what" in summary.attributes("href")


def test_only_fields_one_may_leave_out_say_so() -> None:
    form = Leak()
    assert "if you like" in shown('{% include "components/field.html" %}', field=form["phone"]).text
    assert "if you like" not in shown('{% include "components/field.html" %}', field=form["what"]).text


def place_of(number: int) -> dict[str, Any]:
    return {"url": f"/{number}/", "icon": "home", "label": f"Place {number}", "active": number == 1}


def asked() -> HttpRequest:
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    return request


def base(places: int, **cookies: str) -> Page:
    request = asked()
    request.COOKIES.update(cookies)
    context = {"nav": [place_of(n + 1) for n in range(places)], "demo": True, "town": "Heshun"}
    return Page(render_to_string("base.html", context, request=request))


def test_the_page_has_no_inline_script_or_style() -> None:
    page = base(4)
    assert page.attributes("style") == []
    assert "style" not in {tag for tag, _ in page.tags}
    scripts = [attrs for tag, attrs in page.tags if tag == "script"]
    assert len(scripts) >= 3
    assert [
        attrs for attrs in scripts if "src" not in attrs and attrs.get("type") != "application/json"
    ] == []


def test_the_bottom_bar_holds_five_places_and_puts_the_others_behind_more() -> None:
    assert "More" not in base(5).text
    assert "More" in base(6).text


def test_every_id_on_the_page_is_there_once() -> None:
    ids = base(6).attributes("id")
    assert len(ids) == len(set(ids))


def test_large_type_is_remembered_by_the_device() -> None:
    assert base(4).attributes("data-elder") == []
    assert base(4, large_type="1").attributes("data-elder") == [None]


def test_the_wall_is_dark_and_shows_whether_it_is_connected() -> None:
    page = Page(render_to_string("base_wall.html", {"town": "Heshun"}, request=asked()))
    assert page.attributes("data-bs-theme") == ["dark"]
    assert page.attributes("data-live-state")


def test_every_icon_that_a_template_names_is_in_the_sprite() -> None:
    sprite = (PACKAGE / "platform/static/vendor/icons.svg").read_text(encoding="utf-8")
    known = set(re.findall(r'<symbol id="([^"]+)"', sprite))
    named = {
        (path.name, name)
        for path in TEMPLATES
        for name in re.findall(
            r'(?:\{% icon |icon_name=|action_icon=|icon_name\|default:)"([^"]+)"',
            path.read_text(encoding="utf-8"),
        )
    }
    assert len(named) > 10
    assert {(file, name) for file, name in named if name not in known} == set()


def test_no_template_of_the_product_has_an_inline_style_or_handler() -> None:
    assert len(TEMPLATES) > 20
    offending = {
        path.name
        for path in TEMPLATES
        if re.search(r"\sstyle=|<style|\son[a-z]+=\"|<script>|javascript:", path.read_text(encoding="utf-8"))
    }
    assert offending == set()
