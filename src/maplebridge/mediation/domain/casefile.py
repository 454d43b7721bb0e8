"""What the official file of a dispute consists of: everything that is printed, and nothing that is not.

The forms follow the list of the Ministry of Justice (人民调解文书格式, 2010). What was said for one side's ears is
no part of a file: a file is read by both sides and by the court.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from maplebridge.mediation.domain.acceptance import age_on, is_minor

SIDE_MARKS = "甲乙丙丁戊己庚辛壬癸"


@dataclass(frozen=True, kw_only=True, slots=True)
class Party:
    """A person or an organization on a side. `key` is the name under which a signature is given to a form."""

    key: str
    name: str
    is_organization: bool = False
    gender: str = ""  # as printed
    born: date | None = None
    phone: str = ""
    id_number: str = ""
    address: str = ""
    employer: str = ""
    spokesmen: tuple["Spokesman", ...] = ()

    def age(self, on: date) -> int | None:
        return age_on(self.born, on) if self.born else None

    def is_minor(self, on: date) -> bool:
        return is_minor(self.born, on)

    @property
    def guardians(self) -> list["Spokesman"]:
        return [one for one in self.spokesmen if one.speaks_as == "guardian"]

    @property
    def attorneys(self) -> list["Spokesman"]:
        return [one for one in self.spokesmen if one.speaks_as == "attorney"]

    @property
    def legal(self) -> list["Spokesman"]:
        return [one for one in self.spokesmen if one.speaks_as == "legal"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Spokesman:
    """Who speaks for a party: guardian, attorney, or the legal representative of an organization."""

    key: str
    name: str
    speaks_as: str
    phone: str = ""
    id_number: str = ""
    address: str = ""
    gender: str = ""
    employer: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Side:
    number: int  # 1 is 甲方
    parties: tuple[Party, ...]
    applied: bool = False
    told_rights_on: date | None = None

    @property
    def label(self) -> str:
        """Return 甲方, 乙方 …; after the tenth side they are counted."""
        return f"{SIDE_MARKS[self.number - 1]}方" if self.number <= len(SIDE_MARKS) else f"第{self.number}方"

    @property
    def names(self) -> str:
        return "、".join(party.name for party in self.parties)


@dataclass(frozen=True, kw_only=True, slots=True)
class Mediator:
    key: str
    name: str
    leads: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Investigation:
    at: datetime
    title: str
    text: str
    investigator: str = ""
    asked: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Exhibit:
    """A piece of evidence, a copy of papers, the proof of a payment. `picture` is its name among the given files;

    `pdf_digest` and `pdf_size` are of the PDF that lies beside the bound file: its pages are not ours to print.
    """

    on: date
    title: str
    text: str = ""
    brought_by: str = ""
    picture: str = ""
    pdf_digest: str = ""
    pdf_size: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    who: str
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Sitting:
    """A joint session that was held."""

    starts_at: datetime
    ends_at: datetime
    place: str
    present: tuple[str, ...] = ()
    mediators: tuple[str, ...] = ()
    recorder: str = ""
    said: tuple[Said, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Installment:
    number: int
    by: str  # the side's label
    due_on: date
    what: str = ""
    amount_cents: int = 0
    performed_on: date | None = None
    proof: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Signed:
    """A signature as it goes onto paper. Without a picture there is room for it."""

    key: str
    how: str  # as printed: 签名, 盖章, 指印, 口头确认
    signed_at: datetime
    picture: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Agreement:
    is_written: bool
    terms: str
    facts: str = ""
    amount_cents: int | None = None
    effective_on: date | None = None
    installments: tuple[Installment, ...] = ()
    signatures: Mapping[str, Signed] = field(default_factory=dict)
    signed_by_all: bool = False

    @property
    def term_lines(self) -> list[str]:
        return [line.strip() for line in self.terms.splitlines() if line.strip()]


@dataclass(frozen=True, kw_only=True, slots=True)
class Revisit:
    due_on: date
    after_days: int
    done_on: date | None = None
    by: str = ""
    performed: str = ""  # as printed
    satisfied: int | None = None  # 1 to 5
    words: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Confirmation:
    court: str
    asked_on: date | None = None
    until: date | None = None
    result: str = ""  # as printed
    decision_number: str = ""
    decided_on: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseFile:
    number: str  # "(2026)枫人调字第12号"; empty before acceptance
    committee: str
    type_name: str
    source: str  # as the form counts: 当事人申请, 主动调解 …
    on: date  # the day of printing: ages are of this day
    sides: tuple[Side, ...]
    summary: str
    wishes: str = ""
    place: str = ""
    happened_on: date | None = None
    received_on: date | None = None
    accepted_on: date | None = None
    accepted_by: str = ""
    amount_cents: int | None = None
    mediators: tuple[Mediator, ...] = ()
    investigations: tuple[Investigation, ...] = ()
    identities: tuple[Exhibit, ...] = ()
    attorney_papers: tuple[Exhibit, ...] = ()
    evidence: tuple[Exhibit, ...] = ()
    proofs: tuple[Exhibit, ...] = ()
    sittings: tuple[Sitting, ...] = ()
    agreement: Agreement | None = None
    revisits: tuple[Revisit, ...] = ()
    confirmation: Confirmation | None = None
    confirmable: bool = True
    concluded_on: date | None = None
    outcome: str = ""  # as printed: 达成协议, 调解不成 …
    performed_on: date | None = None
    broken_on: date | None = None
    other_ways: tuple[str, ...] = ()
    bound_by: str = ""
    keep_years: int | None = None

    @property
    def title(self) -> str:
        """Return what stands on the cover (卷名): who with whom, about what."""
        return "与".join(side.names for side in self.sides if side.parties) + self.about

    @property
    def about(self) -> str:
        return self.type_name if self.type_name.endswith(("纠纷", "争议")) else f"{self.type_name}纠纷"

    @property
    def applied(self) -> bool:
        """Say whether a side asked for mediation itself; else it was taken up, and there is a register instead."""
        return any(side.applied for side in self.sides)

    @property
    def others(self) -> list[Side]:
        return [side for side in self.sides if not side.applied]

    @property
    def parties(self) -> list[tuple[Side, Party]]:
        return [(side, party) for side in self.sides for party in side.parties]

    @property
    def represented(self) -> list[tuple[Side, Party, Spokesman]]:
        """Return who has given power of attorney to whom."""
        return [(side, party, one) for side, party in self.parties for one in party.attorneys]

    @property
    def mediator_names(self) -> str:
        return "、".join(one.name for one in self.mediators)

    @property
    def done_revisits(self) -> list[Revisit]:
        return [one for one in self.revisits if one.done_on]

    def minors(self) -> Iterator[Party]:
        return (party for _, party in self.parties if party.is_minor(self.on))
