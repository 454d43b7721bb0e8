"""Chinese is complete in every area, and one English text has one Chinese everywhere: the catalogs meet at run time."""

import re
from collections import defaultdict
from pathlib import Path

import polib

CATALOGS = sorted(Path(__file__).parents[1].glob("src/maplebridge/*/locale/zh_Hans/LC_MESSAGES/django.po"))


def chinese(entry: polib.POEntry) -> str:
    return str(entry.msgstr_plural.get(0, "") if entry.msgid_plural else entry.msgstr)


def test_every_text_has_its_chinese() -> None:
    assert len(CATALOGS) >= 6
    missing = [
        f"{path.parts[-5]}: {entry.msgid}"
        for path in CATALOGS
        for entry in polib.pofile(str(path))
        if not chinese(entry)
    ]
    assert missing == []


def test_one_text_has_one_translation() -> None:
    found: dict[tuple[str | None, str], set[str]] = defaultdict(set)
    for path in CATALOGS:
        for entry in polib.pofile(str(path)):
            found[entry.msgctxt, entry.msgid].add(chinese(entry))
    assert {text: words for text, words in found.items() if len(words) > 1} == {}


def test_placeholders_are_kept() -> None:
    pattern = re.compile(r"%\(\w+\)[sd]|\{\w+(?=[:}])")  # how many digits one is written in may differ
    lost = [
        entry.msgid
        for path in CATALOGS
        for entry in polib.pofile(str(path))
        if set(pattern.findall(chinese(entry)))
        - set(pattern.findall(entry.msgid + (entry.msgid_plural or "")))
    ]
    assert lost == []
