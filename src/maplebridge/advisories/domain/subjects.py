"""Subjects of advisories and their templates. A template has blanks, 【where】, that have to be filled in."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

BLANK = re.compile(r"【[^】]*】")
OTHER = "other"  # the subject of what no other subject is about


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    name_zh: str
    name_en: str
    title: str
    text: str
    steps: tuple[str, ...]
    calls: tuple[str, ...]  # "96110 反诈专线"
    title_en: str = ""
    text_en: str = ""
    code: str = ""  # by which a town's own version follows the one before


@dataclass(frozen=True, slots=True)
class Version:
    """A template as a town has written it, from a day on. None: from then on it is not used."""

    subject: str
    code: str
    valid_from: date
    template: Template | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What an advisory is about; residents opt out by subject.

    `categories` are beginnings of codes of matters: a warning about them is about this subject, and they are what is
    counted before and after. `urgent`: one of these may pass the quiet hours. `written`: people write about it;
    others are only sent by the product.
    """

    code: str
    name_zh: str
    name_en: str
    categories: tuple[str, ...] = ()
    urgent: bool = False
    written: bool = True
    days: int = 14  # in force, unless somebody says otherwise
    templates: tuple[Template, ...] = field(default=())


def read_subjects(data: Mapping[str, Any]) -> dict[str, Subject]:
    """Return the subjects of a file by code, in its order."""
    found = {}
    for one in data["subject"]:
        templates = tuple(
            Template(
                **(given | {name: tuple(given[name]) for name in ("steps", "calls")}),
                code=f"{one['code']}-{number}",
            )
            for number, given in enumerate(one.get("template", ()), 1)
        )
        values = {name: value for name, value in one.items() if name != "template"}
        values["categories"] = tuple(values.get("categories", ()))
        found[one["code"]] = Subject(**values, templates=templates)
    return found


def in_force(shipped: Mapping[str, Subject], versions: Iterable[Version], on: date) -> dict[str, Subject]:
    """Return the subjects with their templates of a day: those shipped, unless the town has written its own."""
    latest: dict[str, Version] = {}
    for one in sorted(versions, key=lambda each: each.valid_from):
        if one.valid_from <= on:
            latest[one.code] = one
    found = {}
    for code, subject in shipped.items():
        templates = {one.code: one for one in subject.templates}
        for version in latest.values():
            if version.subject == code and version.template is None:
                templates.pop(version.code, None)
            elif version.subject == code and version.template is not None:
                templates[version.code] = version.template
        found[code] = replace(subject, templates=tuple(templates.values()))
    return found


def subject_of(category: str, subjects: Mapping[str, Subject]) -> Subject | None:
    """Return the subject that a category of matters belongs to: the one that names it most closely.

    A category above those of a subject fits it too: a warning about all fraud is about fraud.
    """
    fitting = [
        (len(prefix), one)
        for one in subjects.values()
        for prefix in one.categories
        if category and (f"{category}-".startswith(f"{prefix}-") or f"{prefix}-".startswith(f"{category}-"))
    ]
    return max(fitting, key=lambda pair: pair[0])[1] if fitting else None


def blanks_in(*texts: str) -> list[str]:
    """Return the blanks that nobody has filled in, in their order, each once."""
    return list(dict.fromkeys(one for text in texts for one in BLANK.findall(text)))


def filled(text: str, known: Mapping[str, str]) -> str:
    """Return a text with the blanks filled in of which is known what they stand for."""
    for blank, words in known.items():
        text = text.replace(blank, words or blank)
    return text


def lines_of(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


@dataclass(frozen=True, slots=True)
class Call:
    """Whom to call: a number to tap, and who answers."""

    number: str
    name: str


_CALL = re.compile(r"^([+\d][\d -]{1,18}\d)\s*(.*)$")


def calls_of(text: str) -> list[Call]:
    """Read lines such as "96110 反诈专线"; one without a number in front is a name alone."""
    found = []
    for line in lines_of(text):
        match = _CALL.match(line)
        found.append(Call(match[1].replace(" ", ""), match[2]) if match else Call("", line))
    return found


def as_message(text: str, steps: str, calls: str) -> str:
    """Return what is said in a group: the danger, what to do, whom to call; one thought a line."""
    parts = [text.strip(), *(f"· {one}" for one in lines_of(steps)), *(f"☎ {one}" for one in lines_of(calls))]
    return "\n".join(part for part in parts if part)
