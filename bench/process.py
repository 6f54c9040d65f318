"""Running a program and seeing what it took: time, processor time, memory."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from contextlib import nullcontext
from dataclasses import dataclass, field
from statistics import median
from typing import IO, TYPE_CHECKING

from bench.machine import ROOT, environment
from bench.memory import Watch

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

MAXRSS_BYTES = 1 if sys.platform == "darwin" else 1024


class MeasureError(Exception):
    """A program failed or gave a wrong answer, so its figures mean nothing."""


def _nothing() -> None:
    """Prepare nothing."""


def _content(_output: bytes) -> str:
    """Complain of no output."""
    return ""


@dataclass(frozen=True)
class Program:
    """A command to measure: what to do before each run, untimed, and what its output must be."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    before: Callable[[], object] = _nothing
    complaint: Callable[[bytes], str] = _content
    rival: bool = False


@dataclass(frozen=True)
class Run:
    """One run of a program."""

    wall_ms: float
    cpu_ms: float
    peak_mb: float
    output: bytes


@dataclass
class Measured:
    """All runs of a program, told by their medians."""

    name: str
    runs: list[Run] = field(default_factory=list)

    @property
    def wall_ms(self) -> float:
        """The time from start to end."""
        return median(run.wall_ms for run in self.runs)

    @property
    def cpu_ms(self) -> float:
        """The processor time of the process and of those that it started."""
        return median(run.cpu_ms for run in self.runs)

    @property
    def peak_mb(self) -> float:
        """The memory at its peak."""
        return median(run.peak_mb for run in self.runs)


def run(program: Program, *, watched: bool = False) -> Run:
    """Run a program once; `watched` looks at the memory of its whole process tree, which takes some time from it."""
    program.before()
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        code, done = _timed(program, out, err, watched=watched)
        complaint = _text(err)[-500:] or f"exit code {code}" if code else program.complaint(done.output)
    if complaint:
        raise MeasureError(f"{' '.join(program.command)}: {complaint.strip()}")
    return done


def _timed(program: Program, out: IO[bytes], err: IO[bytes], *, watched: bool) -> tuple[int, Run]:
    env = {**environment(), **program.environment}
    started = time.perf_counter()
    process = subprocess.Popen(program.command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, stdout=out, stderr=err)
    with Watch(process.pid) if watched else nullcontext() as watch:
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    out.seek(0)
    return process.returncode, _run(wall, usage, watch.peak if watch else 0, out.read())


def _run(wall: float, usage: resource.struct_rusage, peak: int, output: bytes) -> Run:
    """Return the figures; a peak that is not above this process's own was inherited from it."""
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    if usage.ru_maxrss > own or not peak:
        peak = max(peak, usage.ru_maxrss * MAXRSS_BYTES)
    return Run(wall * 1e3, (usage.ru_utime + usage.ru_stime) * 1e3, peak / 1e6, output)


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode("utf-8", "replace")
