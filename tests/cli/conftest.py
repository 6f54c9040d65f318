"""Running commands as a user does, in this process, at a moment that stands still."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from codex_usage_tracker.cli.main import run
from tests.cli import history
from tests.store import dump

ZONE = "Europe/Stockholm"


class Ran(NamedTuple):
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Run = Callable[..., Ran]


@pytest.fixture(autouse=True)
def surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing of this machine reaches a command: no time, no home, no settings, no terminal."""
    monkeypatch.setattr(time, "time", lambda: history.NOW_MS / 1000)
    for name in (
        "CODEX_HOME",
        "CODEX_USAGE_DB",
        "CODEX_USAGE_WEEKLY_RESET",
        "CODEX_USAGE_TRACKER_PRIVACY_MODE",
        "CODEX_USAGE_TRACKER_DEBUG",
        "NO_COLOR",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "me"))
    monkeypatch.setenv("CODEX_USAGE_TRACKER_HOME", str(tmp_path / "tracker"))
    monkeypatch.setenv("COLUMNS", "80")


@pytest.fixture
def run_plain(capsys: pytest.CaptureFixture[str]) -> Run:
    """Give a way to run a command without any option besides its own."""

    def runs(*args: str, name: str = "codex-usage-tracker") -> Ran:
        capsys.readouterr()
        code = run(list(args), name)
        return Ran(code, *capsys.readouterr())

    return runs


@pytest.fixture(scope="session")
def codex_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The history as Codex left it; to be read only."""
    return history.write(tmp_path_factory.mktemp("history") / "codex")


@pytest.fixture(scope="session")
def database(tmp_path_factory: pytest.TempPathFactory, codex_home: Path) -> str:
    """The history as the tracker read it; to be asked only."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(time, "time", lambda: history.NOW_MS / 1000)
        path = dump.new(tmp_path_factory.mktemp("tracker") / "usage.sqlite3")
        assert run(["refresh", "--quiet", "--db", path, "--codex-home", str(codex_home)]) == 0
    return path


@pytest.fixture
def ask(run_plain: Run, database: str, codex_home: Path) -> Run:
    """Give a way to run a command on the history; paths of the test's own are told as <home> and <db>."""

    def asks(*args: str) -> Ran:
        common = ("--db", database, "--codex-home", str(codex_home), "--timezone", ZONE)
        ran = run_plain(args[0], *common, *args[1:])
        return Ran(ran.code, *(_placeless(text, codex_home, database) for text in (ran.out, ran.err)))

    return asks


def _placeless(text: str, home: Path, database: str) -> str:
    return text.replace(str(home), "<home>").replace(database, "<db>")
