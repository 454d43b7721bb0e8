import json
from datetime import datetime

import psycopg
import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError

from maplebridge.people import actions as people
from maplebridge.people.models import Person
from maplebridge.platform import audit
from maplebridge.platform.models import AuditRow


@pytest.fixture
def person(db: None, noon: datetime) -> Person:
    with audit.acting(42, "web 127.0.0.1"):
        return people.enrol(nickname="三楼老李", name="李某某", phone="10000000001", now=noon)


def test_a_change_is_recorded_with_who_what_and_from_where(person: Person) -> None:
    row = AuditRow.objects.get(table="people_person", row=person.pk)

    assert (row.deed, row.actor, row.action, row.origin) == (
        "INSERT",
        42,
        "people.actions.enrolling.enrol",
        "web 127.0.0.1",
    )


def test_personal_values_are_only_digests_in_the_record(person: Person) -> None:
    recorded = json.dumps(list(AuditRow.objects.values_list("fields", flat=True)), ensure_ascii=False)

    assert "三楼老李" not in recorded
    assert "10000000001" not in recorded
    assert person.phone == "10000000001"  # there was something to hide


def test_a_change_past_the_models_is_recorded_too(person: Person) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE people_person SET elder_mode = true WHERE id = %s", [person.pk])

    row = AuditRow.objects.filter(table="people_person", deed="UPDATE").get()
    assert row.fields == {"elder_mode": True}


def test_saving_without_a_change_leaves_no_row(person: Person) -> None:
    Person.objects.filter(pk=person.pk).update(elder_mode=False)

    assert not AuditRow.objects.filter(deed="UPDATE").exists()


def test_the_record_cannot_be_changed_or_shortened(person: Person) -> None:
    for attempt in (lambda: AuditRow.objects.update(actor=1), lambda: AuditRow.objects.all().delete()):
        with pytest.raises(ProgrammingError, match="Cannot update or delete"), transaction.atomic():
            attempt()


def test_no_setting_makes_the_record_look_away(person: Person) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT array_agg(tgname) FROM pg_trigger WHERE tgname LIKE 'pgtrigger%'")
        (triggers,) = cursor.fetchone()
        cursor.execute("SELECT set_config('pgtrigger.ignore', %s, true)", ["{" + ",".join(triggers) + "}"])
        cursor.execute("UPDATE people_person SET elder_mode = true WHERE id = %s", [person.pk])

    assert AuditRow.objects.filter(table="people_person", deed="UPDATE").count() == 1
    with pytest.raises(ProgrammingError, match="Cannot update or delete"), transaction.atomic():
        AuditRow.objects.update(actor=1)


@pytest.mark.django_db(transaction=True)
def test_the_chain_holds_until_a_row_is_altered(noon: datetime) -> None:
    people.enrol(nickname="一", now=noon)
    assert audit.check().not_sealed_yet == 1

    assert audit.seal(now=noon) == 1
    people.enrol(nickname="二", now=noon)
    audit.seal(now=noon)
    report = audit.check()
    assert (report.holds, report.sealed_rows, report.not_sealed_yet) == (True, 2, 0)

    _with_power("UPDATE platform_auditrow SET actor = 7 WHERE id = (SELECT min(id) FROM platform_auditrow)")
    assert audit.check().broken is not None


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("database", "sealed"), [("", 0), ("postgres", 1)])
def test_only_what_runs_in_this_database_holds_the_sealing_up(
    noon: datetime, database: str, sealed: int
) -> None:
    wanted = ("dbname", "user", "password", "host", "port")
    there = {name: value for name, value in connection.get_connection_params().items() if name in wanted}
    with psycopg.connect(**there | ({"dbname": database} if database else {})) as other:
        other.execute("SELECT pg_current_xact_id()")  # it may still write
        people.enrol(nickname="一", now=noon)
        assert audit.seal(now=noon) == sealed
        other.rollback()
    assert audit.seal(now=noon) == 1 - sealed


@pytest.mark.django_db(transaction=True)
def test_the_chain_shows_a_missing_row(noon: datetime) -> None:
    for name in "一二三":
        people.enrol(nickname=name, now=noon)
    audit.seal(now=noon)

    _with_power("DELETE FROM platform_auditrow WHERE id = (SELECT max(id) FROM platform_auditrow)")

    assert "2 rows found, 3 were sealed" in str(audit.check().broken)


@pytest.mark.django_db(transaction=True)
def test_erasing_a_person_leaves_the_chain_whole(noon: datetime) -> None:
    person = people.enrol(nickname="要走的人", name="名", phone="10000000009", now=noon)
    audit.seal(now=noon)
    Person.objects.filter(pk=person.pk).update(nickname="", name="", phone="", phone_digest=None)
    audit.seal(now=noon)

    assert audit.check().holds


def _with_power(sql: str) -> None:
    """Change the record as only somebody could who may switch triggers off."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(sql)
