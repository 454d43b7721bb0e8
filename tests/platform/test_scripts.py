"""The pages' scripts in a real browser, under the strict security policy of the product.

A small server hands out pages rendered from the product's templates and writes down what arrives.
"""

from __future__ import annotations

import io
import json
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Empty, Queue
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.template import engines
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.urls import path
from django.utils import translation
from django.views.generic import TemplateView
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, expect

import maplebridge

STATIC = Path(maplebridge.__file__).parent / "platform/static"
POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; object-src 'none'; "
    "base-uri 'none'; form-action 'self'"
)
TYPES = {".css": "text/css", ".js": "text/javascript", ".mjs": "text/javascript", ".svg": "image/svg+xml"}

ROWS = """
{% include "components/news.html" with topics="grid:4" target="#list" %}
<ul class="rows" id="list">
{% include "components/row.html" with lamp_color="none" what="Leak" url="/opened/1/" action_url="/answer/1/" action_label="Answer" %}
{% include "components/row.html" with lamp_color="none" what="Dogs" url="/opened/2/" action_url="/answer/2/" action_label="Answer" %}
</ul>"""  # noqa: E501 -- an include cannot be broken across lines
CHAT = """
<ol class="chat" id="chat" data-live="thread:7" data-live-how="append"><li><button id="held">hold me</button></li></ol>
"""
FORM = """
<form method="post" action="/post/" enctype="multipart/form-data" data-draft="raise" data-outbox="A leak">
<label for="text">What</label><textarea id="text" name="text"></textarea>
{% include "components/photo_pick.html" with multiple=True %}<button class="btn btn-main">Send</button></form>"""


NUMBERS = {
    "chart_kind": "stacked",
    "chart_title": "Matters a week",
    "chart_over": "Week",
    "chart_series": ["Answered", "Overdue"],
    "chart_rows": [("1", [40, 2]), ("2", [38, None])],
}
CHART = """{% load static %}{% include "components/chart.html" %}
<script type="module" src="{% static 'maplebridge/chart.js' %}"></script>"""


class Resident(AnonymousUser):
    """Somebody signed in, as far as the scripts can tell: what is kept on a phone is kept for one person."""

    pk = 7  # type: ignore[assignment]  # nobody signed in has none


@dataclass
class Town:
    """The server side of these tests: what is sent to the browser, and what came back."""

    url: str = ""
    pages: dict[str, str] = field(default_factory=dict)
    posts: list[dict[str, Any]] = field(default_factory=list)
    news: Queue[dict[str, object]] = field(default_factory=Queue)
    answer: int = 303
    leads_to: str = "/thanks/"
    lose_next_answer: bool = False
    down: bool = False


def rendered(main: str) -> str:
    request = RequestFactory().get("/")
    request.user = Resident()
    template = engines["django"].from_string(
        '{% extends "base.html" %}{% load look %}{% block main %}' + main + "{% endblock %}"
    )
    with translation.override("en"):
        return template.render({"nav": [], "LANGUAGE_CODE": "en"} | NUMBERS, request)


def offline_page() -> str:
    request = RequestFactory().get("/offline/")
    request.user = AnonymousUser()
    with translation.override("en"):
        return render_to_string("offline.html", {"LANGUAGE_CODE": "en"}, request)


def parts_of(body: bytes, content_type: str) -> dict[str, Any]:
    message = message_from_bytes(f"Content-Type: {content_type}\r\n\r\n".encode() + body)
    found: dict[str, Any] = {}
    for part in message.get_payload():
        name = part.get_param("name", header="content-disposition")  # type: ignore[union-attr]  # a part, not a string
        found.setdefault(str(name), []).append(part.get_payload(decode=True))  # type: ignore[union-attr]  # a part, not a string
    return found


def handler_for(town: Town) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            """Keep the tests' output quiet."""

        def reply(self, body: bytes, content_type: str, status: int = 200, **headers: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Security-Policy", POLICY)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self) -> None:
            asked = self.path.partition("?")[0]
            if town.down:
                return
            if asked.startswith("/static/"):
                file = STATIC / asked.removeprefix("/static/")
                self.reply(file.read_bytes(), TYPES[file.suffix])
            elif asked == "/live/":
                self.stream()
            elif asked == "/sw.js":
                self.reply(town.pages[asked].encode(), "text/javascript")
            elif asked == "/today/":
                self.reply(town.pages[asked].encode(), "text/html; charset=utf-8", Offline="keep")
            else:
                page = town.pages.get(asked, f"<title>{asked}</title>")
                self.reply(page.encode(), "text/html; charset=utf-8")

        def stream(self) -> None:
            self.reply(b": here\n\n", "text/event-stream")
            for _ in range(100):
                try:
                    news = town.news.get(timeout=0.1)
                except Empty:
                    continue
                self.wfile.write(f"data: {json.dumps(news)}\n\n".encode())

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            fields = parts_of(body, self.headers["Content-Type"])
            town.posts.append({"key": self.headers["Idempotency-Key"], "path": self.path, "fields": fields})
            if town.lose_next_answer:
                town.lose_next_answer = False
                self.close_connection = True
                return
            self.reply(b"", "text/html", status=town.answer, Location=town.leads_to)

    return Handler


urlpatterns = [
    path("sw.js", TemplateView.as_view(template_name="sw.js"), name="service_worker"),
    path("offline/", TemplateView.as_view(template_name="offline.html"), name="offline"),
    path("safety/", TemplateView.as_view(template_name="offline.html"), name="safety_map"),
]


@pytest.fixture
def town(settings: Any) -> Iterator[Town]:
    settings.ROOT_URLCONF = __name__
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
    town = Town()
    town.pages = {
        "/rows/": rendered(ROWS),
        "/chat/": rendered(CHAT),
        "/form/": rendered(FORM),
        "/sign-in/": rendered("<p>Please sign in</p>").replace('content="7"', 'content=""'),
        "/needed/": rendered('<div class="error-summary">One thing is still needed</div>'),
        "/chart/": rendered(CHART),
        "/thanks/": rendered("<p>Thank you</p>"),
        "/today/": rendered("<p>Leak in building 3</p>"),
        "/later/": rendered("<p>Not kept</p>"),
        "/sw.js": render_to_string("sw.js"),
        "/offline/": offline_page(),
    }
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler_for(town))
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    town.url = f"http://127.0.0.1:{server.server_port}"
    yield town
    server.shutdown()


@pytest.fixture
def phone(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 390, "height": 844}, service_workers="block")
    yield context
    context.close()


@pytest.fixture
def open_page(phone: BrowserContext, town: Town) -> Iterator[Callable[[str], Page]]:
    """Open a page; in the end, nothing may have been said against the security policy."""
    complaints: list[str] = []

    def open_page(address: str) -> Page:
        page = phone.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console", lambda line: complaints.append(line.text) if "Content Security" in line.text else None
        )
        page.goto(town.url + address)
        expect(page.locator("html")).to_have_attribute("lang", re.compile("."))
        return page

    yield open_page
    assert complaints == []


def photo(tmp_path: Path) -> Path:
    file = tmp_path / "wall.png"
    Image.new("RGB", (3000, 2000), (180, 60, 30)).save(file)
    return file


def test_keys_move_answer_and_open(open_page: Callable[[str], Page]) -> None:
    page = open_page("/rows/")
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.get_by_role("link", name="Dogs", exact=True)).to_be_focused()
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    expect(page).to_have_title("/opened/1/")
    page.go_back()
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("a")
    expect(page).to_have_title("/answer/2/")
    page.go_back()
    menu = '<nav class="sidebar"><a href="/search/">Search</a></nav>'
    page.evaluate("menu => document.body.insertAdjacentHTML('beforeend', menu)", menu)
    page.keyboard.press("/")
    expect(page).to_have_title("/search/")


def test_the_first_tab_leads_past_the_menu_and_leaves_the_page_as_it_is(
    open_page: Callable[[str], Page],
) -> None:
    page = open_page("/rows/")
    page.evaluate("window.loadedOnce = true")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("#main :focus")).to_have_count(1)
    assert page.evaluate("window.loadedOnce") is True


def test_keys_can_be_switched_off(open_page: Callable[[str], Page]) -> None:
    page = open_page("/rows/")
    page.keyboard.press("?")
    page.get_by_label("Use these keys").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    expect(page.get_by_role("link", name="Leak", exact=True)).not_to_be_focused()


def test_the_whole_row_opens_and_the_action_works_apart(open_page: Callable[[str], Page]) -> None:
    page = open_page("/rows/")
    row = page.locator("[data-row]").first
    row.click(position={"x": 5, "y": 5})
    expect(page).to_have_title("/opened/1/")
    page.go_back()
    page.get_by_role("link", name="Answer: Leak").click()
    expect(page).to_have_title("/answer/1/")


def test_a_draft_survives_until_it_is_sent(open_page: Callable[[str], Page], town: Town) -> None:
    page = open_page("/form/")
    page.get_by_label("What").fill("The ceiling drips")
    page.reload()
    expect(page.get_by_label("What")).to_have_value("The ceiling drips")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("Thank you")).to_be_visible()
    page.goto(town.url + "/form/")
    expect(page.get_by_label("What")).to_have_value("")
    assert [post["fields"]["text"] for post in town.posts] == [[b"The ceiling drips"]]


def test_what_is_sent_without_a_network_waits_and_goes_out_once(
    open_page: Callable[[str], Page], phone: BrowserContext, town: Town, tmp_path: Path
) -> None:
    page = open_page("/form/")
    phone.set_offline(True)
    page.get_by_label("What").fill("The ceiling drips")
    page.locator("input[type=file]").set_input_files(photo(tmp_path))
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#connection")).to_contain_text(
        "Kept on this phone, will be sent when you are online (1)"
    )
    assert town.posts == []
    phone.set_offline(False)
    expect(page.locator("#connection")).to_be_hidden()
    (post,) = town.posts
    assert post["fields"]["text"] == [b"The ceiling drips"]
    assert len(post["fields"]["photos"]) == 1
    page.reload()
    expect(page.locator("#connection")).to_be_hidden()
    assert len(town.posts) == 1


def test_an_answer_lost_on_the_way_is_asked_for_again_under_the_same_key(
    open_page: Callable[[str], Page], town: Town
) -> None:
    page = open_page("/form/")
    town.lose_next_answer = True
    page.get_by_label("What").fill("The ceiling drips")
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#connection")).to_be_visible()
    page.reload()
    for _ in range(100):  # the notice is hidden until the page has looked what waits
        if len(town.posts) == 2:
            break
        page.wait_for_timeout(100)
    expect(page.locator("#connection")).to_be_hidden()
    assert len(town.posts) == 2
    assert len({post["key"] for post in town.posts}) == 1


def test_what_the_server_refuses_later_is_kept_and_said(
    open_page: Callable[[str], Page], phone: BrowserContext, town: Town
) -> None:
    page = open_page("/form/")
    phone.set_offline(True)
    page.get_by_label("What").fill("The ceiling drips")
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#connection")).to_contain_text("(1)")
    town.answer = 400
    phone.set_offline(False)
    expect(page.locator("#connection")).to_contain_text("One could not be sent. Please look at it.")
    page.get_by_role("button", name="Show").click()
    page.get_by_role("button", name="Remove").click()
    expect(page.locator("#connection")).to_be_hidden()


def test_a_form_that_comes_back_later_with_questions_is_not_taken_for_sent(
    open_page: Callable[[str], Page], phone: BrowserContext, town: Town
) -> None:
    page = open_page("/form/")
    phone.set_offline(True)
    page.get_by_label("What").fill("The ceiling drips")
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#connection")).to_contain_text("(1)")
    town.leads_to = "/needed/"
    phone.set_offline(False)
    expect(page.locator("#connection")).to_contain_text("One could not be sent. Please look at it.")


def test_what_is_sent_after_the_session_ended_goes_out_after_signing_in_again(
    open_page: Callable[[str], Page], town: Town
) -> None:
    page = open_page("/form/")
    town.leads_to = "/sign-in/"
    page.get_by_label("What").fill("The ceiling drips")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("Please sign in", exact=True)).to_be_visible()
    town.leads_to = "/thanks/"
    page.goto(town.url + "/rows/")
    expect(page.get_by_text("Sent: 1")).to_be_visible()
    assert [post["fields"]["text"] for post in town.posts] == [[b"The ceiling drips"]] * 2
    assert len({post["key"] for post in town.posts}) == 1


def test_a_photo_is_made_smaller_on_the_phone(
    open_page: Callable[[str], Page], town: Town, tmp_path: Path
) -> None:
    page = open_page("/form/")
    page.locator("input[type=file]").set_input_files(photo(tmp_path))
    expect(page.get_by_text("Photos ready: 1")).to_be_visible()
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("Thank you")).to_be_visible()
    sent = Image.open(io.BytesIO(town.posts[0]["fields"]["photos"][0]))
    assert (sent.format, sent.size) == ("JPEG", (1920, 1280))


def test_a_file_that_is_no_photo_is_left_out_and_said(
    open_page: Callable[[str], Page], town: Town, tmp_path: Path
) -> None:
    page = open_page("/form/")
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"not a photo")
    page.locator("input[type=file]").set_input_files(broken)
    expect(page.get_by_text("“broken.jpg” is not a photo that can be shown.")).to_be_visible()
    assert page.locator("input[type=file]").evaluate("input => input.files.length") == 0


def test_news_are_announced_and_do_not_move_the_list(open_page: Callable[[str], Page], town: Town) -> None:
    page = open_page("/rows/")
    for number in (3, 4, 4):
        town.news.put({"topic": "grid:4", "kind": "matter", "id": number})
    expect(page.get_by_role("button", name="2 new")).to_be_visible()
    expect(page.locator("[data-row]")).to_have_count(2)
    town.pages["/rows/"] = town.pages["/rows/"].replace("Leak", "Fallen tree")
    page.get_by_role("button", name="2 new").click()
    expect(page.get_by_role("link", name="Fallen tree", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="2 new")).to_be_hidden()


def test_a_message_appears_live_once_and_not_under_the_finger(
    open_page: Callable[[str], Page], town: Town
) -> None:
    page = open_page("/chat/")
    said = {"topic": "thread:7", "kind": "message", "id": 1, "html": '<li id="message-1">Good morning</li>'}
    page.locator("#held").hover()
    page.mouse.down()
    town.news.put(said)
    town.news.put({"topic": "thread:8", "kind": "message", "id": 9, "html": "<li>not ours</li>"})
    page.wait_for_timeout(600)
    expect(page.get_by_text("Good morning")).to_have_count(0)
    page.mouse.up()
    expect(page.get_by_text("Good morning")).to_have_count(1)
    town.news.put(said | {"html": '<li id="message-1">Good morning, all</li>'})
    expect(page.get_by_text("Good morning, all")).to_have_count(1)
    expect(page.locator("#chat > li")).to_have_count(2)
    expect(page.get_by_text("not ours")).to_have_count(0)


def test_large_type_is_remembered(open_page: Callable[[str], Page], phone: BrowserContext) -> None:
    page = open_page("/form/")
    before = page.get_by_role("button", name="Send").bounding_box()
    page.get_by_role("button", name="Large type").click()
    after = page.get_by_role("button", name="Send").bounding_box()
    assert before
    assert after
    assert after["height"] > before["height"] >= 44
    assert [cookie["value"] for cookie in phone.cookies() if cookie["name"] == "large_type"] == ["1"]


def test_pages_marked_to_be_kept_can_be_read_without_a_network(browser: Browser, town: Town) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(town.url + "/form/")
    page.evaluate("navigator.serviceWorker.ready.then(() => null)")
    page.goto(town.url + "/today/")
    page.goto(town.url + "/later/")
    town.down = True
    page.goto(town.url + "/today/")
    expect(page.get_by_text("Leak in building 3")).to_be_visible()
    assert page.locator(".frame").evaluate("frame => getComputedStyle(frame).display") == "grid"
    page.goto(town.url + "/later/")
    expect(page.get_by_text("There is no network just now")).to_be_visible()
    page.goto(town.url + "/today/")
    expect(page.get_by_text("Leak in building 3")).to_be_visible()
    context.close()


def test_pages_kept_for_one_person_are_not_there_for_the_next(browser: Browser, town: Town) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(town.url + "/form/")
    page.evaluate("navigator.serviceWorker.ready.then(() => null)")
    page.goto(town.url + "/today/")
    town.pages["/later/"] = town.pages["/later/"].replace(
        'name="person" content="7"', 'name="person" content="8"'
    )
    page.goto(town.url + "/later/")
    page.wait_for_timeout(300)
    town.down = True
    page.goto(town.url + "/today/")
    expect(page.get_by_text("There is no network just now")).to_be_visible()
    context.close()


def test_a_chart_is_drawn_from_its_table_under_the_policy(open_page: Callable[[str], Page]) -> None:
    page = open_page("/chart/")
    canvas = page.locator("[data-chart-canvas] canvas")
    expect(canvas).to_be_visible()
    page.locator("[data-chart-canvas]").hover(position={"x": 150, "y": 150})
    page.wait_for_timeout(200)
    colors = canvas.evaluate(
        "c => new Set(new Uint32Array(c.getContext('2d').getImageData(0, 0, c.width, c.height).data.buffer)).size"
    )
    assert colors > 10
    page.get_by_text("The numbers").click()
    expect(page.get_by_role("cell", name="40")).to_be_visible()


def test_a_field_for_a_file_speaks_the_language_of_the_page(
    open_page: Callable[[str], Page], town: Town, tmp_path: Path
) -> None:
    field = '<form><label for="f">Territory</label><input type="file" id="f" name="f"></form>'
    with translation.override("zh-hans"):
        chinese = engines["django"].from_string(
            '{% extends "base.html" %}{% block main %}' + field + "{% endblock %}"
        )
        town.pages["/file/"] = chinese.render({"nav": []}, RequestFactory().get("/"))
    page = open_page("/file/")
    button = page.get_by_text("选择文件", exact=True)
    expect(button).to_be_visible()
    expect(page.get_by_text("还没有选择文件")).to_be_visible()
    chosen = tmp_path / "网格.csv"
    chosen.write_text("编号")
    with page.expect_file_chooser() as asked:
        button.click()
    asked.value.set_files(chosen)
    expect(page.get_by_text("网格.csv")).to_be_visible()
