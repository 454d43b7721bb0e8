"""Does our catalogue have a place for everything in the 517-row category system of the measured messages?

The mapping names rows by number and digest, so that nothing of the public file is copied here.
"""

import argparse
import csv
import hashlib
import sys
from collections import Counter
from pathlib import Path

from maplebridge.matters.domain.catalogue import Catalogue, read_catalogue
from maplebridge.people.data import agency_kinds_text

HERE = Path(__file__).parent
DATA = HERE.parent / "src/maplebridge/matters/data"


def shipped() -> Catalogue:
    """Return the catalogue the product ships."""
    return read_catalogue(
        (DATA / "categories.csv").read_text(encoding="utf-8"),
        agency_kinds_text(),
    )


def digest(row: list[str]) -> str:
    """Return what identifies a row of the public file."""
    return hashlib.sha256(",".join(row).encode()).hexdigest()[:12]


def main() -> int:
    """Print the coverage; fail where a row has no leaf of ours."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path, help="matter_categories.csv")
    catalogue = shipped()
    with parser.parse_args().file.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))[1:]
    with (HERE / "category_mapping.csv").open(encoding="utf-8", newline="") as file:
        mapping = {row["digest"]: row["code"] for row in csv.DictReader(file)}
    missing = [row for row in rows if mapping.get(digest(row)) not in catalogue]
    used = Counter(mapping[digest(row)] for row in rows if row not in missing)
    print(f"rows {len(rows)}, covered {len(rows) - len(missing)} ({1 - len(missing) / len(rows):.1%})")
    print(f"our leaves {len(catalogue)}, reached by them {len(used)}; only ours {len(catalogue) - len(used)}")
    for row in missing:
        print("no leaf:", " / ".join(row))
    for code, count in used.most_common(8):
        print(f"{count:4} -> {code} {catalogue[code].name.zh}")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
