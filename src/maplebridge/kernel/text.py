"""Chinese text: kept as it was written, compared and searched as it is meant.

Simplified and traditional characters are one language to search. Names are never folded: a person whose name
is written with a rare or a compatibility character is that person only with that character.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opencc import OpenCC

# Middle dots of names such as "阿依古丽·买买提": several are in use, the standard one is U+00B7.
_DOTS = str.maketrans(dict.fromkeys("\u2022\u30fb\uff65", "\u00b7"))
_LINE_ENDS = re.compile("\r\n?|[\u0085\u2028\u2029]")
# Controls, zero-width space, byte order mark, bidirectional overrides, lone surrogates, noncharacters. The
# zero-width joiner and the variation selectors stay: emoji are made of them.
_UNWANTED = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)
_HAN = "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\ue000-\uf8ff\uf900-\ufaff\U00020000-\U0003ffff"
_ID_DIGITS = 17  # every number of so many digits fits into a column of ids
_KEPT = 128  # texts: what reads a message, compares it several times over
_TOKEN = re.compile(f"(?P<han>[{_HAN}]+)|(?P<code>[a-z0-9]+)|(?P<other>[^\\W_{_HAN}a-z0-9]+)")


def normalise(text: str) -> str:
    """Return the text without what cannot be seen or stored; of the visible, only dots change."""
    if text.isprintable():  # which nothing unwanted and no end of a line is
        return (text if text.isascii() else text.translate(_DOTS)).strip()
    lines = _LINE_ENDS.sub("\n", text)
    return _UNWANTED.sub("", lines).translate(_DOTS).strip()


@cache
def _converter(direction: str) -> "OpenCC":
    from opencc import OpenCC  # noqa: PLC0415 - heavy, not needed at start-up

    return OpenCC(direction)


def to_simplified(text: str) -> str:
    """Return the text in simplified characters, as used in mainland China."""
    plain = str(_converter("t2s").convert(text))
    # What is simplified already stays as it is: of the forms of Taiwan some are other characters here (么, 著).
    return plain if plain == text else str(_converter("tw2s").convert(text))


def to_traditional(text: str) -> str:
    """Return the text in traditional characters, in the standard forms of Taiwan (為, 裡, 群, 眾)."""
    return str(_converter("s2tw").convert(text))


@lru_cache(_KEPT)
def comparable(text: str) -> str:
    """Return the text simplified, half-width, in lower case: for comparing, never for storing."""
    return to_simplified(unicodedata.normalize("NFKC", normalise(text))).lower()


def words(text: str) -> list[str]:
    """Return the words of the text in order, as a reader would cut them, with repetitions."""
    import rjieba  # noqa: PLC0415 - heavy, not needed at start-up

    return [word for word in rjieba.cut(comparable(text)) if word[0].isalnum()]


def search_words(text: str) -> list[str]:
    """Return the distinct tokens under which a text is found, in order of appearance.

    Every pair of neighboring Chinese characters is a token, so that any two-character word is found wherever
    a word cutter would have put its borders (it cuts one word differently in different sentences). The last
    character of a run is a token too: a single character is searched as a prefix. Latin letters and digits
    stay together.
    """
    return list(dict.fromkeys(_tokens(comparable(text))))


def _tokens(text: str) -> Iterator[str]:
    for match in _TOKEN.finditer(text):
        if match.lastgroup == "han":
            run = match.group()
            yield from _pairs(run)
            yield run[-1]
        else:
            yield match.group()


def _pairs(run: str) -> Iterator[str]:
    return (run[i : i + 2] for i in range(len(run) - 1))


def query_words(text: str) -> list[str]:
    """Return the tokens that a text must all have to answer a search.

    The query is cut into words, so that "楼顶漏水" also finds "楼顶又漏水了". A single character between
    words is joined to its neighbor; one that stands alone is to be searched as a prefix.
    """
    import rjieba  # noqa: PLC0415 - heavy, not needed at start-up

    found: list[str] = []
    for match in _TOKEN.finditer(comparable(text)):
        if match.lastgroup == "han":
            found += _query_pairs(list(rjieba.cut(match.group())))
        else:
            found.append(match.group())
    return list(dict.fromkeys(found))


def _query_pairs(cut: list[str]) -> list[str]:
    if len(cut) == 1:
        return list(_pairs(cut[0])) or cut
    pairs: list[str] = []
    for position, word in enumerate(cut):
        if len(word) > 1:
            pairs += _pairs(word)
        elif position:
            pairs.append(cut[position - 1][-1] + word)
        else:
            pairs.append(word + cut[1][0])
    return pairs


def id_in(text: str | None) -> int | None:
    """Return the number in what an address or a form gives as an id, or None where it is none."""
    return int(text) if text and text.isdecimal() and len(text) <= _ID_DIGITS else None


def shorten(text: str, length: int) -> str:
    """Return one line of at most `length` characters, ending in '…' where something was cut off."""
    line = " ".join(text.split())
    if len(line) <= length:
        return line
    end = max(length - 1, 0)
    while end and (line[end] in "\u200d\ufe0e\ufe0f" or line[end - 1] == "\u200d"):
        end -= 1  # an emoji made of several characters stays whole
    return line[:end].rstrip() + "…" * (length > 0)


# -- what must not be posted to a group

HIDDEN = "***"
_HALF_WIDTH = {full: full - 0xFEE0 for full in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_NUM = "[0-9零〇一二三四五六七八九十百]"
_PERSONAL = re.compile(
    "|".join(
        (
            r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+",
            # Identity cards (GB 11643; the older ones have 15 digits) and bank cards.
            r"(?<!\d)\d{17}[\dXx](?![\dXx])|(?<!\d)(?:\d[ -]?){15,18}\d(?!\d)|(?<!\d)\d{15}(?!\d)",
            # Mobile numbers; 10, 11 and 12 begin none, but invented people have numbers too.
            r"(?<!\d)(?:\+?86[- ]?)?1\d\d[- ]?\d{4}[- ]?\d{4}(?!\d)",
            r"(?<!\d)(?:\(0\d{2,3}\)|0\d{2,3})[- ]?[1-9]\d{6,7}(?!\d)",
            # Plates: the character of a province, a letter, five or six more.
            r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼]"
            r"[A-HJ-NP-Z][·. ]?[A-HJ-NP-Z0-9]{5,6}(?![A-Z0-9])",
            # Entrance and flat; the building stays, or the answer would be about nothing.
            rf"{_NUM}{{1,3}} ?单元(?: ?{_NUM}{{1,4}} ?(?:层|楼(?![上下])))?(?: ?{_NUM}{{2,5}}(?:室|号房|号|户|房)?)?",
            r"(?<![\d-])\d{1,3} ?[-—–] ?\d{1,2} ?[-—–] ?\d{3,4}(?:室|号|户)?(?![\d-])",
            r"(?<=号楼) ?-? ?\d{3,4}(?:室|号|户)?(?!\d)|(?<=[栋幢座]) ?-? ?\d{3,4}(?:室|号|户)?(?!\d)",
            rf"{_NUM}{{2,5}} ?(?:室|号房|房间)",
            r"(?<![\d约近共有余])\d{3,4}(?=的?(?:住户|户主|业主|租户|租客|邻居|家里))",
            # A house on a road or in a village.
            rf"(?<=[路街巷弄村组社道]) ?{_NUM}{{1,5}}(?:[-之]{_NUM}{{1,4}})? ?号"
            rf"(?:附{_NUM}{{1,4}}号)?(?![楼院线文])",
            rf"(?<=胡同) ?{_NUM}{{1,5}} ?号(?!楼)",
        )
    )
)


def redact(text: str, names: Iterable[str] = ()) -> str:
    """Return the text with phone, identity, card and plate numbers, flats, house numbers and `names` hidden.

    Full-width digits count as digits. Names of one character are left: they are parts of too many words.
    """
    seen = text.translate(_HALF_WIDTH)  # one character for one, so that places in it are places in the text
    known = sorted({name.translate(_HALF_WIDTH) for name in names if len(name) > 1}, key=len, reverse=True)
    spans = [match.span() for match in _PERSONAL.finditer(seen)]
    for name in known:
        spans += [match.span() for match in re.finditer(re.escape(name), seen)]
    return _hide(text, spans)


def _hide(text: str, spans: list[tuple[int, int]]) -> str:
    pieces: list[str] = []
    done = 0
    for start, end in sorted(spans):
        if start >= done:
            pieces += [text[done:start], HIDDEN]
        done = max(done, end)
    return "".join(pieces) + text[done:]


def mask_phone(phone: str) -> str:
    """Return a number with its middle hidden: 138****5678; of a short one two digits stay."""
    digits = "".join(character for character in phone if character.isdigit())
    if len(digits) < 11:
        return "*" * max(len(digits) - 2, 0) + digits[-2:]
    return f"{digits[-11:-8]}****{digits[-4:]}"
