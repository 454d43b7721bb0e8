"""Who may see which page of grading, and that open data are what the page shows."""

import csv
import gzip
import io
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from tests.factories.graded import Graded, grade_town, seen_by
from tests.factories.town import Town, make_town

from maplebridge.grading import actions
from maplebridge.grading.domain.areas import AreaKind
from maplebridge.grading.domain.questionnaire import read_marks
from maplebridge.grading.models import CountSheet, GradingMonth
from maplebridge.grading.queries import color_name
from maplebridge.kernel.periods import Month

PUBLIC = ("/safety/", "/safety/embedded/", "/safety/method/", "/safety/areas/Z01/", "/survey/code/")
INSIDE = ("/grading/", "/grading/months/{beats}/", "/grading/months/{beats}/areas/{beat}/")
ANALYST = ("/grading/counts/", "/survey/results/", "/survey/results/{round}/data.csv")


@pytest.fixture
def town(db: None) -> Town:
    return make_town(timezone.now())


@pytest.fixture
def graded(town: Town) -> Graded:
    return grade_town(town, timezone.now())


def path_of(path: str, graded: Graded) -> str:
    return path.format(beats=graded.beats.pk, beat=graded.beat.pk, round=graded.round.pk)


@pytest.mark.parametrize("role", ["", "resident", "officer", "analyst"])
def test_everybody_sees_the_public_pages(town: Town, graded: Graded, role: str) -> None:
    client = seen_by(town, role)

    assert {path: client.get(path).status_code for path in PUBLIC} == dict.fromkeys(PUBLIC, 200)


@pytest.mark.parametrize(
    ("role", "inside", "analyst"),
    [
        ("", 302, 302),
        ("resident", 403, 403),
        ("clerk", 403, 403),
        ("officer", 200, 403),
        ("supervisor", 200, 403),
        ("command", 200, 403),
        ("analyst", 200, 200),
    ],
)
def test_pages_of_work_are_for_those_whose_work_it_is(
    town: Town, graded: Graded, role: str, inside: int, analyst: int
) -> None:
    client = seen_by(town, role)

    got = {path: client.get(path_of(path, graded)).status_code for path in (*INSIDE, *ANALYST)}

    assert got == dict.fromkeys(INSIDE, inside) | dict.fromkeys(ANALYST, analyst)


@pytest.mark.parametrize("deed", ["propose", "take-back", "publish", "review", "correct"])
def test_a_resident_and_a_station_change_nothing(town: Town, graded: Graded, deed: str) -> None:
    path = f"/grading/months/{graded.beats.pk}/{deed}/"

    assert [seen_by(town, role).post(path).status_code for role in ("resident", "officer")] == [403, 403]


def test_what_is_not_there_is_not_found(town: Town, graded: Graded) -> None:
    nobody, analyst = seen_by(town, ""), seen_by(town, "analyst")
    public = [
        "/safety/editions/99/",
        "/safety/editions/99/data.json",
        "/safety/method/99/",
        "/safety/areas/Z99/",
    ]

    assert {nobody.get(path).status_code for path in public} == {404}
    assert {analyst.get(path).status_code for path in ("/grading/months/9999/", "/grading/counts/9999/")} == {
        404
    }


def test_a_beat_is_on_no_public_page(town: Town, graded: Graded) -> None:
    nobody = seen_by(town, "")
    number = graded.edition.number

    assert nobody.get(f"/safety/areas/{graded.beat.code}/").status_code == 404
    for path in (*PUBLIC, f"/safety/editions/{number}/", f"/safety/editions/{number}/data.json"):
        words = nobody.get(path).content.decode()
        assert graded.beat.name not in words, path
        assert graded.beat.code not in words, path
    assert graded.beat.code not in gzip.decompress(bytes(graded.edition.shapes)).decode()


def test_only_the_embedded_page_stands_in_the_frames_of_others(town: Town, graded: Graded) -> None:
    nobody = seen_by(town, "")
    embedded = nobody.get("/safety/embedded/")

    rules = dict(
        rule.strip().split(" ", 1)
        for rule in embedded["Content-Security-Policy"].split(";")
        if " " in rule.strip()
    )
    assert rules["frame-ancestors"] == "*"
    assert "X-Frame-Options" not in embedded
    for path in ("/safety/", "/safety/method/", "/safety/areas/Z01/"):
        page = nobody.get(path)
        assert "frame-ancestors 'none'" in page["Content-Security-Policy"]
        assert page["X-Frame-Options"] == "DENY"


def test_open_data_are_what_the_page_shows(town: Town, graded: Graded) -> None:
    nobody = seen_by(town, "")
    base = f"/safety/editions/{graded.edition.number}"
    page = {one["code"]: one["color"] for one in nobody.get("/safety/").context["areas"]}
    told = json.loads(nobody.get(f"{base}/data.json").content)
    table = csv.DictReader(io.StringIO(nobody.get(f"{base}/data.csv").content.decode("utf-8-sig")))
    shapes = json.loads(gzip.decompress(nobody.get(f"{base}/areas.geojson").content))

    assert len(page) == len(graded.areas)
    assert {one["code"]: one["color"] for one in told["areas"]} == page
    assert {row["code"]: row["color"] for row in table} == page
    assert {one["properties"]["code"]: one["properties"]["color"] for one in shapes["features"]} == page


@pytest.mark.parametrize("form", ["data.json", "data.csv", "areas.geojson"])
def test_what_never_changes_is_not_sent_twice(town: Town, graded: Graded, form: str) -> None:
    nobody = seen_by(town, "")
    path = f"/safety/editions/{graded.edition.number}/{form}"
    first = nobody.get(path)

    again = nobody.get(path, headers={"If-None-Match": first["ETag"]})
    other = nobody.get(path, headers={"If-None-Match": '"of another edition"'})

    assert (first.status_code, again.status_code, again.content, other.status_code) == (200, 304, b"", 200)


def test_the_method_page_says_the_rules_in_force(town: Town, graded: Graded) -> None:
    page = seen_by(town, "").get("/safety/method/", headers={"Accept-Language": "en"})
    words = " ".join(page.content.decode().split())

    assert page.context["looked"][0].weight == 100
    assert "The last 3 months are counted together." in words
    assert "Fewer than 1000 people live there." in words
    assert "the rate of the whole town in the 24 months before" in words


def test_results_show_what_was_answered_and_how_many_more_are_wanted(town: Town, graded: Graded) -> None:
    for person, mark in ((town.resident, "5"), (town.neighbor, "unknown")):
        actions.answer_as_resident(
            round_id=graded.round.pk,
            person_id=person.pk,
            marks=read_marks({"safe": mark, "officers": "4", "map": "5"}),
            now=timezone.now(),
        )
    analyst = seen_by(town, "analyst")

    page = analyst.get("/survey/results/")
    table = analyst.get(f"/survey/results/{graded.round.pk}/data.csv?question=safe").content.decode(
        "utf-8-sig"
    )

    area, row, wanted = page.context["rows"][0]
    assert (area.code, row.answers, row.dont_know, wanted) == ("Z01", 1, 1, graded.round.wanted_per_area - 1)
    lines = list(csv.DictReader(io.StringIO(table)))
    assert len(lines) == len(graded.areas)
    assert (lines[0]["answers"], lines[0]["cannot_say"], lines[0]["share"]) == ("1", "1", "")


def test_a_resident_is_asked_until_they_have_answered(town: Town, graded: Graded) -> None:
    resident = seen_by(town, "resident")
    before = resident.get("/groups/").content.decode()

    resident.post("/survey/", {"safe": "4", "officers": "4", "map": "5", "age_band": ""})

    assert 'href="/survey/"' in before
    assert 'href="/survey/"' not in resident.get("/groups/").content.decode()
    assert 'href="/safety/"' in resident.get("/groups/").content.decode()


def test_a_page_of_work_says_what_would_change_a_color(town: Town, graded: Graded) -> None:
    month = GradingMonth.objects.get(kind=AreaKind.STATION)
    grade = next(one for one in month.grades.order_by("area__code") if one.why["turnings"])
    turning = grade.why["turnings"][0]

    page = seen_by(town, "analyst").get(f"/grading/months/{month.pk}/areas/{grade.area_id}/").content.decode()

    assert f"{turning['level']:,.1f} 起/月（目前 {turning['now']:,.1f} 起/月）" in page
    assert f'class="grade grade-{color_name(turning["toward"])}"' in page


def test_a_file_of_counts_says_at_once_what_looks_odd_in_it(town: Town, graded: Graded) -> None:
    month, client = graded.month, Client(headers={"accept-language": "en"})
    client.force_login(town.analyst.account)
    counts = {
        (area.code, month - back): 9 + (at * back) % 5
        for at, area in enumerate(graded.areas)
        for back in range(12)
    }
    counts["Z01", month - 3] = 95
    del counts["Z02", month - 5]
    people = {("Z03", month - 11): 30_000, ("Z03", month - 2): 45_000}
    rows = [
        f"{code},{when},{number},{people.get((code, when), '')}" for (code, when), number in counts.items()
    ]
    CountSheet.objects.all().delete()
    file = SimpleUploadedFile("five.csv", ("area,month,theft,residents\n" + "\n".join(rows)).encode())

    page = client.post("/grading/counts/", {"kind": "station", "file": file}, follow=True).content.decode()

    assert "3 counts look odd" in page
    assert f"{month - 3}, Station 1: 95, usual are" in page
    assert f"{month - 5}, Station 2: no count was entered" in page
    assert f"{month - 2}, Station 3: residents went from 30,000 to 45,000" in page
    assert "Take over the whole file" in page


def test_a_month_that_was_missed_or_opened_again_can_still_be_closed(town: Town, graded: Graded) -> None:
    client = Client(headers={"accept-language": "en"})
    client.force_login(town.analyst.account)
    missed = GradingMonth.objects.filter(kind="beat").latest("month")
    for earlier in (missed, *GradingMonth.objects.filter(kind="beat").exclude(pk=missed.pk)):
        GradingMonth.objects.filter(pk=earlier.pk).update(month=(Month.of(earlier.month) - 2).first)
    after = Month.of(missed.month) - 1
    assert f"Close the counts of {after}" in client.get("/grading/").content.decode()

    client.post("/grading/close/", {"kind": "beat", "explanation": "looked at"})
    closed = GradingMonth.objects.get(kind="beat", month=after.first)
    client.post(f"/grading/months/{closed.pk}/take-back/")

    assert f"Close the counts of {after}" in client.get("/grading/").content.decode()
    client.post("/grading/close/", {"kind": "beat", "explanation": "looked at"})
    closed.refresh_from_db()
    assert closed.state == "closed"
    again = client.post("/grading/close/", {"kind": "beat", "explanation": "looked at"})
    assert GradingMonth.objects.filter(kind="beat").count() == 3
    assert again.status_code == 302
