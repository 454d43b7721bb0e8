"""What was read as danger and is none is taken back by a person, with the reason, and is learned from."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from tests.factories.town import Town, make_town
from tests.matters.test_lists import as_
from tests.matters.test_pages_matter import reported

from maplebridge.matters import actions, queries
from maplebridge.matters.domain.workflow import NoDanger, Outcome
from maplebridge.matters.models import Category, Matter
from maplebridge.matters.permissions import may_see
from maplebridge.matters.queries import corrections
from maplebridge.people.domain.roles import Role
from maplebridge.people.queries import standing_of
from maplebridge.platform.freshness import forget
from maplebridge.rosters import actions as rosters


@pytest.fixture
def town(db: None) -> Town:
    return make_town(timezone.now() - timedelta(minutes=5))


def marked(town: Town, text: str = "三号楼的广告牌晃得厉害，怕要掉") -> Matter:
    """Return a matter of which the product thinks that somebody is in danger."""
    matter = reported(town, text)
    Matter.objects.filter(pk=matter.pk).update(emergency="119 120", severity=3)
    matter.refresh_from_db()
    return matter


def taken_back(town: Town, matter: Matter, reason: NoDanger = NoDanger.ORDINARY) -> Matter:
    by = actions.By(town.command.pk, "command")
    return actions.take_back_danger(matter_id=matter.pk, reason=reason, words="", by=by, now=town.now)


def board(town: Town) -> list[Matter]:
    return [one.matter for one in queries.emergencies(queries.Scope(), town.now, asked=town.command.pk)]


def test_it_leaves_the_command_room_and_stays_on_the_time_line(town: Town) -> None:
    matter, other = marked(town), marked(town, "厨房着火了，火苗蹿到顶上了")
    assert set(board(town)) == {matter, other}
    taken_back(town, matter)
    assert board(town) == [other]
    line = matter.entries.get(deed="danger_taken_back")
    assert (line.by_id, line.public) == (town.command.pk, True)
    assert line.facts == {"reason": "ordinary", "numbers": "119 120"}


@pytest.mark.parametrize(("reason", "severity"), [(NoDanger.WAY_OF_SPEAKING, 1), (NoDanger.LOOKED, 3)])
def test_what_was_misread_is_as_severe_as_its_kind_what_was_looked_at_stays(
    town: Town, reason: NoDanger, severity: int
) -> None:
    matter = marked(town)
    Category.objects.filter(code="05-01-01").update(severity=1)
    Matter.objects.filter(pk=matter.pk).update(category=Category.objects.get(code="05-01-01"))
    assert taken_back(town, matter, reason).severity == severity


def test_only_what_was_misread_is_learned_from(town: Town) -> None:
    misread, seen_to = marked(town, "楼顶的牌子晃得厉害"), marked(town, "我家门口的树要倒")
    taken_back(town, misread, NoDanger.ORDINARY)
    taken_back(town, seen_to, NoDanger.OVER)
    assert list(corrections.misread_dangers()) == ["楼顶的牌子晃得厉害"]


def test_it_is_taken_back_once_and_only_while_the_matter_is_open(town: Town) -> None:
    matter, ended = marked(town), marked(town, "车库的铁门要倒下来了")
    taken_back(town, matter)
    with pytest.raises(actions.NotAllowed, match="already_decided"):
        taken_back(town, matter)
    actions.resolve(
        matter_id=ended.pk,
        outcome=Outcome.SOLVED,
        text="扶正了",
        by=actions.By(town.chiefs[2].pk, "grid_chief"),
        shown_as="网格长",
        now=town.now,
    )
    with pytest.raises(actions.NotAllowed, match="matter_not_open"):
        taken_back(town, ended)


def test_with_the_danger_ends_the_right_of_the_command_room_to_read_what_is_confidential(town: Town) -> None:
    rosters.put_on_duty(
        person_id=town.command.pk,
        role=Role.COMMAND,
        sector_id=None,
        starts_at=town.now - timedelta(hours=1),
        ends_at=town.now + timedelta(hours=7),
    )
    forget()
    matter = reported(town, "我老公正拿刀追着打我，救命")
    client = as_(town.command)
    sent = client.post(reverse("matter_deed", args=[matter.pk, "no_danger"]), {"reason": "looked"})
    assert sent.headers["Location"] == reverse("home")  # the matter is not theirs to read any more
    forget()
    assert not may_see(standing_of(town.command.pk, town.now.date()), matter)
    assert may_see(standing_of(town.confidential.pk, town.now.date()), matter)


def test_the_command_room_takes_it_back_from_its_list_and_has_to_say_why(town: Town) -> None:
    matter = marked(town)
    client, deed = as_(town.command), reverse("matter_deed", args=[matter.pk, "no_danger"])
    assert f'href="{deed}"' in client.get(reverse("oversight")).content.decode()
    assert f'href="{deed}"' in client.get(reverse("matter", args=[matter.pk])).content.decode()
    refused = client.post(deed, {"reason": ""})
    assert "请选择您是怎么知道的" in refused.content.decode()
    matter.refresh_from_db()
    assert matter.emergency == "119 120"
    shown = client.post(deed, {"reason": "ordinary", "words": "牌子已经固定"}, follow=True).content.decode()
    assert "没有人有危险：说的是一般事项，没有危险" in shown
    assert "牌子已经固定" in shown
    assert f'href="{deed}"' not in shown


def test_a_neighbor_can_not_take_it_back(town: Town) -> None:
    matter = marked(town)
    for person in (town.neighbor, town.resident):
        as_(person).post(reverse("matter_deed", args=[matter.pk, "no_danger"]), {"reason": "ordinary"})
        matter.refresh_from_db()
        assert matter.emergency == "119 120"


def test_several_numbers_are_said_as_one_says_them(town: Town) -> None:
    matter = marked(town)
    client = as_(town.command)
    for page in (reverse("oversight_emergencies"), reverse("matter", args=[matter.pk])):
        assert "119 和 120" in client.get(page).content.decode()
