"""Territory. Nothing is ever deleted: what ends has a `valid_to` and, where another piece follows, a successor."""

from django.db import models

from maplebridge.platform import audit


class Dated(models.Model):
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)  # the first day on which it is no longer in force

    class Meta:
        abstract = True


class Grid(Dated):
    """A piece of territory with one chief. Grids nest in five levels, counted from the doorstep."""

    class Level(models.IntegerChoices):
        ENTRANCE = 1
        GRID = 2
        COMMUNITY = 3
        TOWN = 4  # or subdistrict
        COUNTY = 5

    class Kind(models.TextChoices):
        BASE = "base"
        EXCLUSIVE = "exclusive"  # a mall, a market, a campus

    name = models.CharField(max_length=80)
    code = models.CharField(
        max_length=18
    )  # 12-digit statistical code; below it + 3-digit grid number (+ 3 more)
    legacy_code = models.CharField(max_length=20, blank=True)  # CJ/T 349
    level = models.PositiveSmallIntegerField(choices=Level.choices)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.BASE)
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children"
    )
    successor = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    boundary = models.JSONField(null=True, blank=True)  # GeoJSON geometry, WGS-84

    # The chain upward, kept with the row so that lists of a whole town need no recursion.
    community = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    town = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    county = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(level__range=(1, 5)), name="grid_has_one_of_five_levels"
            ),
            models.UniqueConstraint(
                fields=["code"], condition=models.Q(valid_to=None), name="one_grid_in_force_per_code"
            ),
            models.CheckConstraint(
                condition=models.Q(level=5) | models.Q(parent__isnull=False),
                name="grid_below_a_county_has_a_parent",
            ),
        ]
        triggers = [audit.trigger(skip=["boundary"])]

    def __str__(self) -> str:
        return self.name


class Sector(Dated):
    """A police grid, drawn by a station and laid over community grids, many to many."""

    name = models.CharField(max_length=80)
    code = models.CharField(max_length=20, unique=True)
    station = models.CharField(max_length=80)
    boundary = models.JSONField(null=True, blank=True)
    grids = models.ManyToManyField(Grid, related_name="sectors")

    class Meta:
        triggers = [audit.trigger(skip=["boundary"])]

    def __str__(self) -> str:
        return self.name


class Beat(Dated):
    """One officer's ground: the building block of a sector."""

    name = models.CharField(max_length=80)
    code = models.CharField(max_length=20, unique=True)
    sector = models.ForeignKey(Sector, on_delete=models.PROTECT, related_name="beats")
    boundary = models.JSONField(null=True, blank=True)
    grids = models.ManyToManyField(Grid, related_name="beats")

    class Meta:
        triggers = [audit.trigger(skip=["boundary"])]

    def __str__(self) -> str:
        return self.name


class Estate(Dated):
    name = models.CharField(max_length=80)
    code = models.CharField(max_length=20, unique=True)
    aliases = models.JSONField(default=list)
    grid = models.ForeignKey(Grid, on_delete=models.PROTECT, related_name="estates")
    beat = models.ForeignKey(Beat, on_delete=models.PROTECT, null=True, blank=True, related_name="estates")
    boundary = models.JSONField(null=True, blank=True)

    class Meta:
        triggers = [audit.trigger(skip=["boundary"])]

    def __str__(self) -> str:
        return self.name


class Building(Dated):
    estate = models.ForeignKey(
        Estate, on_delete=models.PROTECT, null=True, blank=True, related_name="buildings"
    )
    grid = models.ForeignKey(
        Grid, on_delete=models.PROTECT, related_name="buildings"
    )  # the smallest that holds it
    code = models.CharField(max_length=24, unique=True)
    number = models.CharField(max_length=20)  # "3" of 3号楼
    name = models.CharField(max_length=80, blank=True)
    road = models.CharField(max_length=80, blank=True)
    road_number = models.CharField(max_length=20, blank=True)
    lon = models.FloatField(null=True, blank=True)
    lat = models.FloatField(null=True, blank=True)
    footprint = models.JSONField(null=True, blank=True)
    floors = models.PositiveSmallIntegerField(null=True, blank=True)
    households = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["road", "road_number"], name="building_by_road")]
        triggers = [audit.trigger(skip=["footprint"])]

    def __str__(self) -> str:
        if self.estate:
            return f"{self.estate.name}{self.number}号楼"
        return f"{self.road}{self.road_number.removesuffix('号')}号{self.name or f'{self.number}号楼'}"


class Entrance(Dated):
    """The door of a building that a group of households shares (单元)."""

    building = models.ForeignKey(Building, on_delete=models.PROTECT, related_name="entrances", db_index=False)
    number = models.CharField(max_length=10)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["building", "number"], name="one_entrance_per_number")]
        triggers = [audit.trigger()]

    def __str__(self) -> str:
        return f"{self.building}{self.number}单元"


class KeySite(Dated):
    """A school, a market, a narrow alley: a place that needs particular attention."""

    name = models.CharField(max_length=80)
    code = models.CharField(max_length=20, unique=True)
    kind = models.CharField(max_length=30)
    grid = models.ForeignKey(Grid, on_delete=models.PROTECT, related_name="key_sites")
    lon = models.FloatField()
    lat = models.FloatField()

    class Meta:
        triggers = [audit.trigger()]

    def __str__(self) -> str:
        return self.name


class BaseMapLayer(models.Model):
    """A layer that the map draws without asking any server: streets, water, parks, buildings, as GeoJSON."""

    name = models.CharField(max_length=30, unique=True)
    features = models.JSONField()
    rank = models.PositiveSmallIntegerField(default=0)

    class Meta:
        triggers = [audit.trigger(skip=["features"])]

    def __str__(self) -> str:
        return self.name


class TerritoryImport(models.Model):
    """A file of territory on its way: checked as a whole, shown, then taken over as a whole or dropped."""

    class State(models.TextChoices):
        WAITING = "waiting"  # being read and checked
        CHECKED = "checked"  # clean: an administrator decides
        REFUSED = "refused"  # there are problems; nothing was written
        ACCEPTED = "accepted"  # being written
        WRITTEN = "written"
        DROPPED = "dropped"

    sheet = models.CharField(max_length=20)
    file_name = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    report = models.JSONField(default=dict)  # problems, what would change, what does not fit
    asked_by = models.BigIntegerField(null=True)  # people.Person, an area above this one
    asked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        triggers = [audit.trigger(skip=["report"])]

    def __str__(self) -> str:
        return f"{self.sheet} from {self.file_name}"
