"""A short trial of what `bin/bench kill` does at length: nothing acknowledged is lost, nothing is done twice."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TRIAL = "import json; from bench.kill import trial; print(json.dumps(trial(kills=6, seed=3)))"


def test_six_kills_at_random_instants_lose_nothing_and_do_nothing_twice() -> None:
    """Run in a process of its own: the trial has an installation and a database of its own."""
    environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    environment["PYTHONPATH"] = f"{ROOT / 'src'}:{ROOT}"
    done = subprocess.run(
        [sys.executable, "-c", TRIAL], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    said = done.stdout.splitlines()
    assert json.loads(said[-1]) == []
    assert any("acknowledged" in line for line in said), done.stdout
