"""The command line of the benchmark: what to measure, where, and how often."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

from bench.machine import ROOT, load
from bench.measures import MEASURES
from bench.process import MeasureError
from bench.results import Results, table
from bench.scale import FULL, QUICK, USUAL
from bench.setting import Setting

WORK = Path("~/.cache/codex-usage-tracker-bench")
JSON = ROOT / "build" / "bench.json"


def arguments(words: list[str] | None = None) -> argparse.Namespace:
    """Return what was asked for."""
    parser = argparse.ArgumentParser("python -m bench", description=sys.modules["bench"].__doc__)
    sizes = parser.add_mutually_exclusive_group()
    sizes.add_argument("--quick", action="store_true", help="measure a history of 10 MB: a trial of the benchmark")
    sizes.add_argument("--full", action="store_true", help="measure reports on 1,000,000 calls too")
    parser.add_argument(
        "--only", action="append", choices=MEASURES, metavar="NAME", help=f"one of {', '.join(MEASURES)}"
    )
    parser.add_argument("--runs", type=_count, default=3, metavar="N", help="measured runs (default 3)")
    parser.add_argument("--work", type=Path, default=WORK, metavar="DIR", help=f"where histories are kept ({WORK})")
    parser.add_argument("--json", type=Path, default=JSON, metavar="PATH", help="where to write the figures")
    return parser.parse_args(words)


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


def measure(asked: argparse.Namespace) -> Results:
    """Measure what was asked for, one thing after the other."""
    scale = QUICK if asked.quick else FULL if asked.full else USUAL
    setting = Setting(asked.work.expanduser().resolve(), scale, asked.runs)
    results = Results(scale.name, asked.runs, load_before=load())
    for name in asked.only or MEASURES:
        setting.say(f"{name} ...")
        results.lines += MEASURES[name](setting)
    results.processes = setting.log
    results.notes = setting.notes
    return results


def _compile() -> None:
    """Compile the package, so that no run pays for it."""
    subprocess.run([sys.executable, "-m", "compileall", "-q", ROOT / "src"], check=False, stdout=subprocess.DEVNULL)


def main() -> int:
    """Measure, write the figures and print the table."""
    asked = arguments()
    _compile()
    try:
        results = measure(asked)
    except MeasureError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    results.write(asked.json)
    print("\n".join([*table(results), "", f"All figures: {asked.json}"]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
