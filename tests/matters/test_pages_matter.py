"""The page of a matter: who sees what, what may be done, and what is kept when it cannot."""

import re
from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from PIL import Image
from tests.factories.town import Town, make_town

from maplebridge.matters import actions
from maplebridge.matters.domain.workflow import Outcome, State
from maplebridge.matters.models import Feedback, HandOver, Matter, Viewing
from maplebridge.people.models import Account, Person, Reading
from maplebridge.people.queries import standing_of
from maplebridge.platform import live, photos

PHONE = "10000000001"  # the factory's resident


@pytest.fixture
def town(db: None) -> Town:
    return make_town(timezone.now() - timedelta(minutes=5))


def client_of(person: Person) -> Client:
    client = Client()
    client.force_login(
        Account.objects.get(person=person), backend="django.contrib.auth.backends.ModelBackend"
    )
    return client


def picture() -> SimpleUploadedFile:
    out = BytesIO()
    Image.new("RGB", (32, 24), "green").save(out, "JPEG")
    return SimpleUploadedFile("after.jpg", out.getvalue(), "image/jpeg")


def reported(town: Town, text: str = "楼上漏水了，墙都裂了", who: Person | None = None) -> Matter:
    """Return a matter as the chief of the grid has it from the resident's form."""
    who = who or town.resident
    by = actions.By(who.pk, "resident")
    matter = actions.report(reporter_id=who.pk, text=text, by=by, now=town.now)
    Matter.objects.filter(pk=matter.pk, confidential=False).update(owner=town.chiefs[2], needs_sorting=False)
    matter.refresh_from_db()
    return matter


def by_chief(town: Town) -> actions.By:
    return actions.By(town.chiefs[2].pk, "grid_chief")


def page_for(person: Person, matter: Matter) -> str:
    response = client_of(person).get(reverse("matter", args=[matter.pk]))
    assert response.status_code == 200
    return response.content.decode()


def do(person: Person, matter: Matter, name: str, **told: object) -> str:
    url = reverse("matter_deed", args=[matter.pk, name])
    return client_of(person).post(url, told, follow=True).content.decode()


def test_whoever_asked_reads_their_own_words_and_others_no_flat(town: Town) -> None:
    matter = reported(town, "海棠苑2号楼1单元301漏水了")
    mine = client_of(town.resident).get(reverse("my_matters")).content.decode()
    assert "2号楼1单元301漏水了" in mine
    assert "2号楼1单元301漏水了" in page_for(town.resident, matter)

    actions.join(
        matter_id=matter.pk, person_id=town.neighbor.pk, thread_id=matter.thread_id, now=timezone.now()
    )
    theirs = client_of(town.neighbor).get(reverse("my_matters")).content.decode() + page_for(
        town.neighbor, matter
    )
    assert "2号楼***漏水了" in theirs
    assert not re.search(r"(?<![\da-f])301(?![\da-f])", theirs)  # moments and digests may hold it


def answered(town: Town, matter: Matter) -> None:
    by = actions.By(town.chiefs[2].pk, "grid_chief")
    actions.answer(matter_id=matter.pk, text="马上派人", by=by, shown_as="网格长", now=timezone.now())


def resolved(town: Town, matter: Matter) -> None:
    by = actions.By(town.chiefs[2].pk, "grid_chief")
    actions.resolve(
        matter_id=matter.pk,
        outcome=Outcome.SOLVED,
        text="修好了",
        by=by,
        shown_as="网格长",
        now=timezone.now(),
    )


# Who sees it.


def test_for_strangers_a_matter_does_not_exist(town: Town) -> None:
    matter = reported(town)
    for person in (town.neighbor, town.stranger_worker, town.water_clerk, town.analyst):
        assert client_of(person).get(reverse("matter", args=[matter.pk])).status_code == 404
        assert client_of(person).get(reverse("matter_deed", args=[matter.pk, "answer"])).status_code == 404
    assert Client().get(reverse("matter", args=[matter.pk])).status_code == 302


def test_who_reported_it_and_who_works_on_it_see_it(town: Town) -> None:
    matter = reported(town)
    for person in (town.resident, town.chiefs[2], town.grid_worker, town.supervisor, town.clerk):
        assert "楼上漏水了" in page_for(person, matter)


def test_what_is_confidential_is_seen_by_the_few_only(town: Town) -> None:
    matter = reported(town, "我老公又打我了，我害怕")
    assert matter.confidential
    for person in (town.supervisor, town.chiefs[2], town.sorting_officer, town.grid_worker):
        assert client_of(person).get(reverse("matter", args=[matter.pk])).status_code == 404
    assert "打我" in page_for(town.confidential, matter)
    assert "打我" in page_for(town.resident, matter)
    assert "打我" in page_for(town.command, matter)  # asked by name: somebody may be in danger now


def test_the_resident_reads_no_line_that_is_only_inside(town: Town) -> None:
    matter = reported(town)
    by = actions.By(town.supervisor.pk, "supervisor")
    actions.chase(matter_id=matter.pk, words="第三次催了", by=by, now=town.now)
    assert "第三次催了" in page_for(town.chiefs[2], matter)
    assert "第三次催了" not in page_for(town.resident, matter)


def test_a_worker_who_only_reported_it_reads_what_residents_read(town: Town) -> None:
    matter = reported(town, who=town.stranger_worker)
    Matter.objects.filter(pk=matter.pk).update(grid=town.entrance_grid)
    by = actions.By(town.supervisor.pk, "supervisor")
    actions.chase(matter_id=matter.pk, words="第三次催了", by=by, now=town.now)
    page = page_for(town.stranger_worker, matter)
    assert "第三次催了" not in page
    assert reverse("matter_deed", args=[matter.pk, "answer"]) not in page


def test_neighbors_read_of_each_other_without_names_and_numbers(town: Town) -> None:
    matter = reported(town, "楼上漏水了，打13900000000")
    actions.join(
        matter_id=matter.pk,
        person_id=town.neighbor.pk,
        thread_id=town.group.thread_id,
        text="我家也漏，电话13800000000",
        now=town.now,
    )
    neighbors = page_for(town.neighbor, matter)
    assert "13900000000" not in neighbors
    assert town.resident.nickname not in neighbors
    own = page_for(town.resident, matter)
    assert "13900000000" in own
    assert "13800000000" not in own


# Personal data.


def test_name_and_phone_are_on_no_page_until_somebody_asks_and_that_is_logged(town: Town) -> None:
    matter = reported(town)
    assert PHONE not in page_for(town.chiefs[2], matter)
    assert town.resident.name not in page_for(town.chiefs[2], matter)
    shown = client_of(town.chiefs[2]).post(reverse("matter_reveal", args=[matter.pk])).content.decode()
    assert PHONE in shown
    assert town.resident.name in shown
    reading = Reading.objects.get()
    assert (reading.reader, reading.subject) == (town.chiefs[2], town.resident)
    assert (reading.purpose, reading.purpose_id) == ("matter", matter.pk)


def test_who_does_not_handle_it_is_shown_no_phone(town: Town) -> None:
    matter = reported(town)
    for person in (town.clerk, town.command):
        assert "查看姓名和电话" not in page_for(person, matter)
        url = reverse("matter_reveal", args=[matter.pk])
        assert client_of(person).post(url).status_code == 404
    assert not Reading.objects.exists()


# What is noted of reading.


def test_who_has_seen_it_is_noted_once_a_day_and_not_for_the_reporter(town: Town) -> None:
    matter = reported(town)
    for _time in range(2):
        page_for(town.chiefs[2], matter)
        page_for(town.resident, matter)
    assert [one.person for one in Viewing.objects.all()] == [town.chiefs[2]]
    assert "谁看过" in page_for(town.supervisor, matter)


# Doing.


def test_the_main_thing_to_do_is_to_answer_then_to_give_the_result(town: Town) -> None:
    matter = reported(town)
    before = page_for(town.chiefs[2], matter)
    assert 'btn-main" data-sheet="deed-answer"' in before
    answered(town, matter)
    assert 'btn-main" data-sheet="deed-resolve"' in page_for(town.chiefs[2], matter)


def test_an_answer_from_the_page_stops_the_clock_and_the_resident_reads_it(town: Town) -> None:
    matter = reported(town)
    do(town.chiefs[2], matter, "answer", text="下午来看", first="1")
    matter.refresh_from_db()
    assert matter.state == State.IN_HAND
    assert "下午来看" in page_for(town.resident, matter)


def test_two_answer_at_once_the_second_reads_who_was_faster_and_keeps_the_words(town: Town) -> None:
    matter = reported(town)
    answered(town, matter)
    page = do(town.grid_worker, matter, "answer", text="我去看看", first="1")
    assert town.chiefs[2].nickname in page
    assert "马上派人" in page
    assert "我去看看" in page
    assert matter.entries.filter(deed__in=["answered", "told"]).count() == 1
    assert 'name="first"' not in page
    do(town.grid_worker, matter, "answer", text="我去看看")
    assert matter.entries.filter(deed="told").get().text == "我去看看"


def test_what_the_state_does_not_allow_comes_back_in_words_with_what_was_written(town: Town) -> None:
    matter = reported(town)
    answered(town, matter)
    resolved(town, matter)
    page = do(town.chiefs[2], matter, "resolve", outcome="solved", text="又修了一次")
    assert "已有结果" in page
    assert "又修了一次" in page


def test_a_result_with_a_photo_of_how_it_looks_now(town: Town) -> None:
    matter = reported(town)
    do(town.chiefs[2], matter, "resolve", outcome="solved", text="修好了", photos=picture())
    assert matter.photos.get().when == "after"
    page = page_for(town.resident, matter)
    assert "处理后" in page
    assert 'id="feedback"' in page


def test_where_a_photo_is_needed_the_form_says_so_and_nothing_is_lost(town: Town) -> None:
    matter = reported(town)
    matter.category = matter.category.__class__.objects.get(code="06-01-01")
    matter.save()
    page = do(town.chiefs[2], matter, "resolve", outcome="solved", text="路补好了")
    assert "要附一张现在的照片" in page
    assert "路补好了" in page


def test_handing_over_proposes_the_chiefs_and_it_is_theirs_when_they_accept(town: Town) -> None:
    matter = reported(town)
    url = reverse("matter_deed", args=[matter.pk, "hand_over"])
    form = client_of(town.chiefs[2]).get(url).content.decode()
    assert town.chiefs[3].nickname in form
    assert f'value="{town.chiefs[2].pk}"' not in form
    do(town.chiefs[2], matter, "hand_over", to=town.officer.pk, words="请接手")
    offer = HandOver.objects.get()
    page = page_for(town.officer, matter)
    assert "接手" in page
    do(town.officer, matter, "accept_hand_over", of=offer.pk)
    matter.refresh_from_db()
    assert matter.owner == town.officer


def test_nobody_takes_what_was_offered_to_another(town: Town) -> None:
    matter = reported(town)
    do(town.chiefs[2], matter, "hand_over", to=town.officer.pk)
    do(town.grid_worker, matter, "accept_hand_over", of=HandOver.objects.get().pk)
    matter.refresh_from_db()
    assert matter.owner == town.chiefs[2]


def test_a_matter_is_handed_to_staff_only_and_what_is_confidential_to_the_few(town: Town) -> None:
    matter = reported(town)
    do(town.chiefs[2], matter, "hand_over", to=town.neighbor.pk)
    secret = reported(town, "我老公又打我了，我害怕")
    do(town.confidential, secret, "hand_over", to=town.officer.pk)
    assert not HandOver.objects.exists()


def test_staff_are_found_by_name(town: Town) -> None:
    matter = reported(town)
    url = reverse("matter_people", args=[matter.pk])
    found = client_of(town.chiefs[2]).get(url, {"q": "王警"}).content.decode()
    assert "王警官" in found
    assert "老李" not in client_of(town.chiefs[2]).get(url, {"q": "老"}).content.decode()


def test_the_agency_that_leads_such_matters_is_proposed_first_with_the_reason(town: Town) -> None:
    matter = reported(town)
    matter.call_outs.all().delete()
    url = reverse("matter_deed", args=[matter.pk, "call_out"])
    form = client_of(town.chiefs[2]).get(url).content.decode()
    assert form.index("海棠物业") < form.index("供水公司")
    assert "牵头办“楼上漏水”" in form


def test_the_number_of_another_matter_may_be_written_instead_of_chosen(town: Town) -> None:
    matter, alike = reported(town), reported(town, "我家楼上漏水，墙裂了", who=town.neighbor)
    url = reverse("matter_deed", args=[matter.pk, "merge"])
    nothing = client_of(town.chiefs[2]).post(url, {"into_other": ""}).content.decode()
    assert "请选择另一件，或填写它的编号。" in nothing
    do(town.chiefs[2], matter, "merge", into_other=alike.pk)
    matter.refresh_from_db()
    assert matter.merged_into == alike


def test_an_agency_that_returned_the_matter_is_not_proposed_again_and_says_why(town: Town) -> None:
    matter = reported(town)
    order = matter.call_outs.get()
    do(town.clerk, matter, "refuse_call_out", of=order.pk, reason="no_money", words="维修基金没批")
    url = reverse("matter_deed", args=[matter.pk, "call_out"])
    form = client_of(town.chiefs[2]).get(url).content.decode()
    assert "牵头办“楼上漏水”" not in form
    assert "退回过：没有经费" in form


def test_a_clerk_accepts_reports_done_or_returns_only_what_is_theirs(town: Town) -> None:
    matter = reported(town)
    order = matter.call_outs.get()
    page = page_for(town.clerk, matter)
    assert f"{reverse('matter_deed', args=[matter.pk, 'accept_call_out'])}" in page
    assert reverse("matter_deed", args=[matter.pk, "pause"]) not in page
    do(town.clerk, matter, "accept_call_out", of=order.pk)
    order.refresh_from_db()
    assert order.status == "accepted"
    do(town.chiefs[2], matter, "report_done", of=order.pk, words="冒充物业")
    order.refresh_from_db()
    assert order.status == "accepted"


def test_sorting_finds_categories_by_words(town: Town) -> None:
    matter = reported(town)
    found = client_of(town.sorting_officer).get(reverse("matter_categories", args=[matter.pk]), {"q": "塌陷"})
    assert "道路塌陷" in found.content.decode()
    do(town.sorting_officer, matter, "sort", category="06-01-01", severity="3")
    matter.refresh_from_db()
    assert matter.severity == 3


def test_merging_shows_what_is_alike_beside_it_and_nothing_one_may_not_see(town: Town) -> None:
    matter = reported(town)
    alike = reported(town, "我家楼上漏水，墙裂了", who=town.neighbor)
    page = client_of(town.chiefs[2]).get(reverse("matter_deed", args=[matter.pk, "merge"])).content.decode()
    assert "我家楼上漏水" in page
    Matter.objects.filter(pk=alike.pk).update(grid=town.other_grid, owner=town.supervisor)
    do(town.chiefs[2], matter, "merge", into=alike.pk)
    matter.refresh_from_db()
    assert matter.state == State.ASSIGNED


def test_deeds_of_supervisors_are_not_offered_to_others(town: Town) -> None:
    matter = reported(town)
    for name in ("chase", "order", "consult"):
        url = reverse("matter_deed", args=[matter.pk, name])
        assert url in page_for(town.supervisor, matter)
        assert url not in page_for(town.chiefs[2], matter)
    do(town.chiefs[2], matter, "chase", words="快")
    assert not matter.oversights.exists()


def test_the_day_of_review_is_proposed_as_a_browser_reads_it(town: Town) -> None:
    """Written as Chinese write it, 2027/02/21, the field would stay empty."""
    matter = reported(town)
    actions.answer(matter_id=matter.pk, text="马上来", by=by_chief(town), shown_as="网格长", now=town.now)
    form = client_of(town.chiefs[2]).get(reverse("matter_deed", args=[matter.pk, "defer"])).content.decode()
    field = form[form.index('name="review_on"') :]
    assert re.match(r'name="review_on" value="\d{4}-\d\d-\d\d"', field)


def test_what_staff_add_is_not_said_to_come_from_the_resident(town: Town) -> None:
    matter = reported(town)
    actions.add(matter_id=matter.pk, by=by_chief(town), text="水表间也湿了", now=town.now)
    page = page_for(town.chiefs[2], matter)
    assert "补充了情况" in page
    assert "居民补充" not in page


# What the resident does.


def test_not_solved_in_two_taps_opens_it_again(town: Town) -> None:
    matter = reported(town)
    resolved(town, matter)
    assert "没解决就重新办理" in page_for(town.resident, matter)
    do(town.resident, matter, "feedback", solved="no")
    matter.refresh_from_db()
    assert matter.state == State.IN_HAND
    assert matter.under_oversight
    assert "没解决：重新办理" in page_for(town.resident, matter)


def test_whoever_handled_it_does_not_judge_it(town: Town) -> None:
    matter = reported(town)
    by = actions.By(town.chiefs[2].pk, "grid_chief")
    actions.join(
        matter_id=matter.pk, person_id=town.chiefs[2].pk, thread_id=town.group.thread_id, now=town.now
    )
    actions.resolve(
        matter_id=matter.pk, outcome=Outcome.SOLVED, text="好了", by=by, shown_as="", now=timezone.now()
    )
    do(town.chiefs[2], matter, "feedback", solved="yes", satisfaction="5")
    assert not Feedback.objects.exists()


def test_a_picture_is_refused_for_what_is_wrong_with_it(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    matter = reported(town)
    text = SimpleUploadedFile("a.jpg", b"not a picture", "image/jpeg")
    assert "不是能显示的图片" in do(town.resident, matter, "add", text="在这里", photos=text)
    monkeypatch.setattr(photos, "MOST_BYTES", 100)
    assert "超过20 MB" in do(town.resident, matter, "add", text="在这里", photos=picture())
    assert not matter.photos.exists()


def test_a_resident_adds_words_and_photos(town: Town) -> None:
    matter = reported(town)
    do(town.resident, matter, "add", text="现在更大了", photos=picture())
    page = page_for(town.chiefs[2], matter)
    assert "现在更大了" in page
    assert matter.photos.get().when == "before"


def test_a_resident_takes_it_back_and_nobody_else_can(town: Town) -> None:
    matter = reported(town)
    do(town.chiefs[2], matter, "withdraw")
    matter.refresh_from_db()
    assert matter.is_open
    do(town.resident, matter, "withdraw")
    matter.refresh_from_db()
    assert matter.closed_as == "withdrawn"


# One tap.


def test_staff_make_a_matter_of_a_message_with_one_tap(town: Town) -> None:
    message = town.says("最近楼道里好像有股味道")
    url = reverse("raise_message", args=[message.pk])
    assert client_of(town.stranger_worker).post(url).status_code == 404
    assert client_of(town.resident).post(url).status_code == 403
    client_of(town.officer).post(url)
    assert Matter.objects.get().asked_in == message


# Live, and how often the database is asked.


def test_only_those_who_see_a_matter_may_follow_it(town: Town) -> None:
    matter = reported(town)
    today = timezone.localdate()
    topics = {
        f"matter:{matter.pk}": (town.resident, town.neighbor),
        f"person:{town.officer.pk}": (town.officer, town.supervisor),
        f"agency:{town.water.pk}": (town.water_clerk, town.clerk),
        "command:0": (town.command, town.officer),
    }
    for topic, (may, may_not) in topics.items():
        assert live.may_follow(standing_of(may.pk, today), topic)
        assert not live.may_follow(standing_of(may_not.pk, today), topic)


@pytest.mark.parametrize("reader", ["resident", "staff"])
def test_the_page_asks_the_database_as_often_with_three_lines_as_with_one(town: Town, reader: str) -> None:
    matter = reported(town)
    person = town.resident if reader == "resident" else town.chiefs[2]
    client = client_of(person)

    def asked() -> int:
        client.get(reverse("matter", args=[matter.pk]))
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse("matter", args=[matter.pk]))
        return len(captured)

    answered(town, matter)
    once = asked()
    for _time in range(3):
        answered(town, matter)
    assert asked() == once


def test_the_page_is_readable_in_english(town: Town) -> None:
    matter = reported(town)
    client = client_of(town.chiefs[2])
    client.cookies["django_language"] = "en"
    page = client.get(reverse("matter", args=[matter.pk])).content.decode()
    assert "What was said" in page
    assert "Leak from above" in page


# After the end.


def not_solved(town: Town, matter: Matter, words: str = "还在滴，打13900000000找我") -> None:
    resolved(town, matter)
    actions.record_feedback(
        matter_id=matter.pk, person_id=town.resident.pk, solved=False, words=words, now=timezone.now()
    )


def test_that_it_was_not_solved_is_said_to_everybody_with_the_words(town: Town) -> None:
    matter = reported(town)
    actions.join(
        matter_id=matter.pk, person_id=town.neighbor.pk, thread_id=town.group.thread_id, now=town.now
    )
    assert "没有解决" not in page_for(town.resident, matter)
    not_solved(town, matter)
    for person, who in (
        (town.resident, "您告诉我们"),
        (town.chiefs[2], "居民告诉我们"),
        (town.supervisor, "居民告诉我们"),
    ):
        page = page_for(person, matter)
        section = page[page.index('class="next-step"') : page.index('class="said-words"')]
        assert f"{who}没有解决" in section
        assert "还在滴，打13900000000找我" in section
    neighbors = page_for(town.neighbor, matter)
    assert "居民告诉我们没有解决" in neighbors
    assert "13900000000" not in neighbors
    resolved(town, matter)
    assert "居民告诉我们没有解决" not in page_for(town.chiefs[2], matter).split('class="timeline')[0]


def test_what_a_resident_adds_after_the_end_is_kept_and_the_form_says_what_it_does(town: Town) -> None:
    matter = reported(town)
    resolved(town, matter)
    url = reverse("matter_deed", args=[matter.pk, "add"])
    assert "重新打开" in client_of(town.resident).get(url).content.decode()
    do(town.resident, matter, "add", text="今天又漏了")
    matter.refresh_from_db()
    assert (matter.state, matter.reopened) == (State.IN_HAND, 1)
    assert "今天又漏了" in page_for(town.chiefs[2], matter)

    actions.withdraw(matter_id=matter.pk, person_id=town.resident.pk, words="", now=timezone.now())
    assert "新的事项" in client_of(town.resident).get(url).content.decode()
    page = do(town.resident, matter, "add", text="还是请来看看")
    new = Matter.objects.get(summary="还是请来看看")
    assert f"#{matter.pk} 已经办结" in page
    assert reverse("matter", args=[matter.pk]) in page_for(town.resident, new)
    assert reverse("matter", args=[new.pk]) in page_for(town.chiefs[2], matter)


def test_the_form_of_the_result_asks_to_whom_and_why(town: Town) -> None:
    matter = reported(town)
    assert "请写明转给了谁" in do(town.chiefs[2], matter, "resolve", outcome="not_ours", text="不归我们")
    assert "请选择办不了的原因" in do(
        town.chiefs[2], matter, "resolve", outcome="not_feasible", text="做不了"
    )
    do(town.chiefs[2], matter, "resolve", outcome="not_ours", handed_to="供电公司", text="他们来看")
    assert "：供电公司" in page_for(town.resident, matter)


def test_how_pressing_and_where_it_is_are_corrected_without_choosing_the_category_again(town: Town) -> None:
    matter = reported(town)
    category = matter.category
    do(town.chiefs[2], matter, "sort", category="", severity="3", place="2单元门口")
    matter.refresh_from_db()
    assert (matter.category, matter.severity, matter.place) == (category, 3, "2单元门口")
