"""What an area does about its color: two sentences a month, by those who work there, shown with date and role."""

import pytest
from django.test import Client
from django.utils import timezone
from tests.factories.graded import Graded, grade_town
from tests.factories.town import Town, make_town

from maplebridge.grading.domain.undertakings import check_words
from maplebridge.grading.models import Undertaking
from maplebridge.people.models import Account, Person

BACKEND = "django.contrib.auth.backends.ModelBackend"
WORDS = "我们每晚在地铁口多安排一班巡逻。下月起给老旧小区加装车棚。"


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (WORDS, ""),
        ("We patrol more at night. From June on there are sheds.", ""),
        ("每晚多一班巡逻", ""),
        ("在 3.5 公里内巡逻。", ""),
        ("  ", "words_needed"),
        ("一。二。三。", "too_many_sentences"),
        ("很" * 301, "too_many_sentences"),
    ],
)
def test_two_sentences_are_enough(words: str, problem: str) -> None:
    assert check_words(words) == problem


@pytest.fixture
def town(db: None) -> Town:
    return make_town(timezone.now())


@pytest.fixture
def graded(town: Town) -> Graded:
    graded = grade_town(town, timezone.now())
    graded.areas[0].grids.add(town.grid)  # where the town's officer works
    return graded


def seen_by(person: Person) -> Client:
    client = Client()
    client.force_login(Account.objects.get(person=person), BACKEND)
    return client


def say(client: Client, code: str, words: str = WORDS) -> int:
    return client.post(f"/safety/areas/{code}/undertaking/", {"words": words}).status_code


def test_what_the_officer_writes_everybody_reads_with_date_and_role(town: Town, graded: Graded) -> None:
    assert say(seen_by(town.officer), "Z01") == 302

    page = Client().get("/safety/areas/Z01/").content.decode()
    one = Undertaking.objects.get()
    assert (one.month, one.role) == (graded.month.first, "officer")
    assert WORDS in page
    assert "社区民警" in page
    assert timezone.localdate().isoformat() in page
    assert town.officer.nickname not in page
    assert WORDS not in Client().get("/safety/areas/Z02/").content.decode()


def test_words_of_the_same_month_are_replaced(town: Town, graded: Graded) -> None:
    say(seen_by(town.officer), "Z01")
    say(seen_by(town.supervisor), "Z01", "另一句。")

    assert list(Undertaking.objects.values_list("words", "role")) == [("另一句。", "supervisor")]


def test_others_write_nothing(town: Town, graded: Graded) -> None:
    assert say(seen_by(town.officer), "Z02") == 403  # not their ground
    assert say(seen_by(town.resident), "Z01") == 403
    assert say(seen_by(town.clerk), "Z01") == 403
    assert say(seen_by(town.supervisor), "G01") == 404  # a beat is on no public page
    assert Client().post("/safety/areas/Z01/undertaking/", {"words": WORDS}).status_code == 302
    assert "undertaking/" not in seen_by(town.resident).get("/safety/areas/Z01/").content.decode()
    assert not Undertaking.objects.exists()


def test_too_much_is_said_beside_the_field(town: Town, graded: Graded) -> None:
    response = seen_by(town.supervisor).post("/safety/areas/Z01/undertaking/", {"words": "一。二。三。"})

    assert response.status_code == 422
    assert "words" in response.context["undertaking_form"].errors
