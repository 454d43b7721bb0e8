"""The official file as PDF/A: how long an agreement of 10 pages takes, cold and warm, and the same as Word only.

`bin/bench agreement [--runs 20] [--keep FOLDER]`. Asked for: under 2 s. Cold is the first document of a fresh process,
with the loading of libraries and fonts; warm is every further one. Wall clock and processor time, as the machine may be
busy. No database: what is read for a file is some ten small queries.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median, quantiles
from typing import TYPE_CHECKING

from bench.machine import describe

if TYPE_CHECKING:
    from maplebridge.mediation.domain.casefile import CaseFile

PAGES = 10
ASKED_S = 2.0
NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)
TERM = (
    "{n}、甲方于2026年{month}月{day}日前完成第{n}处维修，更换破损的防水层并做四十八小时闭水试验，试验由双方到场确认；"
    "乙方按约定时间开门配合，不得无故拖延；逾期的，每逾期一日由违约一方支付违约金五十元。"
)
COLD = "--cold"


def made(terms: int) -> "tuple[CaseFile, dict[str, bytes]]":
    """Return an invented file whose agreement has so many terms."""
    from maplebridge.mediation.actions.signatures import picture
    from maplebridge.mediation.domain import casefile
    from maplebridge.mediation.domain.signing import Drawn

    signature = picture(
        Drawn(600, 240, (tuple((60 + 4 * k, 120 + 60 * (-1) ** (k // 9)) for k in range(120)),))
    )
    people = [
        casefile.Party(
            key=f"party_{n}",
            name=name,
            gender="男",
            born=date(1980, 1, n),
            phone=f"1380000000{n}",
            id_number=f"63010219800101001{n}",
            address="和顺区槐树街海棠苑3号楼",
        )
        for n, name in enumerate(("王𠮷", "龙䶮", "阿依古丽·买买提"), 1)
    ]
    keys = [one.key for one in people] + ["mediator_1"]
    signed = {
        key: casefile.Signed(key=key, how="手写签名", signed_at=NOW, picture="signature") for key in keys
    }
    file = casefile.CaseFile(
        number="（2026）枫人调字第12号",
        committee="和顺区槐树街道人民调解委员会",
        type_name="邻里",
        source="当事人申请",
        on=NOW.date(),
        sides=(
            casefile.Side(number=1, parties=tuple(people[:1]), applied=True, told_rights_on=NOW.date()),
            casefile.Side(number=2, parties=tuple(people[1:]), told_rights_on=NOW.date()),
        ),
        summary="楼上卫生间漏水，楼下墙面起皮、吊顶损坏，双方对维修和赔偿说法不一。",
        accepted_on=NOW.date(),
        mediators=(casefile.Mediator(key="mediator_1", name="钱调解", leads=True),),
        agreement=casefile.Agreement(
            is_written=True,
            facts="楼上防水层破损，致楼下受损，楼上一方承担责任。",
            terms="\n".join(TERM.format(n=n, month=4 + n // 28, day=1 + n % 28) for n in range(1, terms + 1)),
            amount_cents=1_230_000,
            effective_on=NOW.date(),
            installments=tuple(
                casefile.Installment(
                    number=n, by="甲方", due_on=NOW.date() + timedelta(days=30 * n), amount_cents=102_500
                )
                for n in range(1, 13)
            ),
            signatures=signed,
            signed_by_all=True,
        ),
        concluded_on=NOW.date(),
        outcome="达成协议",
        bound_by="钱调解",
        keep_years=10,
    )
    return file, {"signature": signature}


def ready() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "maplebridge.config.settings")
    import django

    django.setup()


def deeds(terms: int) -> dict[str, Callable[[], bytes]]:
    """Return what is measured: the agreement as PDF/A, as Word, and the whole file bound."""
    from maplebridge.mediation.domain.papers import Code
    from maplebridge.mediation.queries import papers

    file, pictures = made(terms)
    return {
        "agreement, PDF/A": lambda: papers.paper_pdf(file, Code.AGREEMENT, pictures, now=NOW),
        "agreement, Word only": lambda: papers.paper_word(file, Code.AGREEMENT, pictures),
        "whole file, PDF/A": lambda: papers.bound_pdf(file, pictures, now=NOW),
    }


def pages_of(data: bytes) -> int:
    from tests.factories.printed import read_pdf

    return len(read_pdf(data).pages)


def terms_for(pages: int) -> int:
    """Return how many terms fill so many pages."""
    ready()
    for terms in range(20, 120, 4):
        if pages_of(deeds(terms)["agreement, PDF/A"]()) >= pages:
            return terms
    raise SystemExit("no agreement is that long")


def timed(deed: Callable[[], bytes]) -> tuple[float, float, bytes]:
    wall, processor = time.perf_counter(), time.process_time()
    data = deed()
    return time.perf_counter() - wall, time.process_time() - processor, data


def cold(name: str, terms: int) -> tuple[float, float]:
    """Return wall and processor time of the first document of a fresh process that is otherwise ready."""
    out = subprocess.run(
        [sys.executable, "-m", "bench.agreement", COLD, name, str(terms)],
        capture_output=True,
        text=True,
        check=True,
    )
    wall, processor = json.loads(out.stdout.splitlines()[-1])
    return wall, processor


def main() -> None:
    if COLD in sys.argv:
        name, terms = sys.argv[sys.argv.index(COLD) + 1 :]
        ready()
        deed = deeds(int(terms))[name]
        print(json.dumps(timed(deed)[:2]))
        return
    parser = argparse.ArgumentParser(prog="bin/bench agreement", description=__doc__)
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--keep", type=Path, help="write what was made into this folder")
    asked = parser.parse_args()
    terms = terms_for(PAGES)
    print(describe("weasyprint", "python-docx"))
    print(
        f"An agreement of {terms} terms and 12 installments; {asked.runs} runs; asked: {ASKED_S} s for {PAGES} pages"
    )
    for name, deed in deeds(terms).items():
        first_wall, first_processor = cold(name, terms)
        runs = [timed(deed) for _ in range(asked.runs)]
        data = runs[0][2]
        walls, processors = sorted(one[0] for one in runs), [one[1] for one in runs]
        length = f"{pages_of(data)} pages" if data.startswith(b"%PDF") else "as Word"
        print(
            f"{name}: {length}, {len(data) / 1024:.0f} KiB; warm median {median(walls):.2f} s, "
            f"p95 {quantiles(walls, n=20)[-1]:.2f} s (processor {median(processors):.2f} s); "
            f"cold {first_wall:.2f} s (processor {first_processor:.2f} s)"
        )
        if asked.keep:
            asked.keep.mkdir(parents=True, exist_ok=True)
            kind = "pdf" if data.startswith(b"%PDF") else "docx"
            (asked.keep / f"{name.split(',')[0].replace(' ', '-')}.{kind}").write_bytes(data)


if __name__ == "__main__":
    main()
