"""The machine and what is installed on it."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from functools import cache
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TRACKER = "codex-usage-tracker"
LIBRARIES = ("apsw", "click", "msgspec")


@cache
def tracker() -> tuple[str, ...]:
    """Return the command of the tracker in this Python: the installed one, or the checkout's."""
    script = Path(sys.executable).parent / TRACKER
    return (str(script),) if script.exists() else (sys.executable, "-m", "codex_usage_tracker")


@cache
def environment() -> dict[str, str]:
    """Return the environment of all that is measured: nothing of Codex, and Python as it is by default."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "CODEX_"))}
    return kept if len(tracker()) == 1 else {**kept, "PYTHONPATH": str(ROOT / "src")}


def load() -> float | None:
    """Return how many processes want to run, over the last minute: above 1 for each core, figures are disturbed."""
    return round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None


def facts() -> dict[str, object]:
    """Return what the figures depend on."""
    return {"system": platform.platform(), "processor": _processor(), "cores": cores()}


def cores() -> int:
    """Return the cores that may be used."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _processor() -> str:
    path = Path("/proc/cpuinfo")
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    names = [line.partition(": ")[2] for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()


def versions(rivals: list[str]) -> dict[str, str]:
    """Return the versions of all that is measured, and of what it is made of."""
    found = {TRACKER: told(*tracker(), "--version"), "commit": told("git", "describe", "--always", "--dirty")}
    found["python"] = platform.python_version()
    found |= {name: version(name) for name in LIBRARIES}
    return found | {name: told(name, "--version") for name in rivals}


def told(*command: str) -> str:
    """Return the last line that a command prints, nothing if it fails."""
    if shutil.which(command[0]) is None:
        return ""
    run = subprocess.run(command, cwd=ROOT, env=environment(), check=False, capture_output=True, text=True)
    return "" if run.returncode else run.stdout.strip().rpartition("\n")[2]
