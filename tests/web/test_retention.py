"""What is deleted after its time, what is not, and that the record of changes stays whole."""

import io
from datetime import datetime, timedelta

import pytest
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import connection
from PIL import Image
from tests.factories.town import Town, make_town
from tests.matters.test_raising import raised

from maplebridge.conversations.actions import broadcasting
from maplebridge.conversations.models import Message, MessagePhoto
from maplebridge.conversations.sweeps import send_due
from maplebridge.matters import actions
from maplebridge.matters.domain.rules import RuleProblem, TownRules
from maplebridge.matters.domain.workflow import Outcome
from maplebridge.matters.models import Entry, Matter
from maplebridge.matters.queries.town import broadcast_limits
from maplebridge.people.models import Account, OneTimeCode, Person
from maplebridge.platform import audit, events, photos
from maplebridge.platform.locks import DELETING
from maplebridge.platform.models import AuditRow, DeletionRecord, EventRecord, IdempotencyKey, Photo
from maplebridge.web.retention import Night, last_night, retain
from maplebridge.web.worker import listening

DAY = timedelta(days=1)


@pytest.fixture
def town(db: None, noon: datetime) -> Town:
    return make_town(noon)


def run(now: datetime, **more: bool) -> dict[str, int]:
    done = list(retain(now=now, **more))
    assert [one.kind for one in done if one.failed] == []
    return {one.kind: one.rows for one in done if one.rows}


def picture(now: datetime) -> Photo:
    out = io.BytesIO()
    Image.new("RGB", (64, 48), (120, 80, 40)).save(out, "JPEG")
    return photos.keep(out.getvalue(), now=now)


def closed(town: Town, *, outcome: Outcome = Outcome.EXPLAINED) -> Matter:
    """Raise a matter from the group, resolve it, and let its reporter say that it is solved."""
    matter = raised(town)
    actions.resolve(
        matter_id=matter.pk,
        outcome=outcome,
        text="已处理",
        by=actions.By(matter.owner_id, "grid_chief"),
        shown_as="网格长",
        now=town.now,
    )
    actions.record_feedback(
        matter_id=matter.pk,
        person_id=town.resident.pk,
        solved=True,
        satisfaction=5,
        words="谢谢",
        now=town.now,
    )
    matter.refresh_from_db()
    assert matter.closed_at == town.now
    return matter


def test_talk_is_emptied_after_180_days_and_its_stone_stays(town: Town) -> None:
    message = town.says("今天天气真好", lon=101.78, lat=36.62)
    assert "message" not in run(town.now + 180 * DAY)
    assert run(town.now + 181 * DAY)["message"] == 1
    message.refresh_from_db()
    assert (message.text, message.words, message.shown_as, message.lon, message.lat) == (
        "",
        None,
        "",
        None,
        None,
    )
    assert message.emptied_at == town.now + 181 * DAY


def test_the_pictures_of_talk_go_with_their_files(town: Town) -> None:
    kept, shown = picture(town.now), picture(town.now)
    town.says("看看我家的花", photo_ids=[kept.pk])
    matter_message = town.says("楼道灯坏了", photo_ids=[shown.pk])
    actions.raise_matter(
        origin=Matter.Origin.GROUP,
        text=matter_message.text,
        thread_id=matter_message.thread_id,
        reporter_id=town.resident.pk,
        judged=actions.Judged(category="05-01-01", severity=1, decided=True),
        where=actions.Where(grid_id=town.grid.pk),
        message_id=matter_message.pk,
        photo_ids=[shown.pk],
        now=town.now,
    )
    files = [photos.path_of(kept.key, size) for size in photos.SIZES]
    assert all(path.exists() for path in files)
    run(town.now + 181 * DAY)
    assert not any(path.exists() for path in files)
    assert list(Photo.objects.all()) == [shown]
    assert photos.path_of(shown.key, "large").exists()
    assert MessagePhoto.objects.get().photo == shown


def test_a_picture_sent_today_is_kept_though_nothing_shows_it_yet(town: Town) -> None:
    picture(town.now)
    run(town.now + timedelta(hours=1))
    assert Photo.objects.count() == 1
    run(town.now + 2 * DAY)
    assert Photo.objects.count() == 0


def test_what_belongs_to_a_matter_is_kept_with_its_answers(town: Town) -> None:
    matter = closed(town)
    answers = Message.objects.filter(in_reply_to_id=matter.asked_in_id)
    assert answers.exists()
    run(town.now + 181 * DAY)
    assert Message.objects.get(pk=matter.asked_in_id).text
    assert not answers.exclude(emptied_at=None).exists()


def test_closed_matters_lose_their_words_after_five_years_and_keep_what_is_counted(town: Town) -> None:
    matter = closed(town)
    assert "closed_matter" not in run(town.now + 5 * 365 * DAY)
    assert run(town.now + 1828 * DAY)["closed_matter"] == 1
    matter.refresh_from_db()
    assert "漏水" not in matter.summary
    assert matter.words is None
    assert matter.place == ""
    assert not Entry.objects.filter(matter=matter).exclude(text="").exists()
    assert matter.feedback.get().words == ""
    assert matter.feedback.get().satisfaction == 5
    assert matter.category is not None
    assert matter.outcome == Outcome.EXPLAINED
    assert Message.objects.get(pk=matter.asked_in_id).text == ""
    assert "closed_matter" not in run(town.now + 1829 * DAY)


def test_what_was_taken_back_is_emptied_after_a_year(town: Town) -> None:
    matter = raised(town)
    actions.withdraw(matter_id=matter.pk, person_id=town.resident.pk, words="", now=town.now)
    assert "withdrawn_matter" not in run(town.now + 365 * DAY)
    assert run(town.now + 366 * DAY)["withdrawn_matter"] == 1


def test_an_open_matter_loses_nothing_however_old(town: Town) -> None:
    matter = raised(town)
    run(town.now + 4000 * DAY)
    matter.refresh_from_db()
    assert "漏水" in matter.summary
    assert Message.objects.get(pk=matter.asked_in_id).text


def test_under_oversight_nothing_of_a_matter_is_deleted(town: Town) -> None:
    matter = closed(town)
    Matter.objects.filter(pk=matter.pk).update(under_oversight=True)
    Account.objects.filter(person=town.resident).delete()
    assert "closed_matter" not in run(town.now + 1828 * DAY)
    matter.refresh_from_db()
    town.resident.refresh_from_db()
    assert "漏水" in matter.summary
    assert town.resident.phone
    Matter.objects.filter(pk=matter.pk).update(under_oversight=False)
    assert run(town.now + 1828 * DAY)["closed_matter"] == 1


def test_contacts_go_a_year_after_the_last_matter_closed(town: Town) -> None:
    closed(town)
    assert "contact" not in run(town.now + 365 * DAY)
    assert run(town.now + 366 * DAY)["contact"] == 1
    town.resident.refresh_from_db()
    assert (town.resident.name, town.resident.phone, town.resident.phone_digest) == ("", "", None)
    assert town.resident.nickname == "老李"
    town.neighbor.refresh_from_db()
    assert town.neighbor.phone  # has reported nothing: a member of the group, with a contact of their own


def test_the_contact_of_whoever_is_still_here_stays(town: Town) -> None:
    closed(town)
    later = town.now + 366 * DAY
    Account.objects.filter(person=town.resident).update(last_login=later - 30 * DAY)
    assert "contact" not in run(later)
    Account.objects.filter(person=town.resident).update(last_login=None)
    town.says("我还在呢", now=later - 30 * DAY)
    assert "contact" not in run(later)


def test_the_contact_is_needed_while_another_matter_is_open(town: Town) -> None:
    closed(town)
    raised(town)
    assert "contact" not in run(town.now + 366 * DAY)


def test_whoever_works_here_is_no_reporter_to_forget(town: Town) -> None:
    matter = closed(town)
    matter.reported_by.update(person_id=town.officer.pk)
    Person.objects.filter(pk=town.officer.pk).update(name="王某某")
    assert "contact" not in run(town.now + 366 * DAY)


def test_codes_answers_events_and_sessions_go_after_their_days(town: Town) -> None:
    now = town.now
    OneTimeCode.objects.create(phone_digest="x", code_digest="y", sent_at=now)
    IdempotencyKey.objects.create(account_id=1, key="k", status=200, received_at=now)
    Session.objects.create(session_key="s", session_data="", expire_date=now + DAY)
    town.says("你好")
    assert not {"one_time_code", "request", "session"} & set(run(now + timedelta(hours=2)))
    gone = run(now + 8 * DAY)
    assert (gone["one_time_code"], gone["request"], gone["session"]) == (1, 1, 1)
    assert EventRecord.objects.exists()
    while events.deliver(now=now):
        pass
    assert run(now + 31 * DAY)["event"] >= 1
    assert not EventRecord.objects.exists()


def test_an_event_that_has_not_arrived_is_kept(town: Town) -> None:
    town.says("楼上漏水")
    run(town.now + 31 * DAY)
    assert EventRecord.objects.filter(type__endswith="MessageReceived").exists()


def test_a_dry_run_counts_and_changes_nothing(town: Town) -> None:
    message = town.says("今天天气真好")
    later = town.now + 181 * DAY
    assert run(later, dry_run=True)["message"] == 1
    message.refresh_from_db()
    assert message.text
    assert not DeletionRecord.objects.exists()


def test_the_register_says_how_many_by_which_rule_and_never_what(town: Town) -> None:
    town.says("今天天气真好")
    town.says("谢谢大家")
    run(town.now + 181 * DAY)
    entry = DeletionRecord.objects.get(kind="message")
    assert (entry.rule, entry.rows, entry.before) == ("keep_talk_days", 2, town.now + DAY)
    recorded = str(list(DeletionRecord.objects.values()))
    assert "天气" not in recorded
    assert AuditRow.objects.filter(table="platform_deletionrecord", row=entry.pk, deed="INSERT").exists()


@pytest.mark.django_db(transaction=True)
def test_the_record_of_changes_stays_whole(noon: datetime) -> None:
    town = make_town(noon)
    town.says("今天天气真好")
    closed(town)
    before = set(AuditRow.objects.values_list("pk", flat=True))
    audit.seal(now=noon)
    run(noon + 1828 * DAY)
    audit.seal(now=noon + 1828 * DAY)
    assert audit.check().holds
    assert before < set(AuditRow.objects.values_list("pk", flat=True))
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM platform_auditrow WHERE fields::text LIKE %s", ["%天气%"])
        assert cursor.fetchone() == (0,)


def test_a_town_may_keep_talk_shorter_but_not_longer_than_residents_were_told() -> None:
    assert TownRules(keep_talk_days=90).keep_talk_days == 90
    with pytest.raises(RuleProblem, match="no_longer_than_promised"):
        TownRules(keep_talk_days=181)


def test_a_failing_rule_holds_up_no_other(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(**ids: object) -> int:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr("maplebridge.conversations.actions.empty_messages", broken)
    town.says("今天天气真好")
    Session.objects.create(session_key="s", session_data="", expire_date=town.now)
    done = {one.kind: one for one in retain(now=town.now + 181 * DAY)}
    assert done["message"].failed
    assert done["session"].rows == 1
    assert not DeletionRecord.objects.filter(kind="message").exists()


def test_the_night_is_three_in_the_morning_of_the_town(noon: datetime) -> None:
    assert last_night(noon).isoformat() == "2026-03-02T03:00:00+08:00"
    assert last_night(noon - timedelta(hours=10)).isoformat() == "2026-03-01T03:00:00+08:00"


def nightly(night: Night, now: datetime) -> int:
    """Let a worker go on until the night has nothing more to do; return how many steps it took."""
    taken = 0
    while night.step(now):
        taken += 1
    return taken


def test_a_worker_deletes_once_a_night_and_after_one_that_was_missed(town: Town) -> None:
    message = town.says("今天天气真好")
    later = town.now + 181 * DAY
    assert nightly(Night(), later) > 0
    message.refresh_from_db()
    assert message.emptied_at == later
    assert nightly(Night(), later + timedelta(hours=1)) == 0  # another worker finds it done
    assert nightly(Night(), later + DAY) > 0


def test_two_workers_do_not_delete_at_once(town: Town) -> None:
    with listening() as other:
        other.execute("SELECT pg_advisory_lock(%s)", [DELETING])
        assert nightly(Night(), town.now) == 0
        # A closed connection may keep its lock for a moment: the server hears of the end a little later.
        other.execute("SELECT pg_advisory_unlock(%s)", [DELETING])
    assert nightly(Night(), town.now) > 0


def test_the_command_tells_and_a_dry_run_says_so(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("retain", "--dry-run")
    assert "Nothing was deleted" in capsys.readouterr().out


def test_who_was_told_what_is_forgotten_after_its_time(town: Town) -> None:
    one = broadcasting.draft(
        kind="fraud",
        subject="谨防诈骗",
        text="不要转账。",
        expires_at=town.now + DAY,
        by_id=town.supervisor.pk,
        source_area="advisories",
        source_id=1,
        grids=[town.grid.pk],
        now=town.now,
    )
    limits = broadcast_limits(town.now)
    broadcasting.release(broadcast_id=one.pk, by_id=town.supervisor.pk, now=town.now, limits=limits)
    send_due(now=town.now, limits=limits)
    assert "receipt" not in run(town.now + 90 * DAY)
    assert run(town.now + 92 * DAY)["receipt"] == 2
    one.refresh_from_db()
    assert (one.receipts.count(), one.tally["reached"]) == (0, 2)
