"""Advisories end to end without a browser: drafted, looked over, released by one or two, read, counted, stopped."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from tests.factories.town import Town, make_town

from maplebridge.advisories import actions, queries
from maplebridge.advisories.actions import For, Text
from maplebridge.advisories.models import Advisory
from maplebridge.conversations import sweeps
from maplebridge.conversations.actions import broadcasting
from maplebridge.conversations.domain import broadcasting as domain
from maplebridge.conversations.domain.broadcasting import BroadcastRefused, Limits
from maplebridge.conversations.models import Broadcast, Message, Receipt
from maplebridge.conversations.queries import broadcasts
from maplebridge.matters.models import TownRule
from maplebridge.people import queries as people
from maplebridge.people.domain.standing import Standing
from maplebridge.people.models import Person
from maplebridge.platform.freshness import forget

SAYS = Text(
    subject="fraud",
    title="接到退款电话先挂断",
    text="有人冒充客服，要您共享屏幕。这是骗钱。",
    steps="挂断电话\n不说验证码",
    calls="96110 反诈专线",
    place="迎宾社区",
    why="三天内十四件",
)


@pytest.fixture
def town(db: None) -> Town:
    made = make_town(timezone.now())
    for name in ("quiet_from", "quiet_to"):  # the test means the same at any hour
        TownRule.objects.create(
            name=name, value=0, reason="-", valid_from=timezone.localdate() - timedelta(days=1)
        )
    forget()
    return made


def standing(person: Person) -> Standing:
    return people.standing_of(person.pk, timezone.localdate())


def drafted(town: Town, says: Text = SAYS, *, by: Person | None = None, **more: Any) -> Broadcast:
    given = {"expires_at": town.now + timedelta(days=3), "grids": [town.community.pk]} | more
    return actions.draft(says=says, to=For(**given), by=standing(by or town.supervisor), now=town.now)


def sent(town: Town) -> Broadcast:
    one = drafted(town)
    actions.release(broadcast_id=one.pk, by=standing(town.supervisor), now=town.now)
    limits = Limits(zone=timezone.get_default_timezone(), quiet_from=0, quiet_to=0)
    sweeps.send_due(now=town.now, limits=limits)
    one.refresh_from_db()
    return one


def client_of(person: Person) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(person.account)
    return client


def body(client: Client, path: str, status: int = 200) -> str:
    response = client.get(path)
    assert response.status_code == status
    return response.content.decode()


def form(town: Town, **more: Any) -> dict[str, Any]:
    until = timezone.localtime(town.now + timedelta(days=3)).strftime("%Y-%m-%dT%H:%M")
    given = {
        "subject": "fraud",
        "title": SAYS.title,
        "text": SAYS.text,
        "steps": SAYS.steps,
        "calls": SAYS.calls,
    }
    return given | {"expires_at": until, "ground": [f"grid:{town.community.pk}"]} | more


def test_what_holds_it_up_is_refused_at_asking_and_at_releasing(town: Town) -> None:
    one = drafted(town, Text(subject="fraud", title="标题", text="最近【地点】有人行骗。", steps="挂断"))
    for deed in (actions.ask, actions.release):
        with pytest.raises(BroadcastRefused, match="blank_left"):
            deed(broadcast_id=one.pk, by=standing(town.supervisor), now=town.now)


@pytest.mark.parametrize(
    ("says", "to", "code"),
    [
        ({"subject": "safety_map"}, {}, "no_subject"),
        ({"subject": "nonsense"}, {}, "no_subject"),
        ({}, {"grids": []}, "nobody"),
        ({}, {"urgent_reason": "很急"}, "not_urgent"),
        ({"title": " "}, {}, "no_subject"),
        ({"text": " "}, {}, "no_text"),
    ],
)
def test_what_cannot_be_drafted_says_why_and_leaves_nothing(
    town: Town, says: dict[str, str], to: dict[str, Any], code: str
) -> None:
    words = {"subject": SAYS.subject, "title": SAYS.title, "text": SAYS.text} | says
    with pytest.raises(BroadcastRefused, match=code):
        drafted(town, Text(**words), **to)
    assert (Advisory.objects.count(), Broadcast.objects.count()) == (0, 0)


def test_officers_write_and_do_not_release_and_others_do_neither(town: Town) -> None:
    one = drafted(town, by=town.officer)
    with pytest.raises(BroadcastRefused, match="not_allowed"):
        actions.release(broadcast_id=one.pk, by=standing(town.officer), now=town.now)
    for person in (town.resident, town.grid_worker, town.clerk, town.administrator):
        with pytest.raises(BroadcastRefused, match="not_allowed"):
            drafted(town, by=person)


def test_the_pages_lead_from_a_template_to_a_phone(town: Town) -> None:
    officer, command = client_of(town.officer), client_of(town.command)
    assert "False customer service" in body(officer, "/advisories/new/")
    page = body(officer, "/advisories/new/?subject=fraud&template=fraud-1")
    assert "接到“退款”电话先挂断" in page
    assert "迎宾社区" in page
    made = officer.post("/advisories/new/?subject=fraud&template=fraud-1", form(town))
    one = Broadcast.objects.get()
    assert made["Location"] == f"/advisories/{one.pk}/"
    page = body(officer, made["Location"])
    assert "As residents see it" in page
    assert 'href="tel:96110"' in page
    assert "Ask to release it" in page
    assert officer.post(f"/advisories/{one.pk}/release/").status_code == 403
    assert officer.post(f"/advisories/{one.pk}/ask/").status_code == 302
    assert "waits for its release" in body(command, "/advisories/")
    assert "Send it to 2 people" in body(command, f"/advisories/{one.pk}/")
    assert command.post(f"/advisories/{one.pk}/release/").status_code == 302
    one.refresh_from_db()
    assert (one.state, one.released_by) == ("released", town.command)


def test_the_form_keeps_what_was_written_and_says_what_is_missing(town: Town) -> None:
    client = client_of(town.supervisor)
    for more, words in (
        ({"ground": []}, "Nobody would receive it."),
        ({"ground": [f"grid:{987_654}", "nonsense", "grid:x"]}, "Nobody would receive it."),
        ({"steps": ""}, "Please write something here."),
        ({"expires_at": "2020-01-01T10:00"}, "Please choose a moment to come"),
        ({"urgent_reason": "很急"}, "This subject waits for the morning."),
    ):
        answer = client.post("/advisories/new/?subject=fraud", form(town, **more))
        assert answer.status_code == 422
        assert words in answer.content.decode()
        assert SAYS.text in answer.content.decode()
    assert not Broadcast.objects.exists()


def test_what_is_asked_and_then_changed_is_read_anew(town: Town) -> None:
    one = drafted(town)
    client = client_of(town.supervisor)
    client.post(f"/advisories/{one.pk}/ask/")
    assert f'value="grid:{town.community.pk}" checked' in body(client, f"/advisories/{one.pk}/edit/")
    client.post(f"/advisories/{one.pk}/edit/", form(town, text="另一句话。"))
    one.refresh_from_db()
    assert (one.state, one.text.splitlines()[0]) == ("drafted", "另一句话。")


def test_more_than_a_thousand_need_somebody_else_on_the_page(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(domain, "SECOND_PERSON_ABOVE", 1)
    one = drafted(town)
    first, second = client_of(town.supervisor), client_of(town.command)
    assert "Ask to release it" in body(first, f"/advisories/{one.pk}/")
    refused = first.post(f"/advisories/{one.pk}/release/")
    assert refused.status_code == 422
    assert "Two people have to agree. Please ask" in refused.content.decode()
    first.post(f"/advisories/{one.pk}/ask/")
    assert "Somebody else has to release it." in body(first, f"/advisories/{one.pk}/")
    assert first.post(f"/advisories/{one.pk}/release/").status_code == 422
    assert second.post(f"/advisories/{one.pk}/release/").status_code == 302


def test_a_resident_reads_it_and_opening_counts_once(town: Town) -> None:
    one = sent(town)
    client = client_of(town.resident)
    assert SAYS.title in body(client, "/reminders/")
    assert broadcasts.counts(one).shown == 1
    for _ in range(2):
        page = body(client, f"/reminders/{one.pk}/")
        assert "不说验证码" in page
        assert 'href="tel:96110"' in page
    counted = broadcasts.counts(one)
    assert (counted.reached, counted.shown, counted.opened) == (2, 1, 1)
    assert "= 1 / 2" in body(client_of(town.analyst), f"/advisories/{one.pk}/")


def test_it_is_nobodys_whom_it_was_not_for(town: Town) -> None:
    one = sent(town)
    assert SAYS.title not in body(client_of(town.stranger_worker), "/reminders/")
    body(client_of(town.stranger_worker), f"/reminders/{one.pk}/", 404)
    body(client_of(town.resident), f"/advisories/{one.pk}/", 403)
    body(client_of(town.officer), f"/reminders/{one.pk}/")  # in the group where the notice stands
    assert broadcasts.counts(one).opened == 0


def test_a_draft_is_nobodys_yet(town: Town) -> None:
    one = drafted(town)
    body(client_of(town.resident), f"/reminders/{one.pk}/", 404)


def test_what_is_over_tells_nothing_any_more(town: Town) -> None:
    one = sent(town)
    Broadcast.objects.filter(pk=one.pk).update(expires_at=town.now - timedelta(minutes=1))
    client = client_of(town.resident)
    assert SAYS.title not in body(client, "/reminders/")
    page = body(client, f"/reminders/{one.pk}/", 410)
    assert "This reminder is over" in page
    assert SAYS.title not in page


def test_in_the_group_the_notice_leads_to_its_page_and_goes_when_it_is_over(town: Town) -> None:
    one = sent(town)
    client = client_of(town.resident)
    path = f"/groups/{town.group.thread_id}/"
    assert f'href="/reminders/{one.pk}/"' in body(client, path)
    Broadcast.objects.filter(pk=one.pk).update(expires_at=town.now - timedelta(minutes=1))
    page = body(client, path)
    assert "This reminder is over" in page
    assert SAYS.text not in page


def test_whoever_does_not_want_the_subject_does_not_see_the_notice(town: Town) -> None:
    client = client_of(town.neighbor)
    everything = [one for one in queries.subjects() if one != "fraud"]
    assert client.post("/me/reminders/", {"wanted": everything}).status_code == 302
    assert 'value="fraud" id="kind-fraud">' in body(client, "/me/reminders/")
    sent(town)
    path = f"/groups/{town.group.thread_id}/"
    assert SAYS.text not in body(client, path)
    assert SAYS.text in body(client_of(town.resident), path)
    assert SAYS.title not in body(client, "/reminders/")


def test_stopping_takes_it_from_the_pages(town: Town) -> None:
    one = sent(town)
    client = client_of(town.supervisor)
    assert client.post(f"/advisories/{one.pk}/stop/", {"reason": ""}).status_code == 422
    assert client.post(f"/advisories/{one.pk}/stop/", {"reason": "号码错了"}).status_code == 302
    assert "号码错了" in body(client, f"/advisories/{one.pk}/")
    body(client_of(town.resident), f"/reminders/{one.pk}/", 404)
    assert Message.objects.filter(kind="notice", withdrawn_at__isnull=False).count() == 1


def test_an_english_version_is_read_by_those_who_read_english(town: Town) -> None:
    says = Text(
        subject="fraud",
        title=SAYS.title,
        text=SAYS.text,
        steps="挂断",
        title_en="Hang up",
        text_en="Never tell a code.",
    )
    one = drafted(town, says)
    actions.release(broadcast_id=one.pk, by=standing(town.supervisor), now=town.now)
    broadcasting.send_step(
        broadcast_id=one.pk,
        now=town.now,
        limits=Limits(zone=timezone.get_default_timezone(), quiet_from=0, quiet_to=0),
    )
    Receipt.objects.filter(broadcast=one).update(delivered_at=town.now)
    page = body(client_of(town.resident), f"/reminders/{one.pk}/")
    assert "Never tell a code." in page
    assert SAYS.text not in page


def test_the_effect_waits_a_week_and_claims_nothing(town: Town) -> None:
    one = sent(town)
    client = client_of(town.analyst)
    assert "There is nothing to count yet" in body(client, f"/advisories/{one.pk}/effect/")
    Broadcast.objects.filter(pk=one.pk).update(sent_at=town.now - timedelta(days=9))
    page = body(client, f"/advisories/{one.pk}/effect/")
    assert "9 days before it was sent" in page
    assert "fewer than 10" in page
    assert "This does not say that the advisory changed anything" in page


def test_my_data_hold_what_i_was_told(town: Town) -> None:
    one = sent(town)
    told = client_of(town.resident).get("/me/data.json").json()["reminders"]
    assert [each["broadcast__subject"] for each in told] == [one.subject]
