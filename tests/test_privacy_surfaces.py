"""Of a history of words that must not get out, every surface tells what the table of labels says, and no more."""

import json
from pathlib import Path

import apsw
import pytest

from codex_usage_tracker import privacy
from codex_usage_tracker.cli.main import MODULES
from tests import canaries
from tests.canaries import CANARY, Artefacts, Place, artefacts, commands, documented, labels_in

EVIDENCE = ("context ", "/api/context ", "usage_call_context")
"""What is asked for by its name: in normal mode it shows what a call was made of."""
FAILED = (b"Error: ", b'{\n  "error"')
"""How it is said that there is no answer, and thus no mode of it."""


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory, corpus: Path) -> Place:
    return canaries.place(tmp_path_factory.mktemp("canaries"), corpus)


@pytest.fixture(params=privacy.MODES)
def mode(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


@pytest.fixture
def made(at: Place, mode: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> Artefacts:
    at.surroundings(monkeypatch)
    return artefacts(at, mode, caplog)


def test_every_surface_shows_the_documented_names_and_nothing_else(at: Place, mode: str, made: Artefacts) -> None:
    assert [name for name, found in made.items() if labels_in(found) - documented(mode)] == []
    evidence = EVIDENCE if mode == privacy.NORMAL else ()
    assert [name for name, found in made.items() if CANARY.search(found) and not name.startswith(evidence)] == []
    assert set().union(*map(labels_in, made.values())) == documented(mode)
    if mode != privacy.NORMAL:
        assert [name for name, found in made.items() if str(at.folder).encode() in found] == []
        assert [name for name, found in made.items() if canaries.SECRET.encode() in found] == []
        unsaid = {name for name, found in made.items() if mode.encode() not in found and not found.startswith(FAILED)}
        assert unsaid == {"crash of a command", "log"}


def test_the_database_holds_the_documented_names_and_nothing_else(at: Place) -> None:
    connection = apsw.Connection(str(at.database), flags=apsw.SQLITE_OPEN_READONLY)
    tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
    values = [value for table in tables for row in connection.execute(f'SELECT * FROM "{table}"') for value in row]
    connection.close()
    found = b"\n".join(value if isinstance(value, bytes) else str(value).encode() for value in values)
    found += b"".join(path.read_bytes() for path in at.database.parent.glob(f"{at.database.name}*"))
    assert CANARY.search(found) is None
    assert labels_in(found) == documented(privacy.NORMAL) - {"budget", canaries.ALIAS, "tag"}


def test_every_command_is_looked_at(at: Place) -> None:
    asked = {command[0] for command in commands(at)}
    assert asked | canaries.UNASKED == set(MODULES)
    assert not asked & canaries.UNASKED


def test_evidence_has_the_words_that_stand_nowhere_else(at: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    at.surroundings(monkeypatch)
    ran = canaries.run(at, ["context", at.calls[-1], "--json"])
    assert CANARY.search(ran.out)
    assert json.loads(canaries.run(at, ["context", at.calls[-1], "--json"], "--privacy-mode", "strict").out)["entries"]
