"""Sums and days as Chinese papers write them: 壹万贰仟叁佰元整, 2026年11月22日."""

from datetime import date, datetime

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿", "万亿")
MOST_CENTS = 10**18 - 1


def amount_in_words(cents: int) -> str:
    """Return a sum in capital numerals, by the rules for bills (中国人民银行《支付结算办法》附一).

    整 closes a sum of yuan or of jiao, not one of fen. Raise ValueError below zero and from ten thousand billion on.
    """
    if not 0 <= cents <= MOST_CENTS:
        raise ValueError(f"{cents} cents cannot be written in words.")
    yuan, rest = divmod(cents, 100)
    jiao, fen = divmod(rest, 10)
    words = f"{_integer(yuan)}元" if yuan or not rest else ""
    if jiao:
        words += f"{_DIGITS[jiao]}角"
    elif fen and yuan:
        words += "零"
    return words + (f"{_DIGITS[fen]}分" if fen else "整")


def _integer(number: int) -> str:
    if number == 0:
        return "零"
    groups: list[int] = []
    while number:
        number, last = divmod(number, 10_000)
        groups.append(last)
    words = ""
    for position in reversed(range(len(groups))):
        group = groups[position]
        above = bool(words)
        if not group:
            if position == 2 and above:  # 壹万亿: the hundred millions are named though empty
                words += "亿"
            continue
        if above and (group < 1000 or groups[position + 1] == 0):
            words += "零"
        words += _four(group) + ("万" if position == 3 else _GROUPS[position])
    return words


def _four(group: int) -> str:
    words, gap = "", False
    for place in (3, 2, 1, 0):
        digit = group // 10**place % 10
        if digit:
            words += ("零" if gap else "") + _DIGITS[digit] + _PLACES[place]
            gap = False
        elif words:
            gap = True
    return words


def day_in_chinese(day: date | None) -> str:
    """Return a day, or the blanks in which one is written by hand."""
    return f"{day.year}年{day.month}月{day.day}日" if day else "　　　　年　　月　　日"


def moment_in_chinese(moment: datetime | None) -> str:
    """Return a moment to the minute, in the clock it is given in, or blanks."""
    if moment is None:
        return "　　　　年　　月　　日　　时　　分"
    return f"{day_in_chinese(moment)}{moment.hour}时{moment.minute:02d}分"
