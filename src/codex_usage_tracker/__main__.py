"""The entry of both commands, `codex-usage-tracker` and `codex-track`."""

from __future__ import annotations

import os
import sys

from codex_usage_tracker import __version__

NAMES = ("codex-usage-tracker", "codex-track")


def called_as() -> str:
    """Return the name by which the program was called."""
    name = os.path.basename(sys.argv[0]).removesuffix(".exe").removesuffix("-script.py")
    return name if name in NAMES else NAMES[0]


def main() -> int:
    """Answer `--version` at once; load the commands for anything else."""
    if sys.argv[1:] in (["--version"], ["-V"]):
        sys.stdout.write(f"{called_as()} {__version__}\n")
        return 0
    from codex_usage_tracker.cli.main import run  # noqa: PLC0415  (a version is told without loading anything)

    return run(sys.argv[1:], called_as())


if __name__ == "__main__":
    sys.exit(main())
