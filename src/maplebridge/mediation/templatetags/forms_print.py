"""How the official forms write days, sums and what is left to be filled in by hand."""

from datetime import date, datetime

from django import template

from maplebridge.kernel.numerals import amount_in_words, day_in_chinese, moment_in_chinese
from maplebridge.mediation.domain.amounts import yuan
from maplebridge.mediation.domain.casefile import CaseFile, Party
from maplebridge.mediation.domain.papers import Form, beside

register = template.Library()
BLANK = "　　　　　　　　"


@register.filter
def day(value: date | None) -> str:
    return day_in_chinese(value)


@register.filter
def moment(value: datetime | None) -> str:
    return moment_in_chinese(value)


@register.filter
def sum_of(cents: int | None) -> str:
    """Return a sum in digits and in words, as both must stand in an agreement."""
    return f"{yuan(cents)}元（大写：人民币{amount_in_words(cents)}）" if cents is not None else BLANK


@register.filter
def pdfs_beside(paper: Form, file: CaseFile) -> int:
    return beside(file, paper.code)


@register.filter
def or_blank(value: object) -> str:
    return str(value) if value else BLANK


@register.filter
def age_on(party: Party, on: date) -> str:
    age = party.age(on)
    return "" if age is None else str(age)


@register.filter
def is_minor_on(party: Party, on: date) -> bool:
    return party.is_minor(on)
