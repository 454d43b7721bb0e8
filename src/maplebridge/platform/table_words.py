"""Why a file is no table, in the reader's words, and what would be one."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy

from maplebridge.kernel.tables import Fault, TableError
from maplebridge.platform.wording import enumerated

FAULTS = {
    Fault.EMPTY: gettext_lazy("The file is empty."),
    Fault.NOT_TEXT: gettext_lazy("The file is neither UTF-8 nor GB 18030: line {line} cannot be read."),
    Fault.UTF_16: gettext_lazy(
        "The file is in UTF-16 (“Unicode text”). Please save it as “CSV UTF-8” or as XLSX."
    ),
    Fault.NOT_A_TABLE: gettext_lazy(
        "This file is no table, whatever it is called: perhaps a PDF or a picture. Please choose a CSV or XLSX file."
    ),
    Fault.NOT_XLSX: gettext_lazy("This workbook cannot be read. Please save it again as XLSX."),
    Fault.OLD_XLS: gettext_lazy("This is an old XLS workbook. Please save it as XLSX."),
    Fault.NOT_GEOJSON: gettext_lazy("This is not a GeoJSON collection of features."),
    Fault.BROKEN_GZIP: gettext_lazy("The packed file is damaged."),
    Fault.TOO_LARGE: gettext_lazy("The file is too large when unpacked."),
    Fault.TOO_MANY_ROWS: gettext_lazy("The file has more than {limit} rows. Please import it in parts."),
    Fault.NO_SUCH_SHEET: gettext_lazy("The workbook has no sheet {sheet}."),
    Fault.TITLE_ABOVE_HEADINGS: gettext_lazy(
        "The first row holds only “{title}”. Please delete what stands above the headings of the columns."
    ),
    Fault.EMPTY_HEADER: gettext_lazy("Column {column} has no heading."),
    Fault.DUPLICATE_HEADER: gettext_lazy("The heading {header} occurs in columns {first} and {column}."),
    Fault.RAGGED: gettext_lazy("{count} rows do not have {expected} cells: rows {rows}."),
    Fault.BROKEN_QUOTES: gettext_lazy("Row {row} cannot be read: a quotation mark is open."),
    Fault.MISSING_COLUMNS: gettext_lazy("The columns {missing} are missing."),
}


def table_words(problem: TableError) -> str:
    """Return a fault of a file as a sentence."""
    return fault_words(problem.code, problem.params)


def fault_words(code: str, params: Mapping[str, Any]) -> str:
    """Return a fault that was kept by its code as a sentence."""
    return str(FAULTS[Fault(code)]).format(**joined(params))


def joined(params: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a sentence is filled with, several things as one enumeration."""
    return {
        name: enumerated(value) if isinstance(value, list | tuple) else value
        for name, value in params.items()
    }
