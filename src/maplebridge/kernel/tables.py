"""Tables that people bring and take away: CSV (plain or gzipped) and XLSX.

Files come from Excel, WPS and other systems, so UTF-8 (with and without a byte order mark) and GB 18030 are
both read. Everything that is wrong is a `TableError` with a code and parameters, so that a page can say it in
the user's language. A row's number is the one a spreadsheet shows: the header is row 1.
"""

import csv
import gzip
import io
import re
import tempfile
import zipfile
import zlib
from codecs import BOM_UTF16_BE, BOM_UTF16_LE, getincrementaldecoder
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum
from itertools import islice
from typing import IO, TYPE_CHECKING, Any, BinaryIO, Literal, cast

if TYPE_CHECKING:
    from openpyxl.cell import Cell

Encoding = Literal["utf-8-sig", "gb18030"]
Cells = Mapping[str, object] | Sequence[object]

MAX_UNPACKED_BYTES = 1 << 30  # a packed file that grows beyond this is not a table of ours
REPORTED_ROWS = 50
_CHUNK = 1 << 16
# How files begin that are often given by mistake: PDF, JPEG, PNG, GIF, RAR, 7-Zip.
_OTHER_KINDS = (b"%PDF", b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"Rar!", b"7z\xbc\xaf")
_MAX_FIELD = 1 << 20
_DELIMITERS = ",;\t"

csv.field_size_limit(_MAX_FIELD)


class Fault(StrEnum):
    EMPTY = "empty"
    NOT_TEXT = "not_text"
    UTF_16 = "utf_16"
    NOT_A_TABLE = "not_a_table"
    NOT_XLSX = "not_xlsx"
    OLD_XLS = "old_xls"
    NOT_GEOJSON = "not_geojson"
    BROKEN_GZIP = "broken_gzip"
    TOO_LARGE = "too_large"
    TOO_MANY_ROWS = "too_many_rows"
    NO_SUCH_SHEET = "no_such_sheet"
    TITLE_ABOVE_HEADINGS = "title_above_headings"
    EMPTY_HEADER = "empty_header"
    DUPLICATE_HEADER = "duplicate_header"
    RAGGED = "ragged"
    BROKEN_QUOTES = "broken_quotes"
    MISSING_COLUMNS = "missing_columns"


_ENGLISH = {
    Fault.EMPTY: "{name} is empty.",
    Fault.NOT_TEXT: "{name} is neither UTF-8 nor GB 18030: byte {byte}, line {line}.",
    Fault.UTF_16: "{name} is UTF-16; save it as CSV in UTF-8, or as XLSX.",
    Fault.NOT_A_TABLE: "{name} is no table, whatever it is called.",
    Fault.NOT_XLSX: "{name} is not a readable XLSX workbook.",
    Fault.OLD_XLS: "{name} is an old XLS workbook; save it as XLSX.",
    Fault.NOT_GEOJSON: "{name} is not a GeoJSON collection of features.",
    Fault.BROKEN_GZIP: "{name} is a damaged gzip file.",
    Fault.TOO_LARGE: "{name} is larger than {limit} bytes when unpacked.",
    Fault.TOO_MANY_ROWS: "{name} has more than {limit} rows.",
    Fault.NO_SUCH_SHEET: "{name} has no sheet {sheet}; it has: {sheets}.",
    Fault.TITLE_ABOVE_HEADINGS: "{name}: the first row holds only {title}; it must hold the headings.",
    Fault.EMPTY_HEADER: "{name}: column {column} has no heading.",
    Fault.DUPLICATE_HEADER: "{name}: the heading {header} occurs in columns {first} and {column}.",
    Fault.RAGGED: "{name}: {count} rows do not have {expected} cells: row {rows}.",
    Fault.BROKEN_QUOTES: "{name}: row {row} cannot be read ({detail}).",
    Fault.MISSING_COLUMNS: "{name} lacks the columns {missing}.",
}


class TableError(ValueError):
    """A table that cannot be read, with the reason as a code and parameters."""

    def __init__(self, code: Fault, **params: str | int | tuple[str, ...] | tuple[int, ...]) -> None:
        self.code = code
        self.params = params
        super().__init__(_ENGLISH[code].format(**{key: _plain(value) for key, value in params.items()}))


def _plain(value: str | int | tuple[str, ...] | tuple[int, ...]) -> str | int:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else value


@dataclass(frozen=True, slots=True)
class Row:
    number: int
    values: dict[str, str]


@dataclass(frozen=True)
class Table:
    columns: list[str]
    rows: list[dict[str, str]]
    numbers: list[int]

    def require(self, *columns: str, name: str) -> None:
        """Do nothing, or raise TableError naming all the columns that are missing."""
        missing = tuple(column for column in columns if column not in self.columns)
        if missing:
            raise TableError(Fault.MISSING_COLUMNS, name=name, missing=missing)


def read_table(data: bytes, name: str, *, sheet: str | None = None, max_rows: int | None = None) -> Table:
    """Read a whole table; every ragged row is found before the error is raised."""
    columns, records = _records(data, name, sheet)
    rows: list[dict[str, str]] = []
    numbers: list[int] = []
    ragged: list[int] = []
    for number, cells in records:
        if not _fits(cells, columns):
            ragged.append(number)
            continue
        if max_rows is not None and len(rows) == max_rows:
            raise TableError(Fault.TOO_MANY_ROWS, name=name, limit=max_rows)
        rows.append(dict(zip(columns, cells, strict=False)))
        numbers.append(number)
    if ragged:
        raise _ragged(name, columns, ragged)
    return Table(columns, rows, numbers)


def iter_rows(
    source: bytes | BinaryIO,
    name: str,
    *,
    sheet: str | None = None,
    ragged: Callable[[int], None] | None = None,
) -> Iterator[Row]:
    """Yield the rows one by one, for files too large to hold; `source` must be seekable.

    A row without as many cells as the header ends the reading, or is passed over and its number told to `ragged`.
    """
    columns, records = _records(source, name, sheet)
    for number, cells in records:
        if not _fits(cells, columns):
            if ragged is None:
                raise _ragged(name, columns, [number])
            ragged(number)
            continue
        yield Row(number, dict(zip(columns, cells, strict=False)))


def _fits(cells: list[str], columns: list[str]) -> bool:
    return len(cells) >= len(columns) and not any(cells[len(columns) :])


def _ragged(name: str, columns: list[str], rows: list[int]) -> TableError:
    if len(columns) == 1:
        return TableError(Fault.TITLE_ABOVE_HEADINGS, name=name, title=columns[0])
    shown = tuple(rows[:REPORTED_ROWS])
    return TableError(Fault.RAGGED, name=name, expected=len(columns), count=len(rows), rows=shown)


def _records(
    source: bytes | BinaryIO, name: str, sheet: str | None
) -> tuple[list[str], Iterator[tuple[int, list[str]]]]:
    stream: IO[bytes] = io.BytesIO(source) if isinstance(source, bytes) else source
    start = stream.read(8)
    stream.seek(0)
    if not start:
        raise TableError(Fault.EMPTY, name=name)
    if start.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        raise TableError(Fault.UTF_16, name=name)
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        raise TableError(Fault.OLD_XLS, name=name)
    if start.startswith(b"PK\x03\x04"):
        records = _xlsx_records(stream, name, sheet)
    elif start.startswith(b"\x1f\x8b"):
        records = _csv_records(cast(IO[bytes], gzip.GzipFile(fileobj=stream)), name)
    elif start.startswith(_OTHER_KINDS):
        raise TableError(Fault.NOT_A_TABLE, name=name)
    else:
        records = _csv_records(stream, name)
    numbered = ((number, cells) for number, cells in enumerate(records, start=1) if _says_something(cells))
    first = next(numbered, None)
    if first is None:
        raise TableError(Fault.EMPTY, name=name)
    return _header(first[1], name), numbered


def _says_something(cells: list[str]) -> bool:
    return any(cell and not cell.isspace() for cell in cells)


def _header(cells: list[str], name: str) -> list[str]:
    columns = [cell.strip() for cell in cells]
    if len(columns) > 1 and columns[0] and not any(columns[1:]):
        raise TableError(Fault.TITLE_ABOVE_HEADINGS, name=name, title=columns[0])
    seen: dict[str, int] = {}
    for position, column in enumerate(columns, start=1):
        if not column:
            raise TableError(Fault.EMPTY_HEADER, name=name, column=position)
        if column in seen:
            raise TableError(
                Fault.DUPLICATE_HEADER, name=name, header=column, first=seen[column], column=position
            )
        seen[column] = position
    return columns


# -- CSV


def _csv_records(stream: IO[bytes], name: str) -> Iterator[list[str]]:
    encoding = _encoding(stream, name)
    stream.seek(0)
    text = io.TextIOWrapper(stream, encoding=encoding, newline="")
    delimiter = _delimiter(text)
    text.seek(0)
    reader = csv.reader(text, delimiter=delimiter, strict=True)
    row = 0
    try:
        for cells in reader:
            row += 1
            yield [_unguarded(cell) for cell in cells]
    except csv.Error as error:
        raise TableError(Fault.BROKEN_QUOTES, name=name, row=row + 1, detail=str(error)) from error
    finally:
        if not text.closed:
            text.detach()  # or the caller's file would be closed with it


def _delimiter(text: IO[str]) -> str:
    """Return the delimiter that cuts the first line into the most cells; the comma wins a tie."""
    head = text.readline(_MAX_FIELD)
    return max(_DELIMITERS, key=lambda mark: len(next(csv.reader([head], delimiter=mark), [])))


def _encoding(stream: IO[bytes], name: str) -> Encoding:
    wrong_utf8 = _first_wrong_byte(_chunks(stream, name), "utf-8")
    if wrong_utf8 is None:
        return "utf-8-sig"
    stream.seek(0)
    wrong = _first_wrong_byte(_chunks(stream, name), "gb18030")
    stream.seek(0)
    # What is plainly UTF-8 with a few wrong bytes can often be read as GB 18030, as nonsense.
    if wrong is None and not _is_plainly_utf8(stream.read(wrong_utf8)):
        return "gb18030"
    position = wrong_utf8 if wrong is None else max(wrong, wrong_utf8)
    stream.seek(0)
    raise TableError(Fault.NOT_TEXT, name=name, byte=position, line=stream.read(position).count(b"\n") + 1)


def _is_plainly_utf8(correct: bytes) -> bool:
    return sum(character > "\u07ff" for character in correct.decode("utf-8")) >= 4


def _first_wrong_byte(chunks: Iterator[bytes], encoding: str) -> int | None:
    decoder = getincrementaldecoder(encoding)()
    before = 0
    for chunk in chunks:
        pending = len(decoder.getstate()[0])
        try:
            decoder.decode(chunk)
        except UnicodeDecodeError as error:
            return before - pending + error.start
        before += len(chunk)
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        return before - len(error.object) + error.start
    return None


def _chunks(stream: IO[bytes], name: str) -> Iterator[bytes]:
    total = 0
    try:
        while chunk := stream.read(_CHUNK):
            total += len(chunk)
            if total > MAX_UNPACKED_BYTES:
                raise TableError(Fault.TOO_LARGE, name=name, limit=MAX_UNPACKED_BYTES)
            yield chunk
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise TableError(Fault.BROKEN_GZIP, name=name) from error


# -- XLSX


def _xlsx_records(stream: IO[bytes], name: str, sheet: str | None) -> Iterator[list[str]]:
    from openpyxl import load_workbook  # noqa: PLC0415 - heavy, rarely needed
    from openpyxl.utils.exceptions import InvalidFileException  # noqa: PLC0415 - heavy, rarely needed

    broken = (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, SyntaxError)
    try:
        with zipfile.ZipFile(stream) as archive:
            if sum(part.file_size for part in archive.infolist()) > MAX_UNPACKED_BYTES:
                raise TableError(Fault.TOO_LARGE, name=name, limit=MAX_UNPACKED_BYTES)
        workbook = load_workbook(stream, read_only=True, data_only=True)
    except TableError:
        raise
    except broken as error:
        raise TableError(Fault.NOT_XLSX, name=name) from error
    try:
        if sheet is not None and sheet not in workbook.sheetnames:
            raise TableError(Fault.NO_SUCH_SHEET, name=name, sheet=sheet, sheets=tuple(workbook.sheetnames))
        chosen = workbook[sheet] if sheet is not None else workbook.worksheets[0]
        chosen.reset_dimensions()  # some writers state a size that is smaller than the sheet
        yield from _equally_wide(chosen.iter_rows(values_only=True))
    except (zipfile.BadZipFile, SyntaxError, zlib.error) as error:
        raise TableError(Fault.NOT_XLSX, name=name) from error
    finally:
        workbook.close()


def _equally_wide(rows: Iterable[Sequence[Any]]) -> Iterator[list[str]]:
    """Yield rows as wide as the header: a workbook leaves out empty last cells, or keeps colored ones."""
    width = 0
    for values in rows:
        cells = [cell_text(value) for value in values]
        if not width:
            while cells and not cells[-1]:
                cells.pop()
            width = len(cells)
        yield cells + [""] * (width - len(cells))


def cell_text(value: object) -> str:
    """Return a value as it is written in a table: ISO dates, numbers without '.0', nothing for None."""
    match value:
        case None:
            return ""
        case bool():
            return "TRUE" if value else "FALSE"
        case float() if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        case datetime() if value.time() == time.min and value.tzinfo is None:
            return value.date().isoformat()
        case date() | time():
            return value.isoformat()
        case _:
            return str(value)


# -- writing

_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def _guarded(text: str) -> str:
    """Return text that a spreadsheet will not run as a formula (OWASP, CSV injection); reading undoes it."""
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def _unguarded(text: str) -> str:
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


def _cells(columns: Sequence[str], row: Cells) -> list[str]:
    return [cell_text(value) for value in _values(columns, row)]


def _values(columns: Sequence[str], row: Cells) -> Sequence[object]:
    return [row.get(column) for column in columns] if isinstance(row, Mapping) else row


def _is_number(value: object) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def csv_bytes(
    columns: Sequence[str], rows: Iterable[Cells], encoding: Encoding = "utf-8-sig"
) -> Iterator[bytes]:
    """Yield a CSV file in pieces, in the encoding that the user's spreadsheet expects."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    if encoding == "utf-8-sig":
        buffer.write("\ufeff")
    writer.writerow([_guarded(column) for column in columns])
    for row in rows:
        writer.writerow([_guarded(cell) for cell in _cells(columns, row)])
        if buffer.tell() > _CHUNK:
            yield _drain(buffer, encoding)
    yield _drain(buffer, encoding)


def _drain(buffer: io.StringIO, encoding: Encoding) -> bytes:
    codec = "utf-8" if encoding == "utf-8-sig" else encoding
    piece = buffer.getvalue().encode(codec, errors="replace")
    buffer.seek(0)
    buffer.truncate()
    return piece


def xlsx_bytes(
    columns: Sequence[str], rows: Iterable[Cells], *, sheet: str = "Sheet1", numbers: bool = False
) -> Iterator[bytes]:
    """Yield an XLSX workbook in pieces; all cells are text, so none is ever a formula.

    With `numbers`, what is counted or summed is a number, for forms that are reckoned with.
    """
    with tempfile.SpooledTemporaryFile(max_size=1 << 20) as target:
        write_xlsx(target, columns, rows, sheet=sheet, numbers=numbers)
        target.seek(0)
        while piece := target.read(_CHUNK):
            yield piece


def write_xlsx(
    target: IO[bytes],
    columns: Sequence[str],
    rows: Iterable[Cells],
    *,
    sheet: str = "Sheet1",
    numbers: bool = False,
) -> None:
    """Write a workbook of one sheet row by row, without holding the rows."""
    from openpyxl import Workbook  # noqa: PLC0415 - heavy, rarely needed
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415 - heavy, rarely needed
    from openpyxl.styles import Font  # noqa: PLC0415 - heavy, rarely needed

    workbook = Workbook(write_only=True)
    page = workbook.create_sheet(sheet)
    page.freeze_panes = "A2"

    def text_cell(text: str) -> "Cell":
        cell = WriteOnlyCell(page, _NOT_IN_XML.sub("", text))
        cell.data_type = "s"
        return cell

    header = [text_cell(column) for column in columns]
    for cell in header:
        cell.font = Font(bold=True)
    page.append(header)
    for row in rows:
        page.append(
            [
                value if numbers and _is_number(value) else text_cell(cell_text(value))
                for value in _values(columns, row)
            ]
        )
    workbook.save(target)


def head(data: bytes, name: str, *, count: int = 5, sheet: str | None = None) -> list[Row]:
    """Return the first rows, for a preview."""
    return list(islice(iter_rows(data, name, sheet=sheet), count))
