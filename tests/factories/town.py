"""A small town for tests, built through the public actions: one community, two grids, everybody who is needed."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tests.factories.kept import kept

from maplebridge.conversations import actions as conversations
from maplebridge.conversations.models import Message, NeighborGroup
from maplebridge.matters.models import Category
from maplebridge.people import actions as people
from maplebridge.people.domain.roles import Role, TeamRole
from maplebridge.people.models import Agency, Person
from maplebridge.places.models import Beat, Building, Entrance, Estate, Grid, Sector
from maplebridge.platform.freshness import forget
from maplebridge.rosters import actions as rosters

BEGIN = date(2026, 1, 1)


@dataclass
class Town:
    """Names as in the brief: the chiefs are numbered by level, `neighbor` is a resident of the same building."""

    now: datetime
    county: Grid
    street: Grid
    community: Grid
    grid: Grid
    entrance_grid: Grid
    other_grid: Grid
    sector: Sector
    beat: Beat
    estate: Estate
    building: Building
    group: NeighborGroup
    resident: Person
    neighbor: Person
    chiefs: dict[int, Person]
    grid_worker: Person
    officer: Person
    sorting_officer: Person
    supervisor: Person
    command: Person
    confidential: Person
    administrator: Person
    analyst: Person
    stranger_worker: Person  # works on another grid
    clerk: Person
    water_clerk: Person
    property_manager: Agency
    water: Agency

    def says(self, text: str, *, who: Person | None = None, **more: object) -> Message:
        """Let a resident say something in the group."""
        author = who or self.resident
        return conversations.receive_message(
            thread_id=self.group.thread_id,
            author_id=author.pk,
            role="resident",
            shown_as=f"3号楼 {author.nickname}",
            text=text,
            now=more.pop("now", self.now),  # type: ignore[arg-type]  # a moment, if given
            **more,  # type: ignore[arg-type]  # whoever calls names the fields
        )


@kept
def make_town(now: datetime) -> Town:
    """Build the town as it stands at `now`."""
    county = _grid("和顺区", "990103000000", 5)
    street = _grid("和顺街道", "990103001000", 4, county)
    community = _grid("迎宾社区", "990103001001", 3, street)
    grid = _grid("第1网格", "990103001001001", 2, community)
    other_grid = _grid("第2网格", "990103001001002", 2, community)
    entrance_grid = _grid("3号楼", "990103001001001001", 1, grid)
    sector = Sector.objects.create(name="迎宾警格", code="JG01", station="和顺派出所", valid_from=BEGIN)
    sector.grids.set([grid, other_grid])
    beat = Beat.objects.create(name="海棠管区", code="GQ01", sector=sector, valid_from=BEGIN)
    beat.grids.set([grid])
    estate = Estate.objects.create(name="海棠苑", code="XQ01", grid=grid, beat=beat, valid_from=BEGIN)
    building = Building.objects.create(
        estate=estate,
        grid=entrance_grid,
        code="LD0103",
        number="3",
        road="海棠路",
        road_number="12号",
        lon=101.78,
        lat=36.62,
        valid_from=BEGIN,
        households=48,
    )
    Entrance.objects.create(building=building, number="2", valid_from=BEGIN)
    forget()
    group = conversations.open_group(
        name="海棠苑3号楼", grid_id=entrance_grid.pk, estate_ids=[estate.pk], building_id=building.pk, now=now
    )
    property_manager = people.found_agency(
        name="海棠物业", code="AG01", kind="property", valid_from=BEGIN, estate_ids=[estate.pk]
    )
    water = people.found_agency(name="供水公司", code="AG02", kind="water", valid_from=BEGIN)
    chiefs = {}
    for level, area in enumerate((entrance_grid, grid, community, street, county), start=1):
        chiefs[level] = _staff(f"{level}级网格长", Role.GRID_CHIEF, grid_id=area.pk)
    town = Town(
        now=now,
        county=county,
        street=street,
        community=community,
        grid=grid,
        entrance_grid=entrance_grid,
        other_grid=other_grid,
        sector=sector,
        beat=beat,
        estate=estate,
        building=building,
        group=group,
        resident=_resident("老李", "10000000001", building),
        neighbor=_resident("小雨妈妈", "10000000002", building),
        chiefs=chiefs,
        grid_worker=_staff("网格员小马", Role.GRID_WORKER, grid_id=grid.pk),
        officer=_staff("王警官", Role.OFFICER, sector_id=sector.pk),
        sorting_officer=_staff("分拨员", Role.SORTING_OFFICER),
        supervisor=_staff("督办员", Role.SUPERVISOR),
        command=_staff("指挥员", Role.COMMAND),
        confidential=_staff("妇联专员", Role.CONFIDENTIAL),
        administrator=_staff("管理员", Role.ADMINISTRATOR),
        analyst=_staff("分析员", Role.ANALYST),
        stranger_worker=_staff("外网格员", Role.GRID_WORKER, grid_id=other_grid.pk),
        clerk=_staff("物业前台", Role.AGENCY_CLERK, agency_id=property_manager.pk),
        water_clerk=_staff("供水值班", Role.AGENCY_CLERK, agency_id=water.pk),
        property_manager=property_manager,
        water=water,
    )
    for person in (town.resident, town.neighbor):
        conversations.join(thread_id=group.thread_id, person_id=person.pk, role="resident", now=now)
    conversations.join(thread_id=group.thread_id, person_id=town.officer.pk, role="officer", now=now)
    for role, person, sector_id in (
        (Role.OFFICER, town.officer, sector.pk),
        (Role.SORTING_OFFICER, town.sorting_officer, None),
    ):
        rosters.put_on_duty(
            person_id=person.pk,
            role=role,
            sector_id=sector_id,
            starts_at=now - timedelta(days=1),
            ends_at=now + timedelta(days=30),
        )
    _categories()
    return town


def _grid(name: str, code: str, level: int, parent: Grid | None = None) -> Grid:
    """Make a grid and note the chain above it, as importing does."""
    chain = {}
    above = parent
    while above is not None:
        chain[{3: "community", 4: "town", 5: "county"}.get(above.level, "")] = above
        above = above.parent
    chain.pop("", None)
    made = Grid.objects.create(name=name, code=code, level=level, parent=parent, valid_from=BEGIN, **chain)
    own = {3: "community", 4: "town", 5: "county"}.get(level)
    if own:
        setattr(made, own, made)
        made.save(update_fields=[own])
    return made


def _staff(nickname: str, role: Role, **area: int) -> Person:
    person = people.enrol(nickname=nickname, now=datetime(2026, 1, 1).astimezone())
    people.open_account(person=person, username=nickname)
    people.post(person=person, role=role, starts_on=BEGIN, **area)  # type: ignore[arg-type]  # one kind of ground
    return person


def _resident(nickname: str, phone: str, building: Building) -> Person:
    person = people.enrol(
        nickname=nickname,
        name=f"{nickname[0]}某某",
        phone=phone,
        building_id=building.pk,
        now=datetime(2026, 1, 1).astimezone(),
    )
    people.open_account(person=person, username=f"r{phone}")
    return person


def _categories() -> None:
    """Add three leaves: one by agency, one that asks for photos, one that is confidential."""
    for code, zh, en, severity, lead, photos, confidential in (
        ("05-01-01", "楼上漏水", "Leak from above", 2, "property", False, False),
        ("06-01-01", "道路塌陷", "Sunken road", 3, "water", True, False),
        ("01-03-01", "家庭暴力", "Domestic violence", 3, "police", False, True),
    ):
        Category.objects.create(
            code=code,
            name_zh=zh,
            name_en=en,
            severity=severity,
            lead=lead,
            team_role=TeamRole.GOVERNANCE,
            handle_value=3,
            handle_unit="working_days",
            photos=photos,
            confidential=confidential,
            valid_from=BEGIN,
        )
    forget()
