"""What can be read in a made document: the text of its pages, its fonts, what it claims to be.

A small reader of the PDFs that this product makes, not of PDFs in general: enough to see what a person who
selects the text, or an archive that checks the claim, would find.
"""

import functools
import io
import re
import zlib

import docx

_OBJECT = re.compile(rb"(?<!\d)(\d+) 0 obj\s(.*?)\sendobj", re.DOTALL)
_STREAM = re.compile(rb"stream\n")
_BFCHAR = re.compile(rb"<([0-9a-f]+)> <([0-9a-f]*)>")
_SHOWN = re.compile(rb"/(\w+) [\d.]+ Tf|(BT)|\[([^\]]*)\] TJ|(<[0-9a-f]*>) Tj", re.DOTALL)


class ReadPdf:
    def __init__(self, data: bytes) -> None:
        self.objects: dict[int, bytes] = {}
        self.streams: dict[int, bytes] = {}
        for number, body in _OBJECT.findall(data):
            self._take(int(number), body)
        for number, body in list(self.objects.items()):
            if b"/ObjStm" in body:
                self._unpack(self.streams[number], int(_found(rb"/First (\d+)", body)))

    @functools.cached_property
    def pages(self) -> list[str]:
        tree = next(body for body in self.objects.values() if re.search(rb"/Type /Pages\b", body))
        kids = re.findall(rb"(\d+) 0 R", _found(rb"/Kids \[(.*?)\]", tree))
        return [self._text(self.objects[int(kid)]) for kid in kids]

    @property
    def text(self) -> str:
        return "\n".join(self.pages)

    @property
    def fonts(self) -> dict[str, bool]:
        """Return the name of each font, and whether its outlines are in the file."""
        return {
            _found(rb"/FontName /([^\s/]+)", body).decode(): b"/FontFile" in body
            for body in self.objects.values()
            if b"/FontDescriptor" in body and b"/FontName" in body
        }

    @property
    def metadata(self) -> str:
        """Return the XMP packet."""
        return next(
            self.streams[number].decode()
            for number, body in self.objects.items()
            if re.search(rb"/Type /Metadata\b", body)
        )

    @property
    def catalog(self) -> bytes:
        return next(body for body in self.objects.values() if re.search(rb"/Type /Catalog\b", body))

    def resolve(self, body: bytes) -> bytes:
        """Return what a body's references lead to, one step."""
        return b"".join(self.objects.get(int(number), b"") for number in re.findall(rb"(\d+) 0 R", body))

    def _take(self, number: int, body: bytes) -> None:
        self.objects[number] = body.split(b"stream", 1)[0] if b"endstream" in body else body
        if stream := _STREAM.search(body):
            length = int(_found(rb"/Length (\d+)", self.objects[number]))
            packed = body[stream.end() : stream.end() + length]
            self.streams[number] = zlib.decompress(packed) if b"/FlateDecode" in body else packed

    def _unpack(self, stream: bytes, first: int) -> None:
        heads = [int(part) for part in stream[:first].split()]
        starts = [first + at for at in heads[1::2]]
        for number, start, end in zip(heads[::2], starts, [*starts[1:], len(stream)], strict=True):
            self.objects[number] = stream[start:end].strip()

    def _text(self, page: bytes) -> str:
        content = self.streams[int(_found(rb"/Contents (\d+) 0 R", page))]
        letters: dict[str, str] = {}
        lines: list[str] = []
        for font, begins, array, single in _SHOWN.findall(content):
            if begins:
                lines.append("")
            elif font:
                letters = self._letters(font)
            else:
                shown = b"".join(re.findall(rb"<([0-9a-f]*)>", array or single)).decode()
                lines[-1] += "".join(letters[shown[at : at + 4]] for at in range(0, len(shown), 4))
        return "\n".join(lines)

    def _letters(self, font: bytes) -> dict[str, str]:
        listing = next(
            body for body in self.objects.values() if re.search(rb"/" + font + rb" (\d+) 0 R", body)
        )
        reference = int(_found(rb"/" + font + rb" (\d+) 0 R", listing))
        table = self.streams[int(_found(rb"/ToUnicode (\d+) 0 R", self.objects[reference]))]
        return {
            glyph.decode(): bytes.fromhex(text.decode()).decode("utf-16-be")
            for glyph, text in _BFCHAR.findall(table)
        }


def _found(pattern: bytes, body: bytes) -> bytes:
    match = re.search(pattern, body, re.DOTALL)
    assert match, f"{pattern!r} is not in {body[:200]!r}"
    return match.group(1)


def read_pdf(data: bytes) -> ReadPdf:
    return ReadPdf(data)


def read_word(data: bytes) -> str:
    """Return the text of a Word file, tables, headers and footers included."""
    document = docx.Document(io.BytesIO(data))
    parts = [document.element.body]
    for section in document.sections:
        parts += [section.header._element, section.footer._element]
    paragraphs = [paragraph for part in parts for paragraph in part.iter(docx.oxml.ns.qn("w:p"))]
    return "\n".join(
        "".join(text.text or "" for text in paragraph.iter(docx.oxml.ns.qn("w:t")))
        for paragraph in paragraphs
    )
