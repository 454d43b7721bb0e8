"""What the figures count, by table; what becomes of disputes, by stories; and what the files hold."""

import csv
import io
from datetime import date, datetime, timedelta

import pytest
from django.test import Client
from openpyxl import load_workbook
from tests.mediation.disputes import LEFT, Desk, open_desk

from maplebridge.mediation import actions
from maplebridge.mediation.domain.figures import (
    Counts,
    Published,
    Rate,
    check,
    concluded,
    denominators_for,
    found,
    total,
)
from maplebridge.mediation.domain.monthly_form import COLUMNS, FormCounts
from maplebridge.mediation.domain.tiers import RiskSign
from maplebridge.mediation.domain.workflow import CONCLUDED, EndedBecause, Source, State
from maplebridge.mediation.models import Dispute, PartyReading
from maplebridge.mediation.queries import figures as queries
from maplebridge.mediation.queries.figures import Period
from maplebridge.people.domain.roles import Role
from maplebridge.people.domain.standing import Standing

MARCH = Period(date(2026, 3, 1), date(2026, 4, 1))
OVERSEER = Standing(person_id=1, roles=frozenset({Role.SUPERVISOR}))


# -- the arithmetic


@pytest.mark.parametrize("state", list(State))
def test_each_found_dispute_stands_in_exactly_one_place(state: State) -> None:
    one = found(state, accepted=True)
    places = (one.waiting, one.running, one.refused, one.withdrawn, one.referred, one.failed, one.settled)
    assert sum(places) == one.found == 1


def test_what_was_never_taken_on_is_no_end_of_a_mediation_and_is_told_apart() -> None:
    assert concluded(State.REFUSED, accepted=False) == Counts(not_taken_on=1)
    assert concluded(State.REFUSED, accepted=True) == Counts(concluded=1)
    assert concluded(State.BROKEN, accepted=True) == Counts(concluded=1, concluded_settled=1)


def test_refusing_hard_cases_after_taking_them_on_does_not_raise_the_rate() -> None:
    honest = total(
        [concluded(State.AGREED, accepted=True, times=6), concluded(State.FAILED, accepted=True, times=4)]
    )
    hidden = total(
        [concluded(State.AGREED, accepted=True, times=6), concluded(State.WITHDRAWN, accepted=True, times=4)]
    )
    assert honest.settled_of_concluded == hidden.settled_of_concluded == Rate(6, 10)


def test_both_rates_have_denominators_of_their_own_and_nothing_is_not_zero_percent() -> None:
    counts = Counts(found=8, settled=5, concluded=6, concluded_settled=6)
    assert counts.settled_of_concluded.percent == 100
    assert counts.settled_of_found.percent == 62.5
    assert Counts().settled_of_found.percent is None
    assert Rate(1, 2).change_from(Rate(0, 0)) is None
    assert Rate(1, 2).change_from(Rate(1, 4)) == 25


def test_the_first_published_account_cannot_be_what_it_says() -> None:
    one = check(Published("a county", found=3112, settled=1964, said_tenths=984))
    assert one.of_found.percent == pytest.approx(63.1, abs=0.05)
    assert not one.fits
    assert one.needed == (1995, 1996)
    assert one.left_over == (1116, 1117)


def test_the_second_published_account_is_what_it_says() -> None:
    one = check(Published("a district", found=1035, settled=1026, said_tenths=991))
    assert one.fits
    assert one.needed == (1035, 1035)
    assert one.left_over is None


@pytest.mark.parametrize("numerator", [1, 7, 333, 1964])
@pytest.mark.parametrize("tenths", [1, 333, 500, 984, 999, 1000])
def test_denominators_are_exactly_those_that_round_to_the_rate(numerator: int, tenths: int) -> None:
    rounded = [
        whole
        for whole in range(numerator, 3 * numerator * 1000 // tenths + 2)
        if (2000 * numerator + whole) // (2 * whole) == tenths  # half a tenth is rounded up
    ]
    assert denominators_for(numerator, tenths) == ((rounded[0], rounded[-1]) if rounded else None)


def test_a_rate_of_nothing_needs_no_denominator() -> None:
    assert denominators_for(0, 500) is None
    assert denominators_for(5, 0) is None


# -- what becomes of disputes


@pytest.mark.django_db
def test_a_month_counts_what_was_found_and_what_was_concluded_in_it(noon: datetime) -> None:
    desk = open_desk(noon)
    desk.found()
    desk.agreed(cents=120_000, parts=1)
    failed = desk.in_mediation()
    actions.fail(
        dispute_id=failed.pk,
        because=EndedBecause.APART,
        words="",
        other_ways=["court"],
        by=desk.by,
        now=desk.later(days=2),
    )
    refused = desk.found()
    actions.refuse(
        dispute_id=refused.pk,
        because=EndedBecause.NO_RIGHT,
        words="",
        other_ways=[],
        by=desk.by,
        now=desk.later(days=1),
    )
    counts = queries.figures(OVERSEER, MARCH)
    assert (counts.found, counts.accepted, counts.waiting, counts.refused, counts.failed, counts.settled) == (
        4,
        2,
        1,
        1,
        1,
        1,
    )
    assert counts.settled_of_concluded == Rate(1, 2)
    assert counts.settled_of_found == Rate(1, 4)
    assert counts.not_taken_on == 1
    assert counts.agreed_cents == 120_000
    assert queries.figures(OVERSEER, MARCH.year_before).is_empty


@pytest.mark.django_db
def test_tables_add_up_to_the_whole(noon: datetime) -> None:
    desk = open_desk(noon)
    desk.agreed(cents=5_000, parts=1)
    desk.found(type="contract", amount_cents=70_000)
    whole = queries.figures(OVERSEER, MARCH)
    assert total(queries.figures_by_type(OVERSEER, MARCH).values()) == whole
    assert total(queries.figures_by_tier(OVERSEER, MARCH).values()) == whole
    assert set(queries.figures_by_type(OVERSEER, MARCH)) == {"neighbors", "contract"}
    months = queries.figures_by_month(OVERSEER, Period.of_year(2026))
    assert set(months) == {date(2026, 3, 1)}
    assert months[date(2026, 3, 1)].found == whole.found


@pytest.mark.django_db
def test_a_room_counts_what_sat_in_it(noon: datetime) -> None:
    desk = open_desk(noon)
    dispute = desk.in_mediation()
    session = actions.book(
        dispute_id=dispute.pk,
        starts_at=desk.later(hours=1),
        ends_at=desk.later(hours=2),
        room_id=desk.room.pk,
        by=desk.by,
        now=desk.now,
    )
    assert queries.figures_by_room(OVERSEER, MARCH) == []
    actions.hold(session_id=session.pk, by=desk.by, now=desk.later(hours=2))
    [(room, counts)] = queries.figures_by_room(OVERSEER, MARCH)
    assert (room, counts.found, counts.running) == (desk.room, 1, 1)


@pytest.mark.django_db
def test_confidential_disputes_are_in_no_figure(noon: datetime) -> None:
    desk = open_desk(noon)
    Dispute.objects.filter(pk=desk.found().pk).update(confidential=True)
    assert queries.figures(OVERSEER, MARCH).is_empty


@pytest.mark.django_db
def test_mediators_count_their_own_ground(noon: datetime) -> None:
    desk = open_desk(noon)
    desk.found()
    assert queries.figures(desk.standing(desk.mediator.person), MARCH).found == 1
    assert queries.figures(Standing(person_id=9, roles=frozenset({Role.MEDIATOR})), MARCH).is_empty


# -- the justice bureau's form


@pytest.mark.parametrize(
    ("source", "applied", "wanted"),
    [
        (Source.COURT, True, "entrusted"),
        (Source.HOTLINE, False, "entrusted"),
        (Source.WALK_IN, True, "applied"),
        (Source.SWEEP, False, "own_initiative"),
    ],
)
def test_the_form_counts_how_a_dispute_came(source: Source, applied: bool, wanted: str) -> None:
    one = FormCounts.accepted_by(source, applied=applied)
    assert (one.accepted, getattr(one, wanted)) == (1, 1)
    assert one.own_initiative + one.applied + one.entrusted == 1


@pytest.mark.parametrize("state", sorted(CONCLUDED))
def test_only_what_was_settled_prevented_anything(state: State) -> None:
    one = FormCounts.concluded_as(
        state, signs={RiskSign.WEAPON, RiskSign.GATHERING}, people=12, amount_cents=5, written=True
    )
    settled = state in (State.AGREED, State.PERFORMED, State.BROKEN)
    assert (one.settled, one.crimes, one.petition_people) == ((1, 1, 12) if settled else (0, 0, 0))
    assert one.concluded == 1


def test_the_form_has_a_cell_for_each_column() -> None:
    assert len(FormCounts().cells) == len(COLUMNS)


# -- pages and files


def signed_in(desk: Desk, *, role: Role = Role.SUPERVISOR) -> Client:
    client = Client()
    person = desk.town.supervisor if role is Role.SUPERVISOR else desk.mediator.person
    client.force_login(person.account)
    return client


@pytest.mark.django_db
def test_the_page_shows_both_rates_and_explains_the_published_accounts(noon: datetime) -> None:
    desk = open_desk(noon)
    desk.agreed()
    desk.found()
    page = signed_in(desk).get("/mediation/figures/?period=2026-03").content.decode()
    assert "1 / 1" in page
    assert "1 / 2" in page
    assert "63.1" in page
    assert "1,995" in page
    assert "1,116" in page
    assert "99.1" in page


@pytest.mark.django_db
@pytest.mark.parametrize("written", ["2026", "2026-13", "0000", "٢٠٢٦", "9999", "x", "2026-03-01", "-1"])
def test_a_period_that_is_none_is_the_present_month(noon: datetime, written: str) -> None:
    assert signed_in(open_desk(noon)).get("/mediation/figures/", {"period": written}).status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/mediation/figures/?period=2026-03", "/mediation/town/"])
@pytest.mark.parametrize(("language", "told"), [("zh-hans", "村（社区）"), ("en", "village or community")])
def test_tiers_are_named_as_the_town_names_them_and_translated_in_english(
    noon: datetime, address: str, language: str, told: str
) -> None:
    desk = open_desk(noon)
    desk.agreed()
    client = signed_in(desk)
    client.cookies["django_language"] = language
    assert told in client.get(address).content.decode()


@pytest.mark.django_db
def test_residents_and_grid_workers_read_no_figures(noon: datetime) -> None:
    desk = open_desk(noon)
    for person in (desk.town.resident, desk.town.grid_worker):
        client = Client()
        client.force_login(person.account)
        assert client.get("/mediation/figures/").status_code == 403
        assert client.get("/mediation/figures/gbt31000.csv").status_code == 403


@pytest.mark.django_db
def test_the_monthly_form_has_a_line_for_every_type_and_a_sum(noon: datetime) -> None:
    desk = open_desk(noon)
    desk.agreed(cents=123_45, parts=1)
    response = signed_in(desk).get("/mediation/figures/justice-form.csv?period=2026-03")
    rows = list(csv.reader(io.StringIO(b"".join(response).decode("utf-8-sig"))))
    assert len(rows) == 20
    assert rows[0] == ["纠纷类型", *COLUMNS]
    line = dict(zip(rows[0], next(row for row in rows if row[0] == "邻里"), strict=True))
    assert (line["受理（件）"], line["申请调解（件）"], line["调解成功（件）"]) == ("1", "1", "1")
    assert (line["协议涉及金额（元）"], line["书面协议（件）"]) == ("123.45", "1")
    assert rows[-1][0] == "合计"


@pytest.mark.django_db
def test_the_monthly_form_is_a_spreadsheet_that_adds_up(noon: datetime) -> None:
    desk = open_desk(noon)
    desk.agreed(cents=123_45, parts=1)
    desk.agreed(cents=100_00, parts=1, type="property")
    response = signed_in(desk).get("/mediation/figures/justice-form.xlsx?period=2026-03")

    header, *lines, total = load_workbook(io.BytesIO(b"".join(response))).active.values

    assert header == ("纠纷类型", *COLUMNS)
    counted = [
        number
        for number, name in enumerate(header)
        if "（件）" in name or "（人）" in name or "（元）" in name
    ]
    for column in counted:  # numbers, so that the bureau can reckon with them
        assert sum(line[column] for line in lines) == pytest.approx(total[column])
    assert total[header.index("协议涉及金额（元）")] == pytest.approx(223.45)
    assert total[header.index("受理（件）")] == 2


@pytest.mark.django_db
def test_the_record_of_one_dispute_is_a_button_for_who_may_read_names(noon: datetime) -> None:
    desk = open_desk(noon)
    dispute = desk.in_mediation()
    button = f'action="/disputes/{dispute.pk}/record.xlsx"'

    assert button in signed_in(desk, role=Role.MEDIATOR).get(f"/disputes/{dispute.pk}/").content.decode()
    assert button not in signed_in(desk).get(f"/disputes/{dispute.pk}/").content.decode()
    saved = signed_in(desk, role=Role.MEDIATOR).post(f"/disputes/{dispute.pk}/record.xlsx")
    header, row = load_workbook(io.BytesIO(b"".join(saved))).active.values
    assert len(header) == len(row) == 27
    assert LEFT in row


@pytest.mark.django_db
def test_records_have_27_items_and_name_nobody(noon: datetime) -> None:
    desk = open_desk(noon)
    dispute = desk.agreed()
    Dispute.objects.filter(pk=dispute.pk).update(summary=f"{LEFT}说电话13912345678，楼上漏水")
    response = signed_in(desk).get("/mediation/figures/gbt31000.xlsx?period=2026-03")
    sheet = load_workbook(io.BytesIO(b"".join(response))).active
    header, row = list(sheet.values)
    assert len(header) == len(row) == 27
    record = dict(zip(header, row, strict=True))
    assert record["事件类别"] == "邻里"
    assert record["化解是否成功"] == "1"
    for blank in ("主要当事人民族", "主要当事人学历", "主要当事人人员类别", "主要当事人证件号码"):
        assert not record[blank]
    everything = "".join(str(cell) for cell in row)
    assert LEFT not in everything
    assert "13912345678" not in everything


@pytest.mark.django_db
def test_one_record_with_names_is_for_whoever_mediates_and_the_reading_is_logged(noon: datetime) -> None:
    desk = open_desk(noon)
    dispute = desk.in_mediation()
    readings = PartyReading.objects.filter(dispute=dispute)
    before = readings.count()
    url = f"/disputes/{dispute.pk}/record.csv"
    assert signed_in(desk).post(url).status_code == 404
    assert readings.count() == before
    response = signed_in(desk, role=Role.MEDIATOR).post(url)
    assert LEFT in b"".join(response).decode("utf-8-sig")
    assert readings.count() == before + 1
    assert signed_in(desk, role=Role.MEDIATOR).get(url).status_code == 405


def test_a_period_and_the_year_before_have_the_same_days() -> None:
    assert Period.of_year(2024).year_before == Period.of_year(2023)
    assert MARCH.year_before == Period(date(2025, 3, 1), date(2025, 4, 1))
    assert MARCH.end - MARCH.first == timedelta(days=31)
