"""How well addresses are cut into parts: exact spans against a tagged file (characters with BIO labels).

Usage: python bench/addresses.py FILE [--names FILE] [--errors PART]
With --names, the administrative names of another tagged file are known, as a town knows its own.
"""

import argparse
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from maplebridge.places.domain.address import NO_NAMES, Kind, Names, parse

PARTS = {
    "road": Kind.ROAD,
    "roadno": Kind.ROAD_NUMBER,
    "poi": Kind.ESTATE,
    "houseno": Kind.BUILDING,
    "cellno": Kind.ENTRANCE,
    "floorno": Kind.FLOOR,
    "roomno": Kind.ROOM,
}
JOINED = {"subroad": "road", "subroadno": "roadno"}  # a crossing names two roads; both are roads to us
ADMINISTRATIVE = {
    "prov": Kind.PROVINCE,
    "city": Kind.CITY,
    "district": Kind.DISTRICT,
    "town": Kind.TOWN,
    "community": Kind.COMMUNITY,
}
RESIDENTIAL = (
    "小区",
    "花园",
    "家园",
    "苑",
    "公寓",
    "新村",
    "庭",
    "府",
    "城",
    "湾",
    "园",
    "院",
    "村",
    "坊",
    "里",
)
Span = tuple[str, int, int]


def read(path: Path) -> Iterator[tuple[str, list[Span]]]:
    for block in path.read_text(encoding="utf-8").strip().split("\n\n"):
        text = ""
        spans: list[Span] = []
        for line in block.split("\n"):
            piece, label = line.rsplit(" ", 1)
            label = JOINED.get(label[2:].lower(), label[2:]).join((label[:2], "")) if label != "O" else label
            if label.startswith("I-") and spans and spans[-1][2] == len(text):
                spans[-1] = (spans[-1][0], spans[-1][1], len(text) + len(piece))
            elif label != "O":
                spans.append((label[2:], len(text), len(text) + len(piece)))
            text += piece
        yield text, spans


def administrative_names(path: Path) -> Names:
    return Names(
        {
            text[start:end]: ADMINISTRATIVE[label]
            for text, spans in read(path)
            for label, start, end in spans
            if label in ADMINISTRATIVE and end - start > 1
        }
    )


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("file", type=Path)
    options.add_argument("--names", type=Path)
    options.add_argument("--errors")
    options.add_argument("--limit", type=int)
    chosen = options.parse_args()
    names = administrative_names(chosen.names) if chosen.names else NO_NAMES
    rows = list(read(chosen.file))[: chosen.limit]
    parse("海棠苑3-2-401")
    right, given, found = Counter[str](), Counter[str](), Counter[str]()
    started = time.perf_counter()
    answers = [parse(text, names) for text, _ in rows]
    taken = time.perf_counter() - started
    by_kind = {kind: label for label, kind in PARTS.items()}
    for (text, spans), parts in zip(rows, answers, strict=True):
        gold = {span for span in spans if span[0] in PARTS}
        mine = {(by_kind[p.kind], p.start, p.end) for p in parts if p.kind in by_kind}
        estates = {span for span in gold if span[0] == "poi" and text[: span[2]].endswith(RESIDENTIAL)}
        gold |= {("poi, residential", start, end) for _, start, end in estates}
        mine |= {
            ("poi, residential", s, e)
            for label, s, e in mine
            if label == "poi" and text[:e].endswith(RESIDENTIAL)
        }
        for label, *_ in gold & mine:
            right[label] += 1
        given.update(label for label, *_ in gold)
        found.update(label for label, *_ in mine)
        if chosen.errors and {s for s in gold if s[0] == chosen.errors} != {
            s for s in mine if s[0] == chosen.errors
        }:
            print(" ".join(f"{text[s:e]}/{label}" for label, s, e in spans))
            print("   ", " ".join(f"{p.text}/{p.kind}" for p in parts))
    for label in (*PARTS, "poi, residential"):
        precision, recall = right[label] / max(found[label], 1), right[label] / max(given[label], 1)
        f1 = 2 * right[label] / max(found[label] + given[label], 1)
        print(f"{label:18} P {precision:.3f}  R {recall:.3f}  F1 {f1:.3f}  of {given[label]}")
    print(f"{1000 * taken / len(rows):.3f} ms an address, {len(rows)} addresses")


if __name__ == "__main__":
    main()
