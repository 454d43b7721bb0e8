"""How old people are, in bands wide enough that one points to nobody. A year of birth is never kept."""

from enum import StrEnum


class AgeBand(StrEnum):
    """Bands of grown-ups. Under 18 nobody is asked anything."""

    YOUNG = "18-34"
    MIDDLE = "35-59"
    OLD = "60+"


def band_of(years: int) -> AgeBand | None:
    """Return the band of an age in years; None for a child."""
    if years < 18:
        return None
    return AgeBand.YOUNG if years < 35 else AgeBand.MIDDLE if years < 60 else AgeBand.OLD
