"""Which PDF may be put on file. It is kept as it came and never opened here; what is looked at are its bytes.

That catches what was sent by mistake, and what plainly carries more than pages. It is no virus scanner: whoever opens
the file does so in their own reader, to which it is given as a file to keep, never as a page of this site.
"""

import re

MOST_BYTES = 20 * 2**20
MOST_AT_ONCE = 5  # with one form
_HEAD = b"%PDF-"
_END = b"%%EOF"
_END_WITHIN = 2048  # bytes; some programs write a few after the end
_LOCKED = re.compile(rb"/Encrypt(?:\s*<<|\s+\d+\s+\d+\s+R)")
# Programs, other files, what starts one: names of ISO 32000-1, followed by what ends a name.
_MORE_THAN_PAGES = re.compile(rb"/(?:JavaScript|Launch|EmbeddedFiles?|RichMedia)(?=[\s/<>\[\]()%])")


class PdfRefused(Exception):
    """The file is not kept. `code` says why: too_large, not_a_pdf, cut_off, locked, more_than_pages."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def check_pdf(data: bytes) -> None:
    """Refuse what is no whole, open PDF that consists of pages."""
    if len(data) > MOST_BYTES:
        raise PdfRefused("too_large")
    if not data.startswith(_HEAD):
        raise PdfRefused("not_a_pdf")
    if _END not in data[-_END_WITHIN:]:
        raise PdfRefused("cut_off")
    if _LOCKED.search(data):
        raise PdfRefused("locked")
    if _MORE_THAN_PAGES.search(data):
        raise PdfRefused("more_than_pages")
