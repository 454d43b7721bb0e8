"""Which papers a file has, in which order, which of them it must have, and what is missing in each.

The list is that of the Ministry of Justice (人民调解文书格式, 2010), with the names of its forms.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from maplebridge.mediation.domain.casefile import CaseFile, Exhibit


class Code(StrEnum):
    COVER = "cover"
    CONTENTS = "contents"
    APPLICATION = "application"
    REGISTER = "register"
    RIGHTS = "rights"
    IDENTITY = "identity"
    ATTORNEY = "attorney"
    INVESTIGATION = "investigation"
    EVIDENCE = "evidence"
    RECORD = "record"
    AGREEMENT = "agreement"
    ORAL = "oral"
    PERFORMANCE = "performance"
    REVISIT = "revisit"
    CONFIRMATION = "confirmation"
    STATEMENT = "statement"
    CLOSING = "closing"
    BACK = "back"


class Need(StrEnum):
    REQUIRED = "required"
    OPTIONAL = "optional"


class Lack(StrEnum):
    """What is missing in a paper. Pages put it into words."""

    NUMBER = "number"
    PARTIES = "parties"
    ACCEPTED = "accepted"
    RIGHTS_TOLD = "rights_told"
    ID_NUMBER = "id_number"
    ID_COPY = "id_copy"
    GUARDIAN = "guardian"
    SITTING = "sitting"
    AGREEMENT = "agreement"
    SIGNATURES = "signatures"
    PROOF = "proof"
    CONCLUDED = "concluded"


@dataclass(frozen=True, slots=True)
class Form:
    code: Code
    title: str
    need: Need
    fits: Callable[[CaseFile], bool]  # whether this file has such a paper at all
    lacks: Callable[[CaseFile], Iterable[Lack]] = lambda _: ()
    listed: bool = True  # in the contents; the cover, the contents and the back cover are not
    for_sides: bool = False  # each side gets a copy


def _always(_: CaseFile) -> bool:
    return True


def _identity_lacks(file: CaseFile) -> Iterable[Lack]:
    if any(not party.id_number for _, party in file.parties):
        yield Lack.ID_NUMBER
    if not file.identities:
        yield Lack.ID_COPY


def _parties_lack(file: CaseFile) -> Iterable[Lack]:
    if sum(bool(side.parties) for side in file.sides) < 2:
        yield Lack.PARTIES
    if any(not party.guardians for party in file.minors()):
        yield Lack.GUARDIAN


def _opening_lacks(file: CaseFile) -> Iterable[Lack]:
    yield from _parties_lack(file)
    if not file.accepted_on:
        yield Lack.ACCEPTED


def _rights_lack(file: CaseFile) -> Iterable[Lack]:
    if any(side.told_rights_on is None for side in file.sides):
        yield Lack.RIGHTS_TOLD


def _agreement_lacks(file: CaseFile) -> Iterable[Lack]:
    if file.agreement is None:
        yield Lack.AGREEMENT
        return
    if not file.number:
        yield Lack.NUMBER
    if not file.agreement.signed_by_all:
        yield Lack.SIGNATURES


def _performance_lacks(file: CaseFile) -> Iterable[Lack]:
    done = [one for one in file.agreement.installments if one.performed_on] if file.agreement else []
    if not file.proofs and not any(one.proof for one in done):
        yield Lack.PROOF


def _has_agreement(file: CaseFile) -> bool:
    return file.agreement is not None


FORMS: tuple[Form, ...] = (
    Form(Code.COVER, "封面", Need.REQUIRED, _always, listed=False),
    Form(Code.CONTENTS, "卷内目录", Need.REQUIRED, _always, listed=False),
    Form(Code.APPLICATION, "人民调解申请书", Need.REQUIRED, lambda file: file.applied, _parties_lack),
    Form(Code.REGISTER, "人民调解受理登记表", Need.REQUIRED, lambda file: not file.applied, _opening_lacks),
    Form(Code.RIGHTS, "人民调解当事人权利义务告知书", Need.REQUIRED, _always, _rights_lack, for_sides=True),
    Form(Code.IDENTITY, "当事人身份证明", Need.REQUIRED, _always, _identity_lacks),
    Form(
        Code.ATTORNEY,
        "授权委托书",
        Need.OPTIONAL,
        lambda file: bool(file.represented or file.attorney_papers),
    ),
    Form(Code.INVESTIGATION, "人民调解调查记录", Need.OPTIONAL, lambda file: bool(file.investigations)),
    Form(Code.EVIDENCE, "证据材料", Need.OPTIONAL, lambda file: bool(file.evidence)),
    Form(
        Code.RECORD,
        "人民调解记录",
        Need.REQUIRED,
        _always,
        lambda file: () if file.sittings else (Lack.SITTING,),
    ),
    Form(
        Code.AGREEMENT,
        "人民调解协议书",
        Need.REQUIRED,
        lambda file: file.agreement is not None and file.agreement.is_written,
        _agreement_lacks,
        for_sides=True,
    ),
    Form(
        Code.ORAL,
        "人民调解口头协议登记表",
        Need.REQUIRED,
        lambda file: file.agreement is not None and not file.agreement.is_written,
        _agreement_lacks,
    ),
    Form(Code.PERFORMANCE, "人民调解协议履行凭证", Need.OPTIONAL, _has_agreement, _performance_lacks),
    Form(Code.REVISIT, "人民调解回访记录", Need.OPTIONAL, lambda file: bool(file.done_revisits)),
    Form(
        Code.CONFIRMATION,
        "司法确认材料",
        Need.OPTIONAL,
        lambda file: file.agreement is not None and file.confirmable,
    ),
    Form(Code.STATEMENT, "卷宗情况说明", Need.OPTIONAL, _always),
    Form(
        Code.CLOSING,
        "人民调解案件结案报告表",
        Need.OPTIONAL,
        _always,
        lambda file: () if file.concluded_on else (Lack.CONCLUDED,),
    ),
    Form(Code.BACK, "封底", Need.REQUIRED, _always, listed=False),
)
BY_CODE = {form.code: form for form in FORMS}
# What has nothing in it before what it is about is there.
_EMPTY_WITHOUT = {Code.RECORD: Lack.SITTING}


@dataclass(frozen=True, slots=True)
class Standing:
    """How a paper of a file stands: what is missing in it, and whether there is anything to print at all."""

    form: Form
    lacks: tuple[Lack, ...]

    @property
    def printable(self) -> bool:
        return _EMPTY_WITHOUT.get(self.form.code) not in self.lacks

    @property
    def complete(self) -> bool:
        return not self.lacks


def standings(file: CaseFile) -> list[Standing]:
    """Return the papers that belong into a file, in their order, with what each still lacks."""
    return [Standing(form, tuple(form.lacks(file))) for form in FORMS if form.fits(file)]


def in_contents(file: CaseFile) -> list[Form]:
    """Return the forms that the contents of the bound file name."""
    return [one.form for one in standings(file) if one.form.listed and one.printable]


_EXHIBITS: Mapping[Code, Callable[[CaseFile], tuple[Exhibit, ...]]] = {
    Code.IDENTITY: lambda file: file.identities,
    Code.ATTORNEY: lambda file: file.attorney_papers,
    Code.EVIDENCE: lambda file: file.evidence,
    Code.PERFORMANCE: lambda file: file.proofs,
}


def beside(file: CaseFile, code: Code) -> int:
    """Return how many PDFs of a paper lie beside the bound file; its contents say so."""
    return sum(bool(one.pdf_digest) for one in _EXHIBITS[code](file)) if code in _EXHIBITS else 0


def absent(file: CaseFile) -> list[Form]:
    """Return the forms that the file must have and has not."""
    return [one.form for one in standings(file) if one.form.need == Need.REQUIRED and not one.printable]
