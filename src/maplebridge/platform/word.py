"""Papers as Word files and back: the few elements of which official forms consist.

A paper is HTML of `section`, `h1`, `h2`, `p` (class plain, center, right, big, signing), `table`, `tr`, `th`, `td`
(colspan), `br` and `img` (`given:NAME`). What somebody changed in Word comes back as the same HTML, always escaped;
fonts, colors and whatever else Word can do are left behind, so that a paper looks the same whoever edited it.
"""

import io
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from docx.document import Document
    from docx.table import Table, _Cell
    from docx.text.paragraph import Paragraph

MOST_BYTES = 20 * 2**20
MOST_UNPACKED = 100 * 2**20
_PICTURES = {"image/png", "image/jpeg"}
_SIGNING = "Signing line"
_PLAIN = "Plain line"
_WIDTH_CM = 16.0


class WordRefused(Exception):
    """The file cannot be taken in. `code` says why: too_large, not_word, nothing_in_it."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What was in a Word file: its HTML, and the pictures that it names."""

    html: str
    pictures: Mapping[str, bytes] = field(default_factory=dict)


def word(html: str, *, title: str, number: str = "", pictures: Mapping[str, bytes] | None = None) -> bytes:
    """Return the Word file of a paper: A4, its number and page x of y on every page."""
    from docx import Document as new  # noqa: PLC0415 - heavy, not needed at start-up

    document = new()
    _set_up(document, title, number)
    writer = _Writer(document, pictures or {})
    writer.feed(html)
    writer.close()
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def take_in(data: bytes, *, prefix: str = "taken") -> TakenIn:
    """Return what is in a Word file; `prefix` begins its pictures' names.

    Raise `WordRefused` for what is none, or would unpack into too much.
    """
    document = _opened(data)
    pictures: dict[str, bytes] = {}
    body = "".join(_blocks(document, pictures, prefix))
    if not body:
        raise WordRefused("nothing_in_it")
    return TakenIn(f"<section>\n{body}</section>\n", pictures)


# -- writing


def _set_up(document: "Document", title: str, number: str) -> None:
    from docx.enum.style import WD_STYLE_TYPE  # noqa: PLC0415 - heavy
    from docx.enum.text import WD_ALIGN_PARAGRAPH  # noqa: PLC0415 - heavy
    from docx.shared import Cm, Pt  # noqa: PLC0415 - heavy

    document.core_properties.title = title
    document.core_properties.author = "Maple Bridge"
    document.core_properties.language = "zh-CN"
    page = document.sections[0]
    page.page_width, page.page_height = Cm(21), Cm(29.7)
    page.left_margin, page.right_margin, page.top_margin, page.bottom_margin = (
        Cm(2.5),
        Cm(2.2),
        Cm(2.5),
        Cm(2.2),
    )
    styles = document.styles
    _font(styles["Normal"], "仿宋", 14)
    _font(styles["Title"], "宋体", 20, bold=True)
    _font(styles["Heading 2"], "黑体", 15, bold=True)
    styles["Title"].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    styles["Title"].paragraph_format.space_after = Pt(14)
    for name in (_SIGNING, _PLAIN):
        styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH).base_style = styles["Normal"]
    styles[_SIGNING].paragraph_format.space_before = Pt(12)
    header = page.header.paragraphs[0]
    header.text = number
    header.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    footer = page.footer.paragraphs[0]
    footer.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for text, instruction in (("第 ", "PAGE"), (" 页 共 ", "NUMPAGES"), (" 页", "")):
        footer.add_run(text)
        if instruction:
            _counter(footer, instruction)


def _font(style: Any, east_asian: str, size: int, *, bold: bool = False) -> None:
    from docx.oxml.ns import qn  # noqa: PLC0415 - heavy
    from docx.shared import Pt, RGBColor  # noqa: PLC0415 - heavy

    style.font.name = "Times New Roman"
    style.font.size = Pt(size)
    style.font.bold = bold
    style.font.color.rgb = RGBColor(0, 0, 0)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for attribute in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
        fonts.attrib.pop(qn(attribute), None)  # a theme's font would win over the one named
    fonts.set(qn("w:eastAsia"), east_asian)


def _counter(paragraph: "Paragraph", instruction: str) -> None:
    from docx.oxml import OxmlElement  # noqa: PLC0415 - heavy
    from docx.oxml.ns import qn  # noqa: PLC0415 - heavy

    counter = OxmlElement("w:fldSimple")
    counter.set(qn("w:instr"), instruction)
    paragraph._p.append(counter)


class _Writer(HTMLParser):
    """Writes a paper's elements into a document, in order."""

    def __init__(self, document: "Document", pictures: Mapping[str, bytes]) -> None:
        super().__init__(convert_charrefs=True)
        self.document, self.pictures = document, pictures
        self.paragraph: Paragraph | None = None
        self.new_page = False
        self.begun = False
        self.rows: list[list[tuple[str, int, bool]]] | None = None
        self.cell: list[str] | None = None
        self.cell_kind = (1, False)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "section":
            self.new_page = self.begun
        elif tag in ("h1", "h2", "p"):
            self._begin(tag, given)
        elif tag == "table":
            self.rows = []
        elif tag == "tr" and self.rows is not None:
            self.rows.append([])
        elif tag in ("th", "td"):
            self.cell, self.cell_kind = [], (int(given.get("colspan", "1")), tag == "th")
        elif tag == "br":
            self.handle_data("\n")
        elif tag == "img":
            self._picture(given.get("src", "").removeprefix("given:"))

    def handle_endtag(self, tag: str) -> None:
        if tag in ("h1", "h2", "p"):
            self.paragraph = None
        elif tag in ("th", "td") and self.cell is not None and self.rows:
            self.rows[-1].append(("".join(self.cell).strip(), *self.cell_kind))
            self.cell = None
        elif tag == "table" and self.rows:
            self._table(self.rows)
            self.rows = None

    def handle_data(self, data: str) -> None:
        text = data if data == "\n" else data.replace("\n", "")
        if self.cell is not None:
            self.cell.append(text)
        elif self.paragraph is not None and text:
            self.paragraph.add_run(text)

    def _begin(self, tag: str, given: dict[str, str]) -> None:
        from docx.enum.text import WD_ALIGN_PARAGRAPH  # noqa: PLC0415 - heavy
        from docx.shared import Pt  # noqa: PLC0415 - heavy

        classes = given.get("class", "").split()
        style = {"h1": "Title", "h2": "Heading 2"}.get(tag, "Normal")
        if "signing" in classes:
            style = _SIGNING
        elif "plain" in classes:
            style = _PLAIN
        paragraph = self._paragraph(style)
        if "center" in classes:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        elif "right" in classes:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        elif style == "Normal":
            paragraph.paragraph_format.first_line_indent = Pt(28)
        if who := given.get("data-who"):
            _bookmark(paragraph, f"who_{who}")
        self.paragraph = paragraph

    def _paragraph(self, style: str) -> "Paragraph":
        paragraph = self.document.add_paragraph(style=style)
        if self.new_page:
            paragraph.paragraph_format.page_break_before = True
            self.new_page = False
        self.begun = True
        return paragraph

    def _table(self, rows: list[list[tuple[str, int, bool]]]) -> None:
        if self.new_page:
            self._paragraph(_PLAIN)
        columns = max(sum(span for _, span, _ in row) for row in rows)
        table = self.document.add_table(rows=len(rows), cols=columns, style="Table Grid")
        for at, row in enumerate(rows):
            column = 0
            for text, span, heads in row:
                last = min(column + span, columns) - 1
                cell = table.cell(at, column).merge(table.cell(at, last))
                _fill(cell, text, heads)
                column = last + 1
        self.begun = True
        self.document.add_paragraph(style=_PLAIN).paragraph_format.space_after = 0

    def _picture(self, name: str) -> None:
        from docx.shared import Cm  # noqa: PLC0415 - heavy

        if self.paragraph is not None and name in self.pictures:
            signs = self.paragraph.style is not None and self.paragraph.style.name == _SIGNING
            self.paragraph.add_run().add_picture(
                io.BytesIO(self.pictures[name]),
                **({"height": Cm(1.4)} if signs else {"width": Cm(_WIDTH_CM - 2)}),
            )


def _fill(cell: "_Cell", text: str, heads: bool) -> None:
    for at, line in enumerate(text.split("\n")):
        paragraph = cell.paragraphs[0] if at == 0 else cell.add_paragraph()
        paragraph.add_run(line).bold = heads or None


def _bookmark(paragraph: "Paragraph", name: str) -> None:
    """Name a line, so that it is still known whose signature belongs there after somebody edited the text."""
    from docx.oxml import OxmlElement  # noqa: PLC0415 - heavy
    from docx.oxml.ns import qn  # noqa: PLC0415 - heavy

    for tag in ("w:bookmarkStart", "w:bookmarkEnd"):
        mark = OxmlElement(tag)
        mark.set(qn("w:id"), str(zlib.crc32(name.encode()) % 10**6))
        if tag == "w:bookmarkStart":
            mark.set(qn("w:name"), name)
        paragraph._p.append(mark)


# -- reading


def _opened(data: bytes) -> "Document":
    from docx import Document as opened  # noqa: PLC0415 - heavy, not needed at start-up

    if len(data) > MOST_BYTES:
        raise WordRefused("too_large")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            if sum(one.file_size for one in packed.infolist()) > MOST_UNPACKED:
                raise WordRefused("too_large")
        return opened(io.BytesIO(data))
    except (zipfile.BadZipFile, KeyError, ValueError, NotImplementedError, SyntaxError) as problem:
        raise WordRefused("not_word") from problem


def _blocks(document: "Document", pictures: dict[str, bytes], prefix: str) -> Iterator[str]:
    from docx.table import Table  # noqa: PLC0415 - heavy

    begun = False
    for block in document.iter_inner_content():
        if isinstance(block, Table):
            yield _table_html(block)
            begun = True
            continue
        if begun and block.paragraph_format.page_break_before:
            yield "</section>\n<section>\n"
        if html := _paragraph_html(block, pictures, prefix):
            yield html
            begun = True


def _paragraph_html(paragraph: "Paragraph", pictures: dict[str, bytes], prefix: str) -> str:
    text = escape(paragraph.text).replace("\n", "<br>")
    images = "".join(
        _image_html(one, paragraph, pictures, prefix) for one in paragraph._p.xpath(".//a:blip/@r:embed")
    )
    if not text.strip() and not images:
        return ""
    style = (paragraph.style.name if paragraph.style else "") or ""
    if style == "Title" or style == "Heading 1":
        return f"<h1>{text}</h1>\n"
    if style.startswith("Heading"):
        return f"<h2>{text}</h2>\n"
    classes = _classes(paragraph, style)
    who = "".join(
        f' data-who="{escape(name.removeprefix("who_"))}"'
        for name in paragraph._p.xpath("./w:bookmarkStart/@w:name")
        if name.startswith("who_")
    )
    opening = f' class="{classes}"' if classes else ""
    return f"<p{opening}{who}>{text}{images}</p>\n"


def _classes(paragraph: "Paragraph", style: str) -> str:
    from docx.enum.text import WD_ALIGN_PARAGRAPH  # noqa: PLC0415 - heavy

    if style == _SIGNING:
        return "signing"
    if paragraph.alignment == WD_ALIGN_PARAGRAPH.CENTER:
        return "center"
    if paragraph.alignment == WD_ALIGN_PARAGRAPH.RIGHT:
        return "right"
    return "plain" if style == _PLAIN else ""


def _image_html(reference: str, paragraph: "Paragraph", pictures: dict[str, bytes], prefix: str) -> str:
    part = paragraph.part.related_parts.get(reference)
    if part is None or part.content_type not in _PICTURES:
        return ""
    name = f"{prefix}_{len(pictures)}"
    pictures[name] = part.blob
    return f'<img src="given:{name}" alt="">'


def _table_html(table: "Table") -> str:
    rows = "".join(
        f"<tr>{''.join(_cell_html(cell, span) for cell, span in _cells(row))}</tr>\n" for row in table.rows
    )
    return f'<table class="form">\n{rows}</table>\n'


def _cells(row: Any) -> Iterator[tuple["_Cell", int]]:
    """Yield each cell of a row once with its width in columns; the library repeats merged ones."""
    cells = list(row.cells)
    at = 0
    while at < len(cells):
        span = 1
        while at + span < len(cells) and cells[at + span]._tc is cells[at]._tc:
            span += 1
        yield cells[at], span
        at += span


def _cell_html(cell: "_Cell", span: int) -> str:
    runs = [run for paragraph in cell.paragraphs for run in paragraph.runs if run.text.strip()]
    tag = "th" if runs and all(run.bold for run in runs) else "td"
    width = f' colspan="{span}"' if span > 1 else ""
    text = escape(cell.text).replace("\n", "<br>")
    return f"<{tag}{width}>{text}</{tag}>"
