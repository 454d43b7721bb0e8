"""How many are drawn of each age, so that those asked are as old and as young as those who live there."""

from collections.abc import Mapping

UNKNOWN = ""  # whose age nobody knows: a stratum of its own, by its part of those enrolled


def allotted(number: int, enrolled: Mapping[str, int], living: Mapping[str, float]) -> dict[str, int]:
    """Return how many to draw of each age band, never more than are enrolled; what one lacks the others give.

    Bands share by how many live there where every band was counted, else by how many are enrolled. Ties go to the
    band that comes first.
    """
    there = {band: count for band, count in sorted(enrolled.items()) if count > 0}
    wanted = min(number, sum(there.values()))
    found = dict.fromkeys(there, 0)
    shares = _shares(there, living)
    while (missing := wanted - sum(found.values())) > 0:
        open_bands = [band for band in there if found[band] < there[band]]
        whole = sum(shares[band] for band in open_bands)
        exact = {band: missing * shares[band] / whole for band in open_bands}
        given = {band: min(int(exact[band]), there[band] - found[band]) for band in open_bands}
        if not any(given.values()):
            rest = sorted(open_bands, key=lambda band: (-exact[band], band))
            given = dict.fromkeys(rest[:missing], 1)
        for band, more in given.items():
            found[band] += more
    return found


def _shares(there: Mapping[str, int], living: Mapping[str, float]) -> dict[str, float]:
    bands = [band for band in there if band != UNKNOWN]
    counted = bands and all(living.get(band, 0) > 0 for band in bands)
    known = sum(there[band] for band in bands)
    people = sum(living.get(band, 0) for band in bands)
    return {
        band: known * living[band] / people if counted and band != UNKNOWN else float(there[band])
        for band in there
    }
