"""What is wrong with a table, in the reader's words: of a row, and of how the ground fits together."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from maplebridge.matters.domain.catalogue import Problem, Wrong
from maplebridge.places.domain.importing import Sheet
from maplebridge.platform.table_words import joined
from maplebridge.platform.wording import in_language
from maplebridge.web.territory.layers import LEVEL_NAMES

SHEET_NAMES = {
    "grids": gettext_lazy("Grids"),
    "sectors": gettext_lazy("Police grids"),
    "beats": gettext_lazy("Beats"),
    "estates": gettext_lazy("Estates"),
    "buildings": gettext_lazy("Buildings"),
    "entrances": gettext_lazy("Entrances"),
    "key_sites": gettext_lazy("Key sites"),
}
FORM_NAMES = {
    "csv": gettext_lazy("CSV (UTF-8)"),
    "gb18030": gettext_lazy("CSV (GB 18030)"),
    "xlsx": gettext_lazy("Excel (XLSX)"),
    "geojson": gettext_lazy("GeoJSON"),
}
ROW = {
    "unknown_column": gettext_lazy("There is no column {column} in this sheet."),
    "missing_column": gettext_lazy("The column {column} is missing."),
    "column_twice": gettext_lazy("{value} is a column that is there twice, in two languages."),
    "no_rows": gettext_lazy("There are headings, but no rows."),
    "empty": gettext_lazy("{column} must not be empty."),
    "formula_failed": gettext_lazy(
        "{column} is {value}: a formula without a result. Please write the value."
    ),
    "too_long": gettext_lazy("{column} has {length} characters; at most {limit} fit."),
    "not_a_number": gettext_lazy("{value} is not a number that {column} can have."),
    "not_a_date": gettext_lazy("{value} is not a date. Please write it like 2026-03-01."),
    "not_a_choice": gettext_lazy("{value} is none of: {choices}."),
    "bad_code": gettext_lazy("{value} cannot be a code: {reason}."),
    "bad_polygon": gettext_lazy("The boundary cannot be used: {flaw}."),
    "bad_point": gettext_lazy("{lon}, {lat} is not a place on Earth."),
    "half_a_point": gettext_lazy("A point needs both longitude and latitude."),
    "lat_before_lon": gettext_lazy("{lon}, {lat}: longitude and latitude have changed places."),
    "refers_to_ended": gettext_lazy("{column} {value} ends in row {first} of this file."),
    "unknown_code": gettext_lazy("{column} {value} does not exist."),
    "duplicate": gettext_lazy("{value} is already in row {first}."),
    "ends_before_it_begins": gettext_lazy("It would end on {valid_to}, but begins only on {valid_from}."),
    "ends_later_than_today": gettext_lazy(
        "{valid_to} is still to come. Please import this row then, or later."
    ),
    "still_used": gettext_lazy(
        "{value} cannot end: there is still something in it ({sheet}: {count}). Please move or end that first."
    ),
    "level_and_code_differ": gettext_lazy(
        "The level is {level}, but the code {value} is that of: {expected}."
    ),
    "successors_in_a_circle": gettext_lazy("The successors of {value} lead back to it."),
    "parent_not_above": gettext_lazy("{parent} is not above {value}."),
    "successor_of_itself": gettext_lazy("{value} cannot follow itself."),
    "neither_estate_nor_road": gettext_lazy("A building needs an estate, or a road with a number."),
}
REASONS = {
    "scientific": gettext_lazy("a spreadsheet cut off its last digits; please format the column as text"),
    "not_digits": gettext_lazy("it is not made of digits"),
    "wrong_length": gettext_lazy("an area has 12 digits, a grid 15, a small grid 18"),
    "no_such_province": gettext_lazy("no province begins like this"),
    "gap": gettext_lazy("it names something below a level that is 0"),
    "grid_without_community": gettext_lazy("the grid belongs to no community"),
    "number_zero": gettext_lazy("numbers of grids begin with 001"),
    "above_county": gettext_lazy("it stands above the county"),
}
FLAWS = {
    "not_json": gettext_lazy("it is not JSON"),
    "not_a_polygon": gettext_lazy("it is not a Polygon or MultiPolygon"),
    "not_coordinates": gettext_lazy("it contains something that is not a pair of numbers"),
    "off_the_earth": gettext_lazy("{lon}, {lat} is not on Earth"),
    "lat_before_lon": gettext_lazy("latitude stands before longitude"),
    "too_many_points": gettext_lazy("it has {count} points; at most {limit} are read"),
    "too_few_points": gettext_lazy("a ring needs at least 4 points, the last like the first"),
    "not_closed": gettext_lazy("a ring does not end where it begins"),
    "crosses_itself": gettext_lazy("the border crosses or touches itself at {lon}, {lat}"),
    "hole_outside": gettext_lazy("a hole lies outside of the area at {lon}, {lat}"),
    "parts_overlap": gettext_lazy("two parts overlap at {lon}, {lat}"),
    "no_area": gettext_lazy("it has no extent"),
}
MISFITS = {
    "broken": gettext_lazy("The boundary of {code} cannot be used: {flaw}."),
    "no_parent": gettext_lazy("{code} lies in {parent}, which has no boundary."),
    "overlap": gettext_lazy("{code} and {other} overlap by {m2} m²."),
    "gap": gettext_lazy("{m2} m² of {code} belong to none of its parts."),
    "outside_grid": gettext_lazy("{code} lies {m} m outside of {grid}."),
    "outside_parent": gettext_lazy("{m2} m² of {code} lie outside of {parent}."),
}


FILE_STATES = {
    "waiting": gettext_lazy("being checked"),
    "checked": gettext_lazy("waits for your decision"),
    "refused": gettext_lazy("has problems"),
    "accepted": gettext_lazy("being written"),
    "written": gettext_lazy("taken over"),
    "dropped": gettext_lazy("dropped"),
}
CATALOGUE = {
    Wrong.EMPTY: gettext_lazy("{column} must not be empty."),
    Wrong.TWICE: gettext_lazy("This code appears twice."),
    Wrong.NOT_A_CODE: gettext_lazy("A code looks like 03-02-05."),
    Wrong.NOT_A_NUMBER: gettext_lazy("{column} must be a whole number."),
    Wrong.NOT_A_DATE: gettext_lazy("{column} must be a date such as 2026-03-01."),
    Wrong.NOT_A_CHOICE: gettext_lazy("{column} must be one of: {choices}."),
    Wrong.UNKNOWN_AGENCY: gettext_lazy("There is no kind of agency “{value}”."),
    Wrong.AGENCY_TWICE: gettext_lazy("{column} names an agency twice."),
    Wrong.ANOTHER_NAME: gettext_lazy("{code} is called “{name}” further up."),
}


def catalogue_words(problem: Problem) -> str:
    """Return what is wrong with a row of a catalogue, with the number that the row has in a spreadsheet."""
    words = str(CATALOGUE[problem.wrong]).format(column=problem.column, **problem.values)
    return _("Row {row}: {problem}").format(row=problem.row, problem=words)


def column_name(sheet: Sheet, key: str) -> str:
    """Return a column's heading in the page's language; what is no column stays as it was written."""
    for column in sheet.columns:
        if key.lower() in column.names():
            return in_language(column.zh, column.en)
    return key


def problem_words(sheet: Sheet, problem: Mapping[str, Any]) -> str:
    """Return a problem of a row as a sentence, with what was probably meant."""
    params = _inner(problem["params"])
    words = str(ROW[problem["trouble"]]).format(column=column_name(sheet, problem["column"]), **params)
    nearest = problem.get("nearest")
    return _("{problem} The nearest is {code}.").format(problem=words, code=nearest) if nearest else words


def moving_words(moving: Mapping[str, Any]) -> str:
    """Return what moves from a grid that ends to its successor."""
    return _("{sheet}: {count} from {code} to {successor}").format(**_inner(moving))


def finding_words(finding: Mapping[str, Any]) -> str:
    return str(MISFITS[finding["misfit"]]).format(code=finding["code"], **_inner(finding["params"]))


def _inner(params: Mapping[str, Any]) -> dict[str, Any]:
    """Return parameters with the reasons inside them in words."""
    worded = joined(params)
    if reason := worded.get("reason"):
        worded["reason"] = str(REASONS.get(reason, reason))
    if flaw := worded.get("flaw"):
        numbers = {name: _rounded(worded.get(name)) for name in ("lon", "lat", "count", "limit")}
        worded["flaw"] = str(FLAWS.get(flaw, flaw)).format(**numbers)
    if "choices_zh" in worded:
        worded["choices"] = in_language(worded["choices_zh"], worded["choices"])
    if "sheet" in worded:
        worded["sheet"] = str(SHEET_NAMES[worded["sheet"]])
    for name in ("level", "expected"):
        if name in worded:
            worded[name] = str(LEVEL_NAMES[worded[name]])
    for name in ("m2", "m", "count"):
        if name in worded:
            worded[name] = f"{worded[name]:,}"
    return worded


def _rounded(value: Any) -> Any:
    return round(value, 6) if isinstance(value, float) else value
