from datetime import datetime, timedelta

import pytest
from pytest_django.fixtures import Settings
from tests.factories.town import Town

from maplebridge.adapters import console
from maplebridge.people import actions, queries
from maplebridge.people.domain.one_time_codes import (
    MOST_ATTEMPTS,
    Sent,
    Verdict,
    asker,
    verdict,
    wait_before_next,
)
from maplebridge.people.models import OneTimeCode
from maplebridge.platform import events
from maplebridge.platform.models import EventRecord

PHONE = "13812345678"


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


@pytest.mark.parametrize(
    ("sent_ago", "wait"),
    [
        ([], 0),
        ([0.5], 0.5),
        ([1], 0),
        ([50, 40, 30, 20, 10], 10),
        ([61, 40, 30, 20, 10], 0),
        ([59.5, 40, 30, 20, 0.2], 0.8),
    ],
)
def test_one_a_minute_and_five_an_hour(noon: datetime, sent_ago: list[float], wait: float) -> None:
    assert wait_before_next([noon - minutes(ago) for ago in sent_ago], noon) == minutes(wait)


@pytest.mark.parametrize(
    ("sent", "matches", "expected"),
    [
        (None, False, Verdict.OVER),
        ((0, 0, False), True, Verdict.RIGHT),
        ((4.9, 4, False), True, Verdict.RIGHT),
        ((0, 0, False), False, Verdict.WRONG),
        ((5, 0, False), True, Verdict.OVER),
        ((0, MOST_ATTEMPTS, False), True, Verdict.OVER),
        ((0, 1, True), True, Verdict.OVER),
    ],
)
def test_a_code_that_is_over_is_never_right(
    noon: datetime, sent: tuple[float, int, bool] | None, matches: bool, expected: Verdict
) -> None:
    known = Sent(noon - minutes(sent[0]), sent[1], sent[2]) if sent else None
    assert verdict(known, matches=matches, now=noon) is expected


def test_a_code_is_sent_by_the_worker_and_then_forgotten(town: Town, now: datetime) -> None:
    code = actions.ask_code(phone=PHONE, now=now)
    assert not console.sent
    events.deliver_all(now=now)
    assert list(console.sent) == [(PHONE, code)]
    assert OneTimeCode.objects.get().waiting == ""


def test_neither_code_nor_phone_is_kept_in_the_clear(town: Town, now: datetime) -> None:
    code = actions.ask_code(phone=PHONE, now=now)
    stored = str(
        OneTimeCode.objects.extra(select={"raw": "waiting"}).values_list("raw", "code_digest", "phone_digest")
    )
    payloads = str(list(EventRecord.objects.values_list("payload", flat=True)))
    assert queries.waiting_code(OneTimeCode.objects.get().pk) is not None
    for secret in (code, PHONE):
        assert secret not in stored
        assert secret not in payloads


def test_a_code_that_was_used_before_it_was_sent_is_not_sent(town: Town, now: datetime) -> None:
    code = actions.ask_code(phone=PHONE, now=now)
    assert actions.use_code(phone=PHONE, code=code, now=now) is Verdict.RIGHT
    events.deliver_all(now=now)
    assert not console.sent


def test_a_code_is_right_once(town: Town, now: datetime) -> None:
    code = actions.ask_code(phone=PHONE, now=now)
    assert actions.use_code(phone=PHONE, code=code, now=now) is Verdict.RIGHT
    assert actions.use_code(phone=PHONE, code=code, now=now) is Verdict.OVER


def test_after_five_wrong_tries_even_the_right_code_is_over(town: Town, now: datetime) -> None:
    code = actions.ask_code(phone=PHONE, now=now)
    wrong = "000000" if code != "000000" else "000001"
    tries = [actions.use_code(phone=PHONE, code=wrong, now=now) for _ in range(MOST_ATTEMPTS)]
    assert tries == [Verdict.WRONG] * MOST_ATTEMPTS
    assert actions.use_code(phone=PHONE, code=code, now=now) is Verdict.OVER


def test_only_the_last_code_sent_counts(town: Town, now: datetime) -> None:
    first = actions.ask_code(phone=PHONE, now=now)
    later = now + minutes(1)
    second = actions.ask_code(phone=PHONE, now=later)
    assert actions.use_code(phone=PHONE, code=second, now=later) is Verdict.RIGHT
    assert first == second or actions.use_code(phone=PHONE, code=first, now=later) is not Verdict.RIGHT


def test_the_code_of_one_phone_opens_no_other(town: Town, now: datetime) -> None:
    code = actions.ask_code(phone=PHONE, now=now)
    actions.ask_code(phone="13900000000", now=now)
    own = OneTimeCode.objects.get(phone_digest=queries.phone_digest("13900000000"))
    assert own.code_digest != OneTimeCode.objects.get(phone_digest=queries.phone_digest(PHONE)).code_digest
    assert actions.use_code(phone=PHONE, code=code, now=now) is Verdict.RIGHT


def test_asking_too_often_is_refused_with_the_time_to_wait(town: Town, now: datetime) -> None:
    for number in range(5):
        actions.ask_code(phone=PHONE, now=now + minutes(number))
    with pytest.raises(actions.CodeRefused) as refused:
        actions.ask_code(phone=PHONE, now=now + minutes(10))
    assert refused.value.wait == minutes(50)


def phone_numbered(number: int) -> str:
    return f"139{number:08}"


def test_one_address_cannot_have_codes_sent_to_the_whole_town(
    town: Town, now: datetime, settings: Settings
) -> None:
    settings.CODES_PER_ADDRESS = 3
    for number in range(3):
        actions.ask_code(phone=phone_numbered(number), now=now + minutes(number), address="203.0.113.9")
    with pytest.raises(actions.CodeRefused) as refused:
        actions.ask_code(phone=phone_numbered(3), now=now + minutes(10), address="203.0.113.9")
    assert (refused.value.of_address, refused.value.wait) == (True, minutes(50))
    assert OneTimeCode.objects.count() == 3

    actions.ask_code(phone=phone_numbered(3), now=now + minutes(10), address="203.0.113.10")
    actions.ask_code(phone=phone_numbered(4), now=now + minutes(60), address="203.0.113.9")


def test_the_record_of_codes_does_not_hold_the_address(town: Town, now: datetime) -> None:
    actions.ask_code(phone=PHONE, now=now, address="203.0.113.9")
    kept = str(OneTimeCode.objects.values().get())
    assert "203.0.113.9" not in kept
    assert OneTimeCode.objects.get().asker_digest


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("unix socket", "unix socket"),
    ],
)
def test_an_asker_is_an_address_or_the_network_of_a_home(address: str, counted: str) -> None:
    assert asker(address) == counted
