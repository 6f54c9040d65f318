"""`status`."""

import pytest

from tests.cli import goldens
from tests.cli.conftest import Run


def test_the_page(ask: Run) -> None:
    goldens.check("status.txt", ask("status").out)


def test_the_wide_page(ask: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "140")
    goldens.check("status-140.txt", ask("status").out)


def test_json(ask: Run) -> None:
    goldens.check("status.json", ask("status", "--json").out)


def test_without_logs(run_plain: Run) -> None:
    assert run_plain("status").code == 3
