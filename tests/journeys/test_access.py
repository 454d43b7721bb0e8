"""Every page of every role, on a phone and at a desk: no barrier, nothing cut off, one language at a time."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect
from tests.factories.town import Town
from tests.journeys.people import LEAK, Seat, Somebody, told

ROLES = (
    "resident",
    "grid_worker",
    "officer",
    "sorting_officer",
    "supervisor",
    "command",
    "confidential",
    "administrator",
    "analyst",
    "clerk",
)
# Beside what their bars lead to.
MORE = {
    "resident": ["/groups/{thread}/", "/matters/{matter}/", "/welcome/", "/me/erase/"],
    "officer": ["/groups/{thread}/", "/matters/{matter}/"],
    "sorting_officer": ["/hotline/"],
    "supervisor": ["/matters/{matter}/", "/oversight/?wall=1"],
    "administrator": ["/people/", "/people/new/", "/agencies/", "/imports/", "/administration/rules/"],
    "clerk": ["/matters/{matter}/"],
}
HAN = re.compile(r"[\u4e00-\u9fff]")
# Words of the page itself, not of what people wrote: its bars, its buttons, its headings of sections.
CHROME = ".sidebar a.place, .bottombar .place, main button:not([lang]), main a.btn, main h2, main legend, footer button"
# What is written in Latin letters in Chinese as well.
LATIN = re.compile(r"[A-Za-z]{2,}")
ALSO_LATIN = re.compile(
    r"English|Excel|CSV|XLSX|GeoJSON|UTF-8|GB 18030|GB18030|PDF|Word|BOM|JSON|PNG|JPEG|WebP"
)


def pages_of(one: Somebody, town: Town, role: str, matter_id: int) -> list[str]:
    """Return what the bars of somebody lead to, and what else their work opens."""
    one.open("/")
    bars = one.page.locator(".sidebar a.place, .bottombar a.place, #more-places .choices a")
    found = [urlsplit(href).path for href in bars.evaluate_all("all => all.map((one) => one.href)")]
    more = [path.format(thread=town.group.thread_id, matter=matter_id) for path in MORE.get(role, [])]
    return list(dict.fromkeys([*found, *more]))


@pytest.mark.parametrize("role", ROLES)
def test_the_pages_of_a_role_have_no_barrier_on_phone_and_desk(town: Town, somebody: Seat, role: str) -> None:
    matter = told(town)
    one = somebody(getattr(town, role), phone=False)
    wrong = []
    for path in pages_of(one, town, role, matter.pk):
        one.open(path)
        expect(one.page.locator("main h1, .wall h1").first).to_be_visible()
        wrong += one.violations()
        one.page.set_viewport_size({"width": 390, "height": 844})
        wrong += one.violations()
        one.page.set_viewport_size({"width": 320, "height": 700})
        if one.wider_than_the_screen():
            wrong.append(f"{path} scrolls sideways at 320 pixels: {one.widest()}")
        one.page.set_viewport_size({"width": 1440, "height": 900})
    assert wrong == []


@pytest.mark.parametrize("role", ["resident", "officer", "supervisor", "administrator", "clerk"])
def test_a_page_speaks_one_language(town: Town, somebody: Seat, role: str) -> None:
    matter = told(town)
    one = somebody(getattr(town, role), phone=False)
    paths = pages_of(one, town, role, matter.pk)
    wrong = []
    for path in paths:
        one.open(path)
        wrong += [f"{path}: {words}" for words in chrome(one) if LATIN.search(ALSO_LATIN.sub("", words))]
    one.open("/me/")
    one.tap("English", role="button")
    one.page.wait_for_load_state()
    for path in paths:
        one.open(path)
        wrong += [f"{path}: {words}" for words in chrome(one) if HAN.search(without_names(words, town))]
    assert wrong == []


def chrome(one: Somebody) -> list[str]:
    return [" ".join(words.split()) for words in one.page.locator(CHROME).all_inner_texts() if words.strip()]


def without_names(words: str, town: Town) -> str:
    """Take out what people and places are called: names have no translation."""
    names = [
        LEAK,
        "楼上漏水",
        "海棠苑",
        "3号楼",
        "海棠物业",
        "供水公司",
        "和顺区",
        "中文",
        "繁體",
        town.officer.nickname,
    ]
    for name in names:
        words = words.replace(name, "")
    return words
