"""Files of 100,000 rows, checked and taken over: buildings with their places and outlines, staff, postings.

`bin/bench imports [--rows N] [--rounds N] [--only buildings]`. The files are made in a temporary folder, as CSV in
UTF-8 and GB 18030 and as XLSX, and go through what the import pages call, reading included, in an installation of
their own. The check of a file in which every row is wrong is measured too. What is written is in the record of changes.
"""

import argparse
import json
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from bench.installation import installation, use
from bench.machine import describe

TODAY = date(2026, 3, 2)
COUNTY = "610802000000"
TOWNS, COMMUNITIES, GRIDS = 10, 20, 10  # of each above: 2,000 grids
ESTATES = 4_000
SIDE = 0.0002  # degrees: the outline of a house of about 20 m
ROW_OF_HOUSES = 400


def grids() -> Iterator[list[str]]:
    """Yield the ground: a county, its towns, their communities and the grids of these."""
    yield [COUNTY, "榆川区"]
    for town in range(1, TOWNS + 1):
        yield [f"610802{town:03}000", f"第{town}街道"]
        for community in range(1, COMMUNITIES + 1):
            above = f"610802{town:03}{community:03}"
            yield [above, f"第{town}街道第{community}社区"]
            for grid in range(1, GRIDS + 1):
                yield [f"{above}{grid:03}", f"第{town}街道第{community}社区第{grid}网格"]


def grid_code(number: int) -> str:
    town, rest = divmod(number % (TOWNS * COMMUNITIES * GRIDS), COMMUNITIES * GRIDS)
    community, grid = divmod(rest, GRIDS)
    return f"610802{town + 1:03}{community + 1:03}{grid + 1:03}"


def estates() -> Iterator[list[str]]:
    for number in range(ESTATES):
        yield [f"E{number:05}", f"第{number}小区", grid_code(number)]


def buildings(rows: int) -> Iterator[list[str]]:
    for number in range(rows):
        estate = number % ESTATES
        west, south = 109.70 + number % ROW_OF_HOUSES * 0.0005, 38.20 + number // ROW_OF_HOUSES * 0.0005
        yield [
            f"B{number:06}",
            f"E{estate:05}",
            grid_code(estate),
            f"{number // ESTATES + 1}号楼",
            "海棠路",
            str(number),
            "18",
            "72",
            f"{west + SIDE / 2:.6f}",
            f"{south + SIDE / 2:.6f}",
            outline(west, south),
        ]


def outline(west: float, south: float) -> str:
    corners = [(0, 0), (SIDE, 0), (SIDE, SIDE), (0, SIDE), (0, 0)]
    ring = [[round(west + x, 6), round(south + y, 6)] for x, y in corners]
    return json.dumps({"type": "Polygon", "coordinates": [ring]}, separators=(",", ":"))


def staff(rows: int) -> Iterator[list[str]]:
    for number in range(rows):
        yield [f"user{number:06}", f"网格员{number}", f"第{number}人", f"100{number:08}"]


def postings(rows: int) -> Iterator[list[str]]:
    for number in range(rows):
        yield [f"user{number:06}", "网格员", grid_code(number), "2026-03-02"]


BUILDING = ["编号", "所属小区", "所属网格", "楼号", "道路", "门牌号", "层数", "户数", "经度", "纬度", "轮廓"]
SHEETS: dict[str, tuple[list[str], Callable[[int], Iterator[list[str]]]]] = {
    "buildings": (BUILDING, buildings),
    "staff": (["用户名", "称呼", "姓名", "手机号"], staff),
    "postings": (["用户名", "角色", "网格编码", "开始日期"], postings),
}
SPOILED = {"buildings": ("所属网格", "610802999999999"), "staff": ("手机号", "12"), "postings": ("角色", "?")}
FORMS = ("utf-8", "gb18030", "xlsx")


def file_in(form: str, headings: Sequence[str], rows: Iterable[Sequence[str]], folder: Path) -> Path:
    """Write a table into the folder in one of the forms that people bring."""
    from maplebridge.kernel.tables import csv_bytes, write_xlsx

    path = folder / f"{form}.{'xlsx' if form == 'xlsx' else 'csv'}"
    with path.open("wb") as file:
        if form == "xlsx":
            write_xlsx(file, headings, rows)
        else:
            encoding = "gb18030" if form == "gb18030" else "utf-8-sig"
            file.writelines(csv_bytes(headings, rows, encoding))
    return path


def lay_ground() -> None:
    """Bring the grids and estates that the buildings stand in."""
    from maplebridge.kernel.tables import Table
    from maplebridge.places.actions import import_sheet
    from maplebridge.places.domain.importing import SHEETS as TERRITORY

    for name, headings, rows in (
        ("grids", ["code", "name"], grids()),
        ("estates", ["code", "name", "grid"], estates()),
    ):
        cells = [dict(zip(headings, row, strict=True)) for row in rows]
        table = Table(headings, cells, list(range(2, len(cells) + 2)))
        import_sheet(sheet=TERRITORY[name], table=table, today=TODAY)


class Bringing:
    """One sheet through the actions that its import page calls."""

    def __init__(self, sheet: str) -> None:
        self.sheet = sheet
        self.territory = sheet == "buildings"

    def check(self, path: Path) -> tuple[float, Any]:
        """Keep and check a file; return how long the check took, and the import."""
        from django.utils import timezone

        now, data = timezone.now(), path.read_bytes()
        if self.territory:
            from maplebridge.places import actions
            from maplebridge.places.domain.importing import SHEETS as SHAPES

            kept: Any = actions.keep_upload(
                sheet=SHAPES[self.sheet], file_name=path.name, data=data, asked_by=None, now=now
            )
            begun = perf_counter()
            actions.check_upload(import_id=kept.pk, now=now)
        else:
            from maplebridge.people import actions as of_people
            from maplebridge.people.domain.importing import SHEETS as SHAPES

            asker = of_people.enrol(nickname="管理员", now=now)
            kept = of_people.keep_upload(
                sheet=SHAPES[self.sheet], file_name=path.name, data=data, asked_by=asker, now=now
            )
            begun = perf_counter()
            of_people.check_upload(import_id=kept.pk, today=TODAY, now=now)
        took = perf_counter() - begun
        kept.refresh_from_db()
        return took, kept

    def take_over(self, kept: Any) -> float:
        from django.utils import timezone

        now = timezone.now()
        begun = perf_counter()
        if self.territory:
            from maplebridge.places import actions

            actions.accept_upload(import_id=kept.pk)
            actions.take_over_upload(import_id=kept.pk, today=TODAY, now=now)
        else:
            from maplebridge.people import actions as of_people

            of_people.accept_upload(import_id=kept.pk)
            of_people.write_upload(import_id=kept.pk, today=TODAY, now=now)
        took = perf_counter() - begun
        kept.refresh_from_db()
        if kept.state != "written":
            raise RuntimeError(f"{self.sheet}: {kept.state}")
        return took

    def clear(self) -> None:
        """Take what was written out of the way of the next round."""
        from django.db import connection

        tables = {"buildings": "places_building", "staff": "people_person", "postings": "people_posting"}
        with connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {tables[self.sheet]}, platform_auditrow CASCADE")
            cursor.execute("VACUUM ANALYZE")


def measure(sheet: str, rows: int, rounds: int, folder: Path) -> None:
    headings, made = SHEETS[sheet]
    bringing = Bringing(sheet)
    if sheet == "postings":
        people = Bringing("staff")
        people.take_over(people.check(file_in("utf-8", SHEETS["staff"][0], staff(rows), folder))[1])
    for form in FORMS:
        path = file_in(form, headings, made(rows), folder)
        checks, writes = [], []
        for _ in range(rounds):
            took, kept = bringing.check(path)
            checks.append(took)
            writes.append(bringing.take_over(kept))
            bringing.clear()
        size = path.stat().st_size / 2**20
        print(
            f"{sheet:10} {form:8} {size:6.1f} MB   check {median(checks):6.1f} s   take over {median(writes):6.1f} s"
        )
    column, value = SPOILED[sheet]
    spoiled = (
        [value if name == column else cell for name, cell in zip(headings, row, strict=True)]
        for row in made(rows)
    )
    took, kept = bringing.check(file_in("utf-8", headings, spoiled, folder))
    found = kept.report["problem_count"] if bringing.territory else kept.problem_count
    print(f"{sheet:10} every row wrong       check {took:6.1f} s   {found:,} problems named")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", choices=SHEETS, action="append")
    asked = parser.parse_args()
    print(describe("django", "psycopg", "openpyxl"))
    print(f"{asked.rows:,} rows; medians of {asked.rounds}")
    with installation() as made, tempfile.TemporaryDirectory() as folder:
        use(made)
        lay_ground()
        for sheet in asked.only or SHEETS:
            measure(sheet, asked.rows, asked.rounds, Path(folder))


if __name__ == "__main__":
    main()
