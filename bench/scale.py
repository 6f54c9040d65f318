"""How large the histories are that are measured."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Size:
    """The calls of a demo history, and its bytes for each of them."""

    calls: int
    bytes_per_call: int


@dataclass(frozen=True)
class Scale:
    """The histories of one run of the benchmark."""

    name: str
    long_lines: Size
    """Few bytes of it are of use: what a cold start reads."""
    many_files: Size
    long_file_bytes: int
    large: Size | None = None
    """A history for reports beside `long_lines`."""
    repeated: bool = True
    """Whether short commands run more often than long ones."""


USUAL = Scale("usual", Size(107_000, 10_000), Size(300_000, 1_500), 500_000_000)
FULL = Scale("full", USUAL.long_lines, USUAL.many_files, USUAL.long_file_bytes, Size(1_000_000, 1_500))
QUICK = Scale("quick", Size(1_000, 10_000), Size(1_000, 1_500), 5_000_000, repeated=False)
