"""What goes wrong in the demo is found, and stands above what is usual."""

from pathlib import Path

import pytest

from codex_usage_tracker.config.thresholds import Thresholds
from codex_usage_tracker.contract.insights import Recommendations
from codex_usage_tracker.demo import DemoPlan, troubles, write_history
from codex_usage_tracker.query.filters import Filter
from codex_usage_tracker.reports.recommendations import recommendations
from codex_usage_tracker.tracker import Tracker
from tests.demo.test_demo import END


@pytest.fixture(scope="module", params=[1, 5])
def found(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Recommendations:
    """What is told of the demo that people see, and of one of another seed."""
    folder = tmp_path_factory.mktemp("troubles")
    plan = DemoPlan(folder / "codex", calls=4_000, seed=request.param, end=END, bytes_per_call=2_000)
    assert write_history(plan).calls == plan.calls
    tracker = Tracker(str(folder / "usage.sqlite3"), [str(plan.home)], "UTC")
    tracker.refresh()
    with tracker.reader(findings=True) as reader:
        return recommendations(reader, Filter(), Thresholds(), limit=8)


@pytest.mark.parametrize("rule", troubles.NAMES)
def test_each_trouble_is_found_by_its_own_rule_first(found: Recommendations, rule: str) -> None:
    row = next(one for one in found.threads if one.name == troubles.NAMES[rule])
    assert row.findings[0].key == rule
    assert row.severity == "high"


def test_troubles_stand_among_the_first_seven_of_a_hundred_threads(found: Recommendations) -> None:
    assert {one.name for one in found.threads[:7]} >= set(troubles.NAMES.values())


def test_a_small_history_has_no_troubles(tmp_path: Path) -> None:
    plan = DemoPlan(tmp_path / "codex", calls=60, end=END)
    write_history(plan)
    names = (plan.home / "session_index.jsonl").read_text(encoding="utf-8")
    assert not [name for name in troubles.NAMES.values() if name in names]
