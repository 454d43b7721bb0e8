"""Somebody before the product: what they tap is counted, what goes wrong in their browser is noted."""

import re
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from PIL import Image
from playwright.sync_api import ConsoleMessage, Error, Locator, Page, Request, expect
from tests.factories.town import Town

from maplebridge.matters.models import Matter
from maplebridge.people.models import Account, Person

LEAK = "3号楼2单元401楼上漏水了，墙都裂了"  # pressing: the chief of the second level has it
BACKEND = "django.contrib.auth.backends.ModelBackend"
expect.set_options(timeout=15_000)  # as long as a tap waits: what is shown late on a busy machine is shown
# A page that is left while it asks for something stops asking; htmx says so.
LEFT = re.compile(r"htmx:(sendAbort|afterRequest)")
LOST_NETWORK = re.compile(
    r"ERR_INTERNET_DISCONNECTED|ERR_NETWORK_CHANGED|Failed to load resource|Response Status Error Code 4"
)


def picture(folder: Path) -> Path:
    """Return a photo as a phone takes it."""
    path = folder / "photo.jpg"
    Image.effect_noise((800, 600), 60).convert("RGB").save(path)
    return path


def told(town: Town, text: str = LEAK, who: Person | None = None) -> Matter:
    """Let a resident say it in the group, and wait until the worker has made a matter of it."""
    message = town.says(text, who=who)
    for _ in range(100):
        if found := Matter.objects.filter(asked_in_id=message.pk).first():
            return found
        time.sleep(0.05)
    raise AssertionError(f"nobody made a matter of: {text}")


def cookie_of(person: Person) -> str:
    """Return the session of somebody who has signed in."""
    client = Client()
    client.force_login(Account.objects.get(person=person), BACKEND)
    return client.cookies["sessionid"].value


@dataclass
class Somebody:
    """Taps are clicks, choices and the Enter that sends; writing is not counted, for words have to be written."""

    page: Page
    server: str
    taps: int = 0
    troubles: list[str] = field(default_factory=list)
    expects_failures: bool = (
        False  # a request that is refused, or goes without a network, is part of the test
    )

    def __post_init__(self) -> None:
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.troubles.append(f"{self.page.url}: {error.stack}"))
        self.page.on("request", self._watch)

    def _hear(self, message: ConsoleMessage) -> None:
        if (
            message.type != "error"
            or LEFT.search(message.text)
            or (self.expects_failures and LOST_NETWORK.search(message.text))
        ):
            return
        self.troubles.append(f"{self.page.url}: {message.text}")

    def _watch(self, request: Request) -> None:
        if not request.url.startswith((self.server, "data:", "blob:")):
            self.troubles.append(f"{self.page.url} asks another host: {request.url}")

    def open(self, path: str) -> None:
        answer = self.page.goto(path)
        assert answer is None or answer.status < 400, f"{path}: {answer.status}"

    def tap(self, what: str | Locator, *, role: str = "", inside: Locator | None = None) -> None:
        """Tap a thing, or the button or link of that name."""
        self.taps += 1
        self.thing(what, role=role, inside=inside).click()

    def thing(self, what: str | Locator, *, role: str = "", inside: Locator | None = None) -> Locator:
        if not isinstance(what, str):
            return what
        where = inside or self.where()
        name = re.compile(rf"^{re.escape(what)}($|[\s:：])")  # a button may also name its key, or its row
        if role:
            return where.get_by_role(role, name=name).filter(visible=True).first  # type: ignore[arg-type]  # any role
        named = where.get_by_role("button", name=name).or_(where.get_by_role("link", name=name))
        return named.filter(visible=True).first

    def choose(self, label: str) -> None:
        """Tap one of several choices."""
        self.tap(self.where().get_by_role("radio", name=label))

    def attach(self, label: str, picture: Path) -> None:
        """Tap the button for photos, and take one."""
        self.taps += 1
        with self.page.expect_file_chooser() as chooser:
            self.where().locator("label.btn").filter(has_text=label).filter(visible=True).first.click()
        chooser.value.set_files(picture)
        expect(self.page.locator("[data-photo-list] li").filter(visible=True)).to_have_count(1)

    def ready(self) -> None:
        """Wait until the page hears what happens elsewhere."""
        with suppress(Error):  # it may have begun to listen before
            self.page.wait_for_event("response", lambda answer: "/live/" in answer.url, timeout=1500)

    def kept_for_offline(self) -> None:
        """Wait until the phone could show the page without a network."""
        self.page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
        self.eventually(lambda: bool(self.page.evaluate("() => navigator.serviceWorker.controller !== null")))

    def kept(self) -> int:
        """Return how many posts wait on the phone."""
        return int(
            self.page.evaluate(
                """() => new Promise((done) => {
                  const asked = indexedDB.open("maplebridge", 1);
                  asked.onsuccess = () => {
                    const counted = asked.result.transaction("posts").objectStore("posts").count();
                    counted.onsuccess = () => { asked.result.close(); done(counted.result); };
                  };
                })"""
            )
        )

    def eventually(self, holds: Callable[[], bool]) -> None:
        """Wait for something that no element of the page shows."""
        for _ in range(100):
            if holds():
                return
            self.page.wait_for_timeout(60)
        assert holds()

    def outline(self) -> float:
        """Return how thick the ring around what has the focus is, in pixels."""
        return float(
            self.page.evaluate(
                """() => Math.max(...[document.activeElement, document.activeElement.closest("[data-row]")]
                  .filter((one) => one && getComputedStyle(one).outlineStyle !== "none")
                  .map((one) => parseFloat(getComputedStyle(one).outlineWidth)), 0)"""
            )
        )

    def wider_than_the_screen(self) -> bool:
        return bool(self.page.evaluate("() => document.documentElement.scrollWidth > innerWidth"))

    def widest(self) -> list[str]:
        """Return what reaches beyond the right edge."""
        return list(
            self.page.evaluate(
                """() => [...document.querySelectorAll("main *")]
                  .filter((one) => one.getBoundingClientRect().right > innerWidth + 1)
                  .slice(0, 4).map((one) => one.outerHTML.slice(0, 120))"""
            )
        )

    def type_size(self) -> float:
        return float(self.page.evaluate("() => parseFloat(getComputedStyle(document.body).fontSize)"))

    def where(self) -> Page | Locator:
        """Return the open sheet, or the page where none is open."""
        sheet = self.page.locator("dialog[open]")
        return sheet.last if sheet.count() else self.page

    def press(self, key: str) -> None:
        self.taps += 1
        self.page.keyboard.press(key)

    def write(self, label: str | Locator, text: str) -> None:
        field = label if not isinstance(label, str) else self.where().get_by_label(label).filter(visible=True)
        field.first.fill(text)

    def sees(self, text: str, *, inside: Locator | None = None) -> Locator:
        found = (inside or self.page).get_by_text(text).filter(visible=True).first
        expect(found).to_be_visible()
        return found

    def misses(self, text: str) -> None:
        """Say that the page, as it has come to rest, does not show the words."""
        expect(self.page.get_by_text(text).filter(visible=True)).to_have_count(0)

    def said(self, text: str) -> Locator:
        """Return the bubble with these words in the open conversation."""
        return self.page.locator("#talk .said").filter(has_text=text)

    def violations(self) -> list[str]:
        """Return what axe has against the page, as it is now (WCAG 2.2 A and AA, and its best practices)."""
        found = Axe().run(self.page).response["violations"]
        return [
            f"{self.page.url}: {one['id']}: {node['target']} {node['html'][:160]}"
            for one in found
            for node in one["nodes"]
        ]


Seat = Callable[..., Somebody]
