"""Staff, postings and agencies from a file: checked as a whole, then written as a whole or not at all."""

import base64
import gzip
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from django.db import transaction

from maplebridge.kernel.tables import Table, TableError, read_table
from maplebridge.people import queries
from maplebridge.people.actions.enrolling import end_agency, found_agency
from maplebridge.people.actions.in_bulk import (
    NewPerson,
    NewPosting,
    enrol_many,
    open_many_accounts,
    post_many,
)
from maplebridge.people.data import agency_kinds
from maplebridge.people.domain.importing import GROUND, SHEETS, Checked, Existing, check, key_of
from maplebridge.people.models import Account, Agency, PeopleImport, Person, Posting, Reading
from maplebridge.people.queries import phone_digest, phone_tail_digest
from maplebridge.places import queries as places
from maplebridge.places.domain.importing import Record, Sheet
from maplebridge.places.domain.planning import columns_in
from maplebridge.platform.audit import action
from maplebridge.platform.freshness import forget

MOST_ROWS = 500_000
SHOWN_PROBLEMS = 500
AT_ONCE = 2_000

State = PeopleImport.State


class ImportRefused(Exception):
    """The file no longer fits what is there; nothing was written."""

    def __init__(self, checked: Checked) -> None:
        super().__init__(f"{len(checked.problems)} problems")
        self.checked = checked


@action
def keep_upload(
    *, sheet: Sheet, file_name: str, data: bytes, asked_by: Person, now: datetime
) -> PeopleImport:
    """Keep a file, encrypted, until it is decided. Nothing of it is known to the town yet."""
    return PeopleImport.objects.create(
        sheet=sheet.name,
        file_name=file_name[-200:],
        content=base64.b64encode(gzip.compress(data)).decode(),
        asked_by=asked_by,
        asked_at=now,
    )


def check_upload(*, import_id: int, today: date, now: datetime) -> None:
    """Check a kept file, every row of it, and note what is wrong or what would be written."""
    one = PeopleImport.objects.get(pk=import_id)
    sheet = SHEETS[one.sheet]
    try:
        table = _table(one)
    except TableError as error:
        _note_check(one, [{"file": error.code, "params": _listed(error.params)}], 1)
        return
    checked = check(sheet, table, _existing(sheet, table, today), tell=_telling(import_id, now))
    problems = [asdict(problem) for problem in checked.problems[:SHOWN_PROBLEMS]]
    changed = _changes(sheet, checked.records, columns_in(sheet, table.columns))
    _note_check(one, problems, len(checked.problems), checked.records, changed)


@action
def _note_check(
    one: PeopleImport,
    problems: list[dict[str, Any]],
    count: int,
    records: Sequence[Record] = (),
    changed: int = 0,
) -> None:
    PeopleImport.objects.filter(pk=one.pk, state=State.WAITING).update(
        state=State.REFUSED if count else State.CHECKED,
        content="" if count else one.content,
        problems=problems,
        problem_count=count,
        new_count=sum(not record.known for record in records),
        changed_count=changed,
        total=len(records),
        done=len(records),
    )


@action
def accept_upload(*, import_id: int, now: datetime) -> bool:
    """Say that a clean file shall be written. Return whether it was waiting for that."""
    clean = PeopleImport.objects.filter(pk=import_id, state=State.CHECKED)
    return bool(clean.update(state=State.ACCEPTED, done=0, worked_at=now))


@action
def start_again(*, import_id: int, now: datetime) -> None:
    """Note that the work on a file begins anew; who still works on it does no harm, for it is written once."""
    unfinished = PeopleImport.objects.filter(pk=import_id, state__in=[State.WAITING, State.ACCEPTED])
    unfinished.update(done=0, worked_at=now)


@action
def drop_upload(*, import_id: int, now: datetime) -> None:
    """Forget a file without writing anything of it."""
    undecided = PeopleImport.objects.filter(pk=import_id, state__in=[State.WAITING, State.CHECKED])
    undecided.update(state=State.DROPPED, content="", ended_at=now)


@action
def write_upload(*, import_id: int, today: date, now: datetime) -> None:
    """Write an accepted file, checked once more: all of it, or nothing with the reasons noted."""
    one = PeopleImport.objects.select_for_update().get(pk=import_id)
    if one.state != State.ACCEPTED:
        return
    sheet, table = SHEETS[one.sheet], _table(one)
    checked = check(sheet, table, _existing(sheet, table, today))
    if checked.problems:
        one.state = State.REFUSED
        one.problems = [asdict(problem) for problem in checked.problems[:SHOWN_PROBLEMS]]
        one.problem_count = len(checked.problems)
    else:
        with transaction.atomic():
            _WRITERS[sheet.name](checked.records, columns_in(sheet, table.columns), today, now)
        one.state = State.WRITTEN
    one.content, one.ended_at = "", now
    one.save()
    forget()


def _table(one: PeopleImport) -> Table:
    data = gzip.decompress(base64.b64decode(one.content))
    return read_table(data, one.file_name, max_rows=MOST_ROWS)


def _listed(params: Mapping[str, Any]) -> dict[str, Any]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in params.items()}


def _telling(import_id: int, now: datetime) -> Callable[[int, int], None]:
    def tell(done: int, total: int) -> None:
        PeopleImport.objects.filter(pk=import_id).update(done=done, total=total, worked_at=now)

    return tell


def _existing(sheet: Sheet, table: Table, today: date) -> Existing:
    codes = {kind: frozenset(found) for kind, found in places.grounds_by_code(today).items()}
    codes["staff"] = frozenset(Account.objects.values_list("username", flat=True))
    codes["agencies"] = frozenset(Agency.objects.values_list("code", flat=True))
    if sheet.name == "agencies":
        return Existing(codes, kinds=_kinds())
    if sheet.name != "postings":
        return Existing(codes, _holders(table) if sheet.name == "staff" else {})
    codes["postings"] = frozenset(queries.posting_keys())
    return Existing(codes, administrators=frozenset(queries.administrating_keys(today)))


def _kinds() -> dict[str, str]:
    """Return the kinds of agencies by all they are called, also without what stands in brackets."""
    return {
        name.lower(): code
        for code, names in agency_kinds().items()
        for name in (code, *names, *(name.partition("(")[0].strip() for name in names))
    }


def _changes(sheet: Sheet, records: Sequence[Record], columns: Set[str]) -> int:
    """Count the rows that say something else than what is there."""
    known = {key_of(sheet, record.values): record.values for record in records if record.known}
    if not known:
        return 0
    there = ((known.get(key_of(sheet, values)), values) for values in queries.values_of(sheet.name))
    return sum(one is not None and _differs(sheet, one, values, columns) for one, values in there)


def _differs(sheet: Sheet, told: Mapping[str, Any], there: Mapping[str, Any], columns: Set[str]) -> bool:
    told_of = columns & CHANGED_BY[sheet.name]
    return any(
        _sorted(told[name]) != _sorted(there[name]) for name in told_of if told[name] or name in EMPTIED
    )


def _sorted(value: Any) -> Any:
    return (sorted(value) if isinstance(value, list) else value) or None


# What a file can change of what is there. In these columns an empty cell says that there is nothing.
CHANGED_BY = {
    "staff": frozenset({"nickname", "name", "phone"}),
    "postings": frozenset({"ends_on"}),
    "agencies": frozenset({"name", "kind", "phone", "grids", "estates", "valid_from", "valid_to"}),
}
EMPTIED = frozenset({"ends_on", "grids", "estates", "valid_to"})


def _holders(table: Table) -> dict[str, str]:
    """Return who already has the phones of a file: a user name, or nothing for a resident without one."""
    column = next((name for name in table.columns if name.lower() in ("phone", "手机号")), None)
    digests = {
        phone_digest(digits): digits
        for row in table.rows
        if (digits := queries.digits(row.get(column or "")))
    }
    known = Person.objects.filter(phone_digest__in=list(digests)).values_list(
        "phone_digest", "account__username"
    )
    return {digests[digest]: username or "" for digest, username in known if digest}


# -- writing


def _write_staff(records: Sequence[Record], columns: Set[str], today: date, now: datetime) -> None:
    new = [record.values for record in records if not record.known]
    made = enrol_many(
        people=[
            NewPerson(nickname=one["nickname"], name=one["name"] or "", phone=one["phone"] or "")
            for one in new
        ],
        now=now,
    )
    named = [(person_id, one["username"]) for person_id, one in zip(made, new, strict=True)]
    open_many_accounts(accounts=named, password=None)
    changed = {record.values["username"]: record.values for record in records if record.known}
    for accounts in _in_parts(list(changed)):
        people = [_changed(one.person, changed[one.username]) for one in _accounts(accounts)]
        fields = ["nickname", "name", "phone", "phone_digest", "phone_tail_digest"]
        Person.objects.bulk_update(people, fields)


def _accounts(usernames: list[str]) -> Iterable[Account]:
    return Account.objects.filter(username__in=usernames).select_related("person")


def _changed(person: Person, values: Mapping[str, Any]) -> Person:
    """Note what a row says anew; an empty cell says nothing."""
    person.nickname = values["nickname"]
    person.name = values["name"] or person.name
    if phone := values["phone"]:
        person.phone, person.phone_digest = phone, phone_digest(phone)
        person.phone_tail_digest = phone_tail_digest(phone[-4:])
    return person


def _write_postings(records: Sequence[Record], columns: Set[str], today: date, now: datetime) -> None:
    people = dict(Account.objects.values_list("username", "person_id"))
    grounds: dict[str, Mapping[str, int]] = dict(places.grounds_by_code(today))
    grounds["agency"] = dict(Agency.objects.values_list("code", "pk"))
    new = [
        NewPosting(
            person_id=people[one["username"]],
            role=one["role"],
            team_role=one["team_role"],
            starts_on=one["starts_on"],
            ends_on=one["ends_on"],
            **{f"{kind}_id": grounds[kind][one[kind]] for kind in GROUND if one[kind]},
        )
        for one in (record.values for record in records if not record.known)
    ]
    post_many(postings=new)
    if "ends_on" not in columns:
        return
    ends = {
        queries.posting_key(record.values): record.values["ends_on"] for record in records if record.known
    }
    known = queries.posting_keys() if ends else {}
    for keys in _in_parts([key for key in ends if key in known]):
        rows = {row.pk: row for row in Posting.objects.filter(pk__in=[known[key] for key in keys])}
        for key in keys:
            rows[known[key]].ends_on = ends[key]
        Posting.objects.bulk_update(rows.values(), ["ends_on"])


def _write_agencies(records: Sequence[Record], columns: Set[str], today: date, now: datetime) -> None:
    grounds = places.grounds_by_code(today)
    for one in (record.values for record in records):
        served = {
            "grid_ids": [grounds["grid"][code] for code in one["grids"] or []],
            "estate_ids": [grounds["estate"][code] for code in one["estates"] or []],
        }
        agency = Agency.objects.filter(code=one["code"]).first()
        if agency is None:
            agency = found_agency(
                name=one["name"],
                code=one["code"],
                kind=one["kind"],
                phone=one["phone"] or "",
                valid_from=one["valid_from"],
                **served,
            )
        agency.name, agency.kind, agency.phone = one["name"], one["kind"], one["phone"] or agency.phone
        agency.valid_from = one["valid_from"]
        agency.save(update_fields=["name", "kind", "phone", "valid_from"])
        if "grids" in columns:
            agency.grids.set(served["grid_ids"])
        if "estates" in columns:
            agency.estates.set(served["estate_ids"])
        if "valid_to" in columns and one["valid_to"] != agency.valid_to:
            _end_or_reopen(agency, one["valid_to"])


def _end_or_reopen(agency: Agency, valid_to: date | None) -> None:
    if valid_to is not None:
        end_agency(agency=agency, valid_to=valid_to)
        return
    agency.valid_to = None
    agency.save(update_fields=["valid_to"])


_WRITERS = {"staff": _write_staff, "postings": _write_postings, "agencies": _write_agencies}


def _in_parts(keys: list[str]) -> Iterable[list[str]]:
    return (keys[start : start + AT_ONCE] for start in range(0, len(keys), AT_ONCE))


@action
def note_export(*, by: Person, now: datetime) -> None:
    """Note for everybody of the staff that their name and phone left the town in a file."""
    subjects = queries.exported_staff().values_list("person_id", flat=True)
    Reading.objects.bulk_create(
        (
            Reading(
                reader=by,
                subject_id=subject_id,
                fields=["name", "phone"],
                purpose="export",
                purpose_id=0,
                basis=EXPORT_BASIS,
                read_at=now,
            )
            for subject_id in subjects
        ),
        batch_size=AT_ONCE,
    )


EXPORT_BASIS = "list of staff exported"
