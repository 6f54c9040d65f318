"""The page of what is stored explains all that is, and nothing that is not."""

import sqlite3
import tomllib
from contextlib import closing
from pathlib import Path
from types import ModuleType

import pytest

from tests.cli.conftest import Run, ask, codex_home, database, run_plain, surroundings
from tests.docs.test_generated import AGAIN, DOCS, generate

__all__ = ["ask", "codex_home", "database", "generate", "run_plain", "surroundings"]

MEANINGS: dict[str, dict[str, str]] = tomllib.loads((DOCS / "reference" / "stored.toml").read_text(encoding="utf-8"))
NAMES = MEANINGS.pop("names in meta")


def test_every_table_and_column_is_explained_and_no_other(generate: ModuleType) -> None:
    stored = {table: {"", *columns} for table, columns in generate.tables().items()}
    assert {table: set(columns) for table, columns in MEANINGS.items()} == stored
    assert all(text.endswith(".") for columns in MEANINGS.values() for text in columns.values())


def test_every_name_in_meta_is_explained(run_plain: Run, codex_home: Path, tmp_path: Path) -> None:
    path = str(tmp_path / "usage.sqlite3")
    for command in (["recommendations"], ["diagnostics", "overview", "--refresh"]):
        assert run_plain(*command, "--db", path, "--codex-home", str(codex_home)).code == 0
    with closing(sqlite3.connect(path)) as connection:
        names = {name for (name,) in connection.execute("SELECT name FROM meta")}
    assert names == NAMES.keys()


@pytest.mark.parametrize(("page", "made"), [("reference/stored.md", "stored"), ("concepts/privacy.md", "modes")])
def test_the_page_is_current(generate: ModuleType, page: str, made: str) -> None:
    text = (DOCS / page).read_text(encoding="utf-8")
    assert text == (generate.modes(text) if made == "modes" else generate.stored()), AGAIN
