"""The histories that are measured: made once, kept in the work folder."""

from __future__ import annotations

import json
import os
import re
import shutil
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.process import run
from bench.programs import ask
from bench.rollout import NAME, Rollout

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bench.scale import Size

    Say = Callable[[str], None]

CALLS = re.compile(rb'"calls":(\d+)')
FOLDER = "sessions/2026/01/02"


@dataclass(frozen=True)
class History:
    """A Codex home with its true number of calls."""

    path: Path
    calls: int
    files: int
    bytes: int

    def __str__(self) -> str:
        """Say how large it is."""
        size = f"{self.bytes / 1e9:.1f} GB" if self.bytes >= 1e9 else f"{self.bytes / 1e6:.0f} MB"  # noqa: PLR2004
        return f"{size}, {self.calls:,} calls, {self.files:,} files"


def demo(work: Path, size: Size, say: Say) -> History:
    """Return the demo history of a size."""
    home = work / f"history-{size.calls}-{size.bytes_per_call}"
    if not _calls(home):
        say(f"making a history of {size.calls:,} calls, once ...")
        words = ("--calls", str(size.calls), "--bytes-per-call", str(size.bytes_per_call))
        run(ask("demo", "--home", str(home), *words, "--force", "--json"))
    home = home.resolve()
    sizes = _sizes(home)
    return History(home, _calls(home), len(sizes), sum(sizes))


def _calls(home: Path) -> int:
    """Return the calls of a finished demo, 0 if there is none; the file's beginning tells them."""
    with suppress(OSError), (home / "demo-truth.json").open("rb") as file:
        found = CALLS.search(file.read(400))
        return int(found[1]) if found else 0
    return 0


def _sizes(home: Path) -> list[int]:
    """Return the sizes of the rollouts."""
    return [
        os.stat(os.path.join(folder, name)).st_size  # noqa: PTH116, PTH118  (tens of thousands)
        for folder, _, names in os.walk(home)
        for name in names
        if name.startswith("rollout-")
    ]


class LongFile:
    """A rollout that grows, in a home that also has the files of another."""

    def __init__(self, base: History, work: Path, size: int, say: Say) -> None:
        self.home = work / f"append-{base.path.name}-{size}"
        self.path = self.home / FOLDER / NAME
        self._facts = self.home / "long-file.json"
        if not self._facts.exists():
            say(f"making a file of {size / 1e6:,.0f} MB, once ...")
            self._make(base, size)
        facts = json.loads(self._facts.read_text(encoding="ascii"))
        self.calls: int = base.calls + facts["calls"]
        self._next: int = facts["calls"]
        os.truncate(self.path, facts["bytes"])

    def _make(self, base: History, size: int) -> None:
        """Write the file beside links to the files of the base."""
        shutil.rmtree(self.home, ignore_errors=True)
        shutil.copytree(base.path, self.home, copy_function=_link)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        rollout = Rollout()
        with self.path.open("wb") as file:
            calls = rollout.write(file, size)
        facts = {"calls": calls, "bytes": self.path.stat().st_size}
        self._facts.write_text(json.dumps(facts), encoding="ascii")

    def append(self) -> None:
        """Append a line with one call."""
        with self.path.open("ab") as file:
            file.write(Rollout().record(self._next))
        self._next += 1


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
