"""What a file needs to be printed, and which papers belong into it."""

from dataclasses import replace
from datetime import date

import pytest
from tests.factories.casefiles import DOTTED, RARE, full_file, oral_file

from maplebridge.mediation.domain import casefile
from maplebridge.mediation.domain.papers import FORMS, Code, Lack, Need, absent, in_contents, standings

# The list of the Ministry: these must be in every file, in this order; an alternative counts as one.
REQUIRED_OF_WRITTEN = [
    Code.COVER,
    Code.CONTENTS,
    Code.APPLICATION,
    Code.RIGHTS,
    Code.IDENTITY,
    Code.RECORD,
    Code.AGREEMENT,
    Code.BACK,
]


def codes(file: casefile.CaseFile) -> list[Code]:
    return [one.form.code for one in standings(file)]


def lacks(file: casefile.CaseFile, code: Code) -> tuple[Lack, ...]:
    return next(one.lacks for one in standings(file) if one.form.code == code)


def test_the_required_papers_are_those_of_the_ministry_in_its_order() -> None:
    required = [one.form.code for one in standings(full_file()) if one.form.need == Need.REQUIRED]
    assert required == REQUIRED_OF_WRITTEN


def test_whoever_did_not_apply_is_registered_and_what_was_spoken_is_noted() -> None:
    found = codes(oral_file())
    assert Code.REGISTER in found
    assert Code.APPLICATION not in found
    assert Code.ORAL in found
    assert Code.AGREEMENT not in found


def test_the_title_says_who_with_whom_about_what() -> None:
    assert full_file().title == f"{RARE}与{DOTTED}、和顺安居物业服务有限公司邻里纠纷"
    assert replace(full_file(), type_name="劳动争议").title.endswith("公司劳动争议")


@pytest.mark.parametrize(("number", "label"), [(1, "甲方"), (2, "乙方"), (10, "癸方"), (11, "第11方")])
def test_sides_are_called_as_in_agreements(number: int, label: str) -> None:
    assert casefile.Side(number=number, parties=()).label == label


def test_a_minor_without_a_guardian_is_missed() -> None:
    file = full_file()
    child = file.sides[1].parties[0]
    assert child.is_minor(file.on)
    assert Lack.GUARDIAN not in lacks(file, Code.APPLICATION)
    alone = replace(
        file,
        sides=(file.sides[0], replace(file.sides[1], parties=(replace(child, spokesmen=()),))),
    )
    assert Lack.GUARDIAN in lacks(alone, Code.APPLICATION)
    grown = replace(alone, on=date(2031, 1, 1))
    assert Lack.GUARDIAN not in lacks(grown, Code.APPLICATION)


def test_an_agreement_lacks_signatures_until_everybody_has_signed() -> None:
    file = full_file()
    assert file.agreement is not None
    assert lacks(file, Code.AGREEMENT) == (Lack.SIGNATURES,)
    signed = replace(file.agreement, signed_by_all=True)
    assert lacks(replace(file, agreement=signed), Code.AGREEMENT) == ()


def test_what_is_not_there_is_neither_listed_nor_forgotten() -> None:
    file = replace(full_file(), sittings=())
    assert Code.RECORD not in [form.code for form in in_contents(file)]
    assert [form.code for form in absent(file)] == [Code.RECORD]
    assert absent(full_file()) == []


def test_before_an_agreement_there_is_none_to_print() -> None:
    found = codes(replace(full_file(), agreement=None, confirmation=None))
    assert not {Code.AGREEMENT, Code.ORAL, Code.PERFORMANCE, Code.CONFIRMATION} & set(found)


def test_identity_and_marriage_are_not_brought_to_a_court_for_confirmation() -> None:
    assert Code.CONFIRMATION not in codes(replace(full_file(), confirmable=False))


def test_every_form_has_one_title() -> None:
    assert len({form.title for form in FORMS}) == len(FORMS) == len(Code)
