"""What the benchmarks ran on: printed above every result, so that numbers can be compared."""

import os
import platform
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path


def describe(*packages: str) -> str:
    """Return the machine and the versions in one line."""
    parts = [_processor(), f"{os.cpu_count()} cores", _memory(), f"Python {platform.python_version()}"]
    parts += [f"{name} {_version(name)}" for name in packages]
    return ", ".join(parts)


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor() or "unknown processor"


def _memory() -> str:
    kib = int(Path("/proc/meminfo").read_text().split("MemTotal:")[1].split()[0])
    return f"{kib / 2**20:.0f} GiB"


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def resident_mb(pid: int) -> float:
    """Return the memory of a process and of all below it, in megabytes; pages that are shared count once."""
    total = 0.0
    for one in family(pid):
        try:
            rollup = Path(f"/proc/{one}/smaps_rollup").read_text()
        except (FileNotFoundError, PermissionError, ProcessLookupError):
            continue
        total += int(rollup.split("Pss:")[1].split()[0]) / 1024
    return total


def family(pid: int) -> list[int]:
    """Return a process and all below it."""
    found = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False)
    return [pid, *(one for child in found.stdout.split() for one in family(int(child)))]
