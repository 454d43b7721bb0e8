"""Search finds what is there, newest first, and nothing that is not the reader's to see."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from tests.factories.town import Town, make_town

from maplebridge.kernel.text import to_traditional
from maplebridge.matters import actions, queries
from maplebridge.matters.models import Category, Matter
from maplebridge.matters.permissions import visible_to
from maplebridge.matters.queries import Wanted, search
from maplebridge.people import queries as people
from maplebridge.people.models import Account, Person
from maplebridge.platform.freshness import forget
from maplebridge.web.search import marked


@pytest.fixture
def town(db: None, noon: datetime) -> Town:
    return make_town(noon)


def told(town: Town, text: str, *, category: str = "05-01-01", grid: object = None, **more: object) -> Matter:
    message = town.says(text)
    where = actions.Where(grid_id=(grid or town.entrance_grid).pk, estate_id=town.estate.pk)  # type: ignore[attr-defined]  # a grid
    return actions.raise_matter(
        origin=Matter.Origin.GROUP,
        text=text,
        thread_id=message.thread_id,
        reporter_id=town.resident.pk,
        judged=actions.Judged(category=category, severity=1, decided=True, lead="property"),
        where=where,
        message_id=message.pk,
        now=town.now,
        **more,  # type: ignore[arg-type]  # whoever calls names the fields
    )


def found(town: Town, person: Person, words: str = "", **more: object) -> list[int]:
    standing = people.standing_of(person.pk, queries.local_day(town.now))
    return queries.newest(standing, Wanted(words=words, **more))  # type: ignore[arg-type]  # whoever calls names the fields


def as_(person: Person) -> Client:
    client = Client()
    client.force_login(Account.objects.get(person=person), "django.contrib.auth.backends.ModelBackend")
    return client


def shown(person: Person, **query: object) -> str:
    answer = as_(person).get(reverse("search"), query)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize(
    ("words", "text", "is_found"),
    [
        ("漏水", "楼上漏水了", True),
        ("楼顶漏水", "楼顶又漏水了", True),
        ("漏", "楼上漏水了", True),
        ("漏水", "樓上漏水了", True),
        ("漏水 海棠", "海棠苑楼上漏水了", True),
        ("漏电", "楼上漏水了", False),
        ("漏水 停电", "楼上漏水了", False),
        ("ETC", "etc 刷不了", True),
    ],
)
def test_words_find_what_was_said(town: Town, words: str, text: str, is_found: bool) -> None:
    matter = told(town, text)
    assert (found(town, town.supervisor, words) == [matter.pk]) is is_found


@pytest.mark.parametrize("words", ["%", "😀", "·", "？！"])
def test_signs_alone_find_nothing(town: Town, words: str) -> None:
    told(town, "楼上漏水了·😀 100%？！")
    assert found(town, town.supervisor, words) == []
    assert (
        queries.count_up_to(
            people.standing_of(town.supervisor.pk, queries.local_day(town.now)), Wanted(words=words), 9
        )
        == 0
    )


def test_the_newest_comes_first(town: Town) -> None:
    ids = [told(town, f"楼上漏水了 {number}").pk for number in range(3)]
    assert found(town, town.supervisor, "漏水") == ids[::-1]


def test_a_stranger_finds_nothing_of_another_ground(town: Town) -> None:
    matter = told(town, "楼上漏水了")
    assert found(town, town.grid_worker, "漏水") == [matter.pk]
    assert found(town, town.stranger_worker, "漏水") == []
    assert "楼上漏水了" not in shown(town.stranger_worker, q="漏水")


def test_an_agency_finds_only_what_it_was_called_out_to(town: Town) -> None:
    matter = told(town, "楼上漏水了")
    assert found(town, town.clerk, "漏水") == [matter.pk]
    assert found(town, town.water_clerk, "漏水") == []


def test_what_is_confidential_is_found_by_the_few(town: Town) -> None:
    matter = told(town, "他又打我", category="01-03-01")
    assert found(town, town.confidential, "打我") == [matter.pk]
    for person in (town.supervisor, town.command, town.sorting_officer, town.officer, town.chiefs[1]):
        assert found(town, person, "打我") == []


@pytest.mark.django_db
def test_each_way_to_see_is_a_query_and_together_they_are_the_rights(town: Town) -> None:
    told(town, "楼上漏水了")
    told(town, "路塌了", category="06-01-01", grid=town.other_grid)
    told(town, "他又打我", category="01-03-01")
    offered = told(town, "井盖没了", grid=town.other_grid)
    actions.offer_hand_over(
        matter_id=offered.pk,
        to_id=town.grid_worker.pk,
        words="",
        by=actions.By(offered.owner_id, "grid_chief"),
        now=town.now,
    )
    everybody = [one for one in vars(town).values() if isinstance(one, Person)] + list(town.chiefs.values())
    for person in everybody:
        standing = people.standing_of(person.pk, queries.local_day(town.now))
        may_see = sorted(visible_to(standing).values_list("pk", flat=True), reverse=True)
        assert queries.newest(standing, Wanted()) == may_see, person.nickname
        assert queries.count_up_to(standing, Wanted(), 100) == len(may_see)


def test_nothing_is_lost_when_the_newest_hold_too_little(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    old = told(town, "楼上漏水了")
    for number in range(5):
        told(town, f"小区太吵 {number}")
    monkeypatch.setattr(search, "NEWEST", 2)
    monkeypatch.setattr(search, "LONGER_BACK", 3)
    assert found(town, town.supervisor, "漏水") == [old.pk]
    assert len(found(town, town.supervisor)) == 6
    assert len(found(town, town.grid_worker)) == 6


def test_pages_go_on_where_the_last_one_ended(town: Town) -> None:
    ids = [told(town, f"楼上漏水了 {number}").pk for number in range(5)]
    standing = people.standing_of(town.supervisor.pk, queries.local_day(town.now))
    first = queries.newest(standing, Wanted(words="漏水"), most=2)
    told(town, "楼上漏水了 新")
    second = queries.newest(standing, Wanted(words="漏水"), before=first[-1], most=2)
    assert first + second == ids[:0:-1]


def test_filters_narrow_what_is_found(town: Town) -> None:
    leak, road = told(town, "楼上漏水了"), told(town, "路塌了", category="06-01-01", grid=town.other_grid)
    assert found(town, town.supervisor, category_ids=queries.categories_under("06-01")) == [road.pk]
    assert found(town, town.supervisor, grid_id=town.grid.pk) == [leak.pk]
    assert found(town, town.supervisor, grid_id=town.community.pk) == [road.pk, leak.pk]
    assert found(town, town.supervisor, state="closed") == []
    assert found(town, town.supervisor, since=town.now + timedelta(hours=1)) == []
    assert found(town, town.supervisor, until=town.now) == []
    assert found(town, town.supervisor, until=town.now + timedelta(hours=1)) == [road.pk, leak.pk]


def test_a_number_with_its_sign_opens_the_matter(town: Town) -> None:
    matter = told(town, "楼上漏水了")
    answer = as_(town.supervisor).get(reverse("search"), {"q": f"#{matter.pk}"})
    assert answer.headers["Location"] == reverse("matter", args=[matter.pk])
    assert as_(town.stranger_worker).get(reverse("search"), {"q": f"#{matter.pk}"}).status_code == 200


def test_the_end_of_a_phone_finds_only_within_ones_own_duty(town: Town) -> None:
    matter = told(town, "楼上漏水了")
    assert f"#{matter.pk}" in shown(town.grid_worker, q="0001")
    assert f"#{matter.pk}" not in shown(town.stranger_worker, q="0001")
    assert f"#{matter.pk}" not in shown(town.grid_worker, q="0002")
    assert f"#{matter.pk}" in shown(town.grid_worker, q=town.resident.phone)
    assert f"手机号 {town.resident.phone}" in shown(town.grid_worker, q=town.resident.phone)
    assert f"#{matter.pk}" not in shown(town.stranger_worker, q=town.resident.phone)
    assert f"#{matter.pk}" not in shown(town.grid_worker, q=town.neighbor.phone)


def test_what_was_searched_is_marked(town: Town) -> None:
    told(town, "楼上漏水了")
    assert "楼上<mark>漏水</mark>了" in shown(town.supervisor, q="漏水")


def test_markup_in_what_was_said_stays_text(town: Town) -> None:
    told(town, "<script>alert(1)</script>漏水")
    assert "<script>alert(1)" not in shown(town.supervisor, q="漏水")


@given(st.text(max_size=300), st.lists(st.text(min_size=1, max_size=3), max_size=3))
@hypothesis_settings(suppress_health_check=[HealthCheck.too_slow])
def test_marking_shows_a_stretch_of_what_was_said(text: str, tokens: list[str]) -> None:
    line = " ".join(text.split())
    said = "".join(part for part, _marked in marked(text, tuple(tokens)))
    assert said.strip("…") in line or said in line


def test_a_longer_list_asks_the_database_no_more_often(town: Town) -> None:
    counts = []
    for more in (1, 2):
        for number in range(more):
            told(town, f"楼上漏水了 {more} {number}")
        client = as_(town.grid_worker)
        client.get(reverse("search"), {"q": "漏水"})
        with CaptureQueriesContext(connection) as asked:
            client.get(reverse("search"), {"q": "漏水"})
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_residents_do_not_search(town: Town) -> None:
    assert as_(town.resident).get(reverse("search")).status_code == 403


@pytest.mark.parametrize(
    ("words", "is_found"),
    [
        ("{name_zh}", True),
        ("{traditional}", True),
        ("{name_en}", True),
        ("{branch}", True),
        ("05-01-01", True),
        ("{name_zh} 海棠苑", True),
        ("海棠苑 {name_zh}", True),
        ("{name_zh} 停电", False),
        ("路灯不亮", False),
        ("楼上漏水问题", True),
        ("海棠苑那里楼上漏水", False),
        ("i", False),
    ],
)
def test_the_name_of_a_category_finds_what_is_about_it(town: Town, words: str, is_found: bool) -> None:
    leaf = queries.categories()["05-01-01"]
    branch = Category.objects.create(
        code="05", name_zh="房屋与物业", name_en="Housing", valid_from=leaf.valid_from
    )
    forget()
    matter = told(town, "海棠苑这边滴滴答答的")
    told(town, "海棠苑路塌了", category="06-01-01")
    asked = words.format(
        name_zh=leaf.name_zh,
        traditional=to_traditional(leaf.name_zh),
        name_en=leaf.name_en.upper(),
        branch=branch.name_zh,
    )
    assert found(town, town.supervisor, asked, about=queries.about(asked)) == (
        [matter.pk] if is_found else []
    )


def test_a_category_of_what_is_not_ones_own_finds_nothing(town: Town) -> None:
    told(town, "滴滴答答的")
    name = queries.categories()["05-01-01"].name_zh
    assert f"<mark>{name}</mark>" in shown(town.grid_worker, q=name)
    assert f"<mark>{name}</mark>" not in shown(town.stranger_worker, q=name)
