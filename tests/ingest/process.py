"""A refresh in a process of its own, which may be changed, held back, or killed at a chosen point."""

import json
import os
import pkgutil
import resource
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.prices import BUNDLED

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = "codex_usage_tracker."


def start(
    database: str, homes: Sequence[Path | str], *, changed: Mapping[str, object] | None = None,
    killed_at: tuple[str, int] | None = None, **options: object,
) -> subprocess.Popen[str]:  # fmt: skip
    """Start a refresh that waits for `go`.

    `changed` names constants of the package with other values; `killed_at` a function and at which of its calls the
    process kills itself.
    """
    task = {
        "database": database,
        "homes": [str(home) for home in homes],
        "changed": dict(changed or {}),
        "killed_at": killed_at,
        "options": options,
    }
    command = [sys.executable, "-m", "tests.ingest.process", json.dumps(task)]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, stderr=pipe, text=True)


def ready(process: subprocess.Popen[str]) -> None:
    """Wait until a process has begun."""
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"


def go(process: subprocess.Popen[str]) -> None:
    """Let a process refresh."""
    assert process.stdin is not None
    process.stdin.write("go\n")
    process.stdin.flush()


def answer(process: subprocess.Popen[str]) -> dict[str, Any]:
    """Wait for a process to end, and return what it says."""
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    found: dict[str, Any] = json.loads(out.splitlines()[-1])
    return found


def run(database: str, homes: Sequence[Path | str], **task: Any) -> dict[str, Any]:
    """Refresh in a process of its own."""
    process = start(database, homes, **task)
    ready(process)
    go(process)
    return answer(process)


def killed(process: subprocess.Popen[str]) -> bool:
    """Wait for a process that is to be killed, and say whether it was."""
    process.communicate(timeout=60)
    return process.returncode == -signal.SIGKILL


def _change(name: str, value: object) -> Any:
    """Put a value in the place of an attribute of a module or class; return what was there."""
    owner, _, attribute = name.rpartition(".")
    found = pkgutil.resolve_name(PACKAGE + owner)
    before = getattr(found, attribute)
    setattr(found, attribute, value)
    return before


def _kill_at(name: str, call: int) -> None:
    calls = 0

    def counted(*given: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == call:
            os.kill(os.getpid(), signal.SIGKILL)
        return original(*given, **named)

    original = _change(name, counted)


def peak() -> int:
    """Return the bytes of memory that this process held at most; what `getrusage` says includes the parent's."""
    try:
        status = Path("/proc/self/status").read_text(encoding="utf-8")
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


def main() -> None:
    task = json.loads(sys.argv[1])
    from codex_usage_tracker.errors import TrackerError  # noqa: PLC0415  (after the arguments)
    from codex_usage_tracker.ingest.sync import refresh  # noqa: PLC0415

    for name, value in task["changed"].items():
        _change(name, value)
    if task["killed_at"]:
        _kill_at(*task["killed_at"])
    print("ready", flush=True)  # noqa: T201  (to the test)
    sys.stdin.readline()
    try:
        done = refresh(task["database"], task["homes"], BUNDLED, **task["options"])
        found: dict[str, Any] = {"new_calls": done.new_calls, "waited": done.waited, "notes": done.notes}
    except TrackerError as error:
        found = {"error": error.code}
    found["peak"] = peak()
    print(json.dumps(found))  # noqa: T201  (to the test)


if __name__ == "__main__":
    main()
