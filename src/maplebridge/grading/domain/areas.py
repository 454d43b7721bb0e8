"""What can be graded."""

from enum import StrEnum


class AreaKind(StrEnum):
    STATION = "station"
    SUBDISTRICT = "subdistrict"
    BEAT = "beat"  # for work planning inside only, never public
