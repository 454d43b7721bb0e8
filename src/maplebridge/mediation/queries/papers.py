"""The official forms as pages and Word files, made of a `CaseFile`. In Chinese: that is how they are prescribed."""

import re
from collections.abc import Mapping
from datetime import datetime
from html import escape
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import mark_safe

from maplebridge.kernel.numerals import day_in_chinese
from maplebridge.mediation.domain.casefile import CaseFile, Signed
from maplebridge.mediation.domain.papers import BY_CODE, Code, absent, in_contents, standings
from maplebridge.platform import documents, word

_COUNTS = "零一二三四五六七八九十"
_SIGNING = re.compile(r'(<p class="signing" data-who="([^"]+)">)(.*?)(</p>)', re.DOTALL)
# Always made anew, of what the file holds at that moment.
NEVER_EDITED = frozenset({Code.COVER, Code.CONTENTS, Code.BACK})


def paper_html(file: CaseFile, code: Code) -> str:
    """Return one form as the HTML of which both its page and its Word file are made, with the signatures given."""
    html = render_to_string(f"mediation/forms/{code}.html", _context(file))
    return _with_signatures(html, file.agreement.signatures if file.agreement else {})


def paper_word(file: CaseFile, code: Code, pictures: Mapping[str, bytes]) -> bytes:
    """Return one form to be edited."""
    title = BY_CODE[code].title
    return word.word(paper_html(file, code), title=title, number=file.number, pictures=pictures)


def paper_pdf(
    file: CaseFile,
    code: Code,
    pictures: Mapping[str, bytes],
    *,
    now: datetime,
    edited: bytes | None = None,
) -> bytes:
    """Return one form as PDF/A: as it was edited in Word, or as the file has it."""
    html, more = _text_of(file, code, edited)
    return _pdf(file, [(code, html)], {**pictures, **more}, title=BY_CODE[code].title, now=now)


def bound_pdf(
    file: CaseFile,
    pictures: Mapping[str, bytes],
    *,
    now: datetime,
    edited: Mapping[Code, bytes] | None = None,
) -> bytes:
    """Return the whole file in one: cover, contents with page numbers, every form that there is, back cover."""
    papers: list[tuple[Code, str]] = []
    everything = dict(pictures)
    for standing in standings(file):
        if standing.printable:
            code = standing.form.code
            html, more = _text_of(file, code, (edited or {}).get(code))
            papers.append((code, html))
            everything |= more
    return _pdf(file, papers, everything, title=file.title, now=now)


def _text_of(file: CaseFile, code: Code, edited: bytes | None) -> tuple[str, Mapping[str, bytes]]:
    if edited is None or code in NEVER_EDITED:
        return paper_html(file, code), {}
    taken = word.take_in(edited, prefix=f"{code}_taken")
    return _with_signatures(taken.html, file.agreement.signatures if file.agreement else {}), taken.pictures


def _pdf(
    file: CaseFile,
    papers: list[tuple[Code, str]],
    pictures: Mapping[str, bytes],
    *,
    title: str,
    now: datetime,
) -> bytes:
    # What is marked safe was escaped where it was made: by the forms' templates, or by `word.take_in`.
    shown = [{"code": code, "html": mark_safe(html)} for code, html in papers]  # noqa: S308 - see above
    return documents.pdf(
        "mediation/forms/bound.html",
        {"papers": shown},
        title=title,
        number=file.number,
        now=now,
        files=pictures,
    )


def _context(file: CaseFile) -> dict[str, Any]:
    told = [side.told_rights_on for side in file.sides if side.told_rights_on]
    copies = len(file.parties) + 1  # one for each party, one is kept (People's Mediation Law, art. 29)
    return {
        "file": file,
        "papers": in_contents(file),
        "absent": absent(file),
        "wishes": [line.strip() for line in file.wishes.splitlines() if line.strip()],
        "told_on": max(told, default=None),
        # A case is closed when its agreement has been performed, or mediation has ended without one.
        "closed_on": file.performed_on if file.agreement else file.concluded_on,
        "copies": _COUNTS[copies] if copies < len(_COUNTS) else str(copies),
        "none": None,
    }


def _with_signatures(html: str, signatures: Mapping[str, Signed]) -> str:
    """Put each signature, and when it was given, behind the line of whoever signed."""

    def signed(line: re.Match[str]) -> str:
        one = signatures.get(line.group(2))
        if one is None or "given:" in line.group(3):
            return line.group(0)
        picture = f'<img src="given:{escape(one.picture)}" alt="签名">' if one.picture else escape(one.how)
        return f"{line.group(1)}{line.group(3)}{picture} {day_in_chinese(one.signed_at)}{line.group(4)}"

    return _SIGNING.sub(signed, html)
