"""The map in a browser, drawn without asking anybody outside, and a file of territory on its way in."""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect
from tests.factories.town import BEGIN, Town
from tests.journeys.people import Somebody

from maplebridge.places import actions as places
from maplebridge.places.models import Estate, Grid

Seat = Callable[..., Somebody]


def ground(west: float, east: float) -> dict[str, object]:
    ring = [[west, 36.61], [east, 36.61], [east, 36.63], [west, 36.63], [west, 36.61]]
    return {"type": "Polygon", "coordinates": [ring]}


def draw(town: Town) -> None:
    """Give the grids of the town a border, and the ground a street and a river."""
    Grid.objects.filter(pk=town.community.pk).update(boundary=ground(101.77, 101.79))
    Grid.objects.filter(pk=town.grid.pk).update(boundary=ground(101.77, 101.785))
    Grid.objects.filter(pk=town.other_grid.pk).update(boundary=ground(101.785, 101.79))
    places.add_key_site(
        code="ZD1",
        name="豆腐巷",
        kind="alley",
        grid_id=town.grid.pk,
        lon=101.781,
        lat=36.62,
        valid_from=BEGIN,
    )
    street = {
        "type": "Feature",
        "properties": {"name": "海棠路", "tier": "street", "width_m": 15},
        "geometry": {"type": "LineString", "coordinates": [[101.77, 36.62], [101.79, 36.62]]},
    }
    water = {"type": "Feature", "properties": {"kind": "river"}, "geometry": ground(101.788, 101.789)}
    places.set_base_map(
        layers={
            "water": {"type": "FeatureCollection", "features": [water]},
            "streets": {"type": "FeatureCollection", "features": [street]},
        }
    )


def test_the_map_finds_a_house_and_tells_whom_to_call(town: Town, somebody: Seat) -> None:
    draw(town)
    officer = somebody(town.officer, phone=False)
    officer.open("/map/")
    expect(officer.page.locator("#territory-map[data-ready=yes]")).to_be_visible(timeout=20_000)

    officer.write("地址、名称、编号或经纬度", "海棠苑3号楼2单元401")
    officer.tap("查找")

    expect(officer.page.locator("#territory-found")).to_contain_text("海棠苑3号楼2单元")
    expect(officer.page.locator("#territory-piece")).to_contain_text("海棠物业")
    expect(officer.page.locator(".pin")).to_be_visible()
    assert officer.violations() == []


def test_a_resident_sees_grids_by_list_and_keyboard_and_no_key_site(town: Town, somebody: Seat) -> None:
    draw(town)
    resident = somebody(town.resident)
    resident.open("/map/")
    expect(resident.page.locator("#territory-map[data-ready=yes]")).to_be_visible(timeout=20_000)

    resident.page.get_by_role("link", name="第1网格").first.focus()
    resident.press("Enter")

    expect(resident.page.locator("#territory-piece")).to_contain_text("网格员小马")
    resident.misses("重点部位")
    assert resident.violations() == []


def test_a_file_is_checked_corrected_and_taken_over(town: Town, somebody: Seat, tmp_path: Path) -> None:
    for grid in Grid.objects.all():
        grid.code = f"63{grid.code[2:]}"  # of a province that exists, as imports ask
        grid.save()
    code = Grid.objects.get(pk=town.grid.pk).code
    administrator = somebody(town.administrator, phone=False)
    broken, good = tmp_path / "小区.csv", tmp_path / "改好.csv"
    broken.write_text(f"编号,名称,所属网格\nXQ02,丁香苑,{code[:-1]}9\n", encoding="gb18030")
    good.write_text(f"编号,名称,所属网格\nXQ02,丁香苑,{code}\n", encoding="gb18030")

    administrator.open("/imports/")
    assert administrator.violations() == []
    for file in (broken, good):
        administrator.page.get_by_role("radio", name="小区").check()
        administrator.page.get_by_label("文件", exact=True).set_input_files(file)
        administrator.tap("检查文件")
        if file == broken:
            administrator.sees(f"最接近的是 {code}。")
            assert administrator.violations() == []
            administrator.tap("导入改好的文件")
    administrator.sees("丁香苑")
    assert administrator.violations() == []
    administrator.tap("全部导入")
    administrator.sees("文件已全部导入。")

    assert Estate.objects.filter(code="XQ02", name="丁香苑").exists()


def test_the_pages_of_the_administration_have_no_barrier(town: Town, somebody: Seat) -> None:
    pages = ("", "rules/", "rules/respond_minutes/", "routing/", "hours/", "categories/?q=漏水", "record/")
    for phone in (True, False):
        administrator = somebody(town.administrator, phone=phone)
        for page in pages:
            administrator.open(f"/administration/{page}")
            assert administrator.violations() == []
            wide = administrator.page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
            assert not wide, page
