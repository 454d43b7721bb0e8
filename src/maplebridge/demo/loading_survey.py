"""This month's survey in the invented city: open, drawn and partly answered, through a town's own actions."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

import numpy as np
from django.utils import timezone

from maplebridge.demo.asking import LINK, PHONE, people_of_age, say
from maplebridge.demo.city import ANSWERS, City
from maplebridge.grading import actions
from maplebridge.grading.actions import Drawn, Mode
from maplebridge.grading.domain.questionnaire import read_marks
from maplebridge.kernel.periods import Month

LINKS, CALLS = 60, 24  # at our own station
ANSWERED, REFUSED = 0.7, 2  # of those asked, by the end of the month; of those rung
SOURCE = "电话访问中心"


def count_by_age(area: Any, residents: int, as_of: date) -> None:
    """Enter how many grown-ups of each age live in an area."""
    for band, number in people_of_age(residents).items():
        actions.count_population(area=area, of=f"age:{band}", number=number, as_of=as_of, source="人口普查")


def ask_residents(month: Month, city: City, stations: Mapping[str, Any], *, now: datetime, seed: int) -> None:
    """Open the round of a month, ask at our own station, and take over what the other stations heard so far."""
    zone = timezone.get_default_timezone()
    one = actions.open_round(
        month=month,
        questions=[],
        opens_at=datetime.combine(month.first, time.min, tzinfo=zone),
        closes_at=datetime.combine(month.last, time(21), tzinfo=zone) + timedelta(hours=2),
    )
    chance = np.random.default_rng(seed + 7)
    so_far = timezone.localdate(now).day / month.days
    own, *others = (stations[each.code] for each in city.stations)
    told = [
        actions.Told(area.pk, Mode(said.mode), read_marks(said.marks, said.age_band), f"{area.pk}-{number}")
        for area in others
        for number, said in enumerate(say(int(chance.poisson(ANSWERS * so_far)), chance))
    ]
    actions.take_over_answers(round_id=one.pk, answers=told, source=SOURCE, now=now)
    for mode, number in ((Mode.LINK, LINKS), (Mode.PHONE, CALLS)):
        drawn = actions.draw(round_id=one.pk, area_id=own.pk, mode=mode, number=number, seed=seed, now=now)
        _answer(mode, drawn, round(len(drawn) * ANSWERED * so_far), chance, now)


def _answer(mode: Mode, drawn: list[Drawn], number: int, chance: np.random.Generator, now: datetime) -> None:
    by = LINK if mode == Mode.LINK else PHONE
    for invited, said in zip(drawn, say(number, chance, (by,)), strict=False):
        marks = read_marks(said.marks, said.age_band)
        if mode == Mode.LINK:
            actions.answer_by_link(link=invited.link, marks=marks, now=now)
        else:
            actions.answer_on_phone(invitation_id=invited.invitation_id, marks=marks, now=now)
    for invited in drawn if mode == Mode.LINK else ():
        actions.note_sent(invitation_id=invited.invitation_id, now=now)
    for invited in drawn[number : number + REFUSED] if mode == Mode.PHONE else ():
        actions.note_call(invitation_id=invited.invitation_id, refused=True, now=now)
