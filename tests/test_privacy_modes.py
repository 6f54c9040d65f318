"""What the privacy modes hide, in every answer and on every way out."""

import importlib
import json
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from types import UnionType
from typing import Any, Literal, get_args, get_origin, get_type_hints

import msgspec
import pyarrow.parquet
import pytest

from codex_usage_tracker import contract, privacy
from codex_usage_tracker.query.dimensions import NAMES
from tests.cli import goldens, history
from tests.cli.conftest import Run, ask, codex_home, database, run_plain, surroundings

__all__ = ["ask", "codex_home", "database", "run_plain", "surroundings"]

WAYS = ("key", "keys", "group_key")
BY_DIMENSION = {(struct, field) for struct in ("Row", "RangeRow", "Series", "ChangePart") for field in WAYS}
"""Hidden by the names of the dimensions."""
SECRET = b"0123456789abcdef"
HIDING = (privacy.REDACTED, privacy.STRICT)
COMMANDS = (
    ["report", "--last", "all", "--by", "directory", "--by", "project", "--by", "remote"],
    ["report", "--last", "all", "--by", "project", "--format", "csv"],
    ["summary"],
    ["summary", "--group-by", "thread"],
    ["summary", "--group-by", "root_thread,cwd"],
    ["summary", "--project", "alpha-canary", "--directory", "/home/canary/alpha", "--thread", "no such canary"],
    ["query"],
    ["expensive"],
    ["session", history.PARSER],
    ["status"],
    ["limits", "--history", "0"],
    ["recommendations"],
    ["blocks", "--last", "all"],
    ["refresh"],
    ["doctor", "--suggest-repair"],
)
BY_STRICT_THINGS = (["summary", "--group-by", "branch"], ["summary", "--group-by", "nickname,session"])


def structs() -> Iterator[type[msgspec.Struct]]:
    """Give all structs that leave the process."""
    names = [f"{contract.__name__}.{one.name}" for one in pkgutil.iter_modules(contract.__path__)]
    for module in (contract, *map(importlib.import_module, names)):
        for one in vars(module).values():
            if isinstance(one, type) and issubclass(one, msgspec.Struct) and one.__module__ == module.__name__:
                yield one


def kinds(hint: Any) -> set[Any]:
    """Return the types that a field may hold, within lists too; of dicts the values."""
    if isinstance(hint, UnionType) or get_origin(hint) is list:
        return set().union(*map(kinds, get_args(hint)))
    return kinds(get_args(hint)[1]) if get_origin(hint) is dict else {hint}


def texts() -> Iterator[tuple[str, str]]:
    """Give the fields that hold texts."""
    for struct in structs():
        for name, hint in get_type_hints(struct).items():
            found = kinds(hint)
            if str in found or any(get_origin(kind) is Literal for kind in found):
                yield struct.__name__, name


@pytest.mark.parametrize(("struct", "field"), sorted(texts()))
def test_of_every_text_it_is_decided_whether_it_is_hidden(struct: str, field: str) -> None:
    decided = privacy.SHOWN | privacy.WORDS[privacy.STRICT].keys()
    assert {field, f"{struct}.{field}"} & decided or (struct, field) in BY_DIMENSION


@pytest.mark.parametrize("dimension", NAMES)
def test_of_every_dimension_it_is_decided_whether_it_is_hidden(dimension: str) -> None:
    assert dimension in privacy.SHOWN | privacy.WORDS[privacy.STRICT].keys()


def test_there_are_texts() -> None:
    assert {("CallRow", "cwd"), ("Row", "key"), ("Check", "message"), ("FileProblem", "path")} <= set(texts())


def test_a_text_that_nobody_thought_of_is_hidden() -> None:
    class Novel(msgspec.Struct):
        diary: str

    assert privacy.hidden(Novel("dear"), privacy.REDACTED, SECRET) == Novel(privacy.UNDECIDED)
    assert privacy.hidden(Novel("dear"), privacy.NORMAL, SECRET) == Novel("dear")


def test_labels_are_stable_and_depend_on_the_key() -> None:
    veil = privacy.Veil(privacy.REDACTED, SECRET)
    assert veil.label("Project", "alpha") == privacy.Veil(privacy.STRICT, SECRET).label("Project", "alpha")
    assert veil.label("Project", "alpha") != privacy.Veil(privacy.REDACTED, SECRET[::-1]).label("Project", "alpha")
    assert veil.label("Project", "alpha") != veil.label("Project", "beta")
    assert veil.label("Project", "\udcff").startswith("Project ")


@pytest.mark.parametrize("mode", HIDING)
@pytest.mark.parametrize("form", ["table", "json"])
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_no_hidden_name_is_printed(ask: Run, command: list[str], form: str, mode: str) -> None:
    ran = ask(*command, *(["--json"] if form == "json" else []), "--privacy-mode", mode)
    assert ran.code == 0
    shown = ran.out.replace(f"Ada {history.CANARY}", "").replace(f"feature/{history.CANARY}", "")
    said = ran.out if mode == privacy.STRICT else shown.replace(f"{history.CANARY}-alpha", "")
    assert history.CANARY not in said + ran.err
    assert mode in ran.out or command[0] in {"refresh", "doctor"} or "csv" in command
    assert "<home>" not in ran.out + ran.err
    if mode == privacy.STRICT:
        assert "0000c0de" not in ran.out


@pytest.mark.parametrize("command", BY_STRICT_THINGS, ids=" ".join)
def test_strict_hides_branches_nicknames_and_ids(ask: Run, command: list[str]) -> None:
    assert history.CANARY in ask(*command, "--privacy-mode", "redacted", "--json").out
    shown = ask(*command, "--privacy-mode", "strict", "--json").out
    assert history.CANARY not in shown
    assert "c0de" not in shown.replace("agent_role", "")


@pytest.mark.parametrize("mode", HIDING)
@pytest.mark.parametrize("form", ["csv", "json", "parquet"])
def test_no_hidden_name_is_exported(ask: Run, tmp_path: Path, form: str, mode: str) -> None:
    path = tmp_path / f"calls.{form}"
    assert ask("export", "--out", str(path), "--privacy-mode", mode).code == 0
    if form == "parquet":
        shown = json.dumps(pyarrow.parquet.read_table(path).to_pylist(), default=str)
        assert json.loads(pyarrow.parquet.ParquetFile(path).metadata.metadata[b"scope"])["privacy_mode"] == mode
    else:
        shown = path.read_text(encoding="utf-8")
    if mode == privacy.REDACTED:
        shown = shown.replace("feature/canary-alpha", "").replace("feature/canary-beta", "")
    assert history.CANARY not in shown
    assert "Project " in shown
    if form == "json":
        assert json.loads(shown)["scope"]["privacy_mode"] == mode


def test_the_same_labels_stand_in_every_form(ask: Run, tmp_path: Path) -> None:
    path = tmp_path / "calls.json"
    ask("export", "--out", str(path), "--privacy-mode", "strict")
    exported = json.loads(path.read_bytes())["rows"]
    asked = ask("query", "--ascending", "--json", "--privacy-mode", "strict").json["rows"]
    assert exported == asked
    groups = ask("summary", "--group-by", "project", "--json", "--privacy-mode", "redacted").json["rows"]
    assert {row["project"] for row in exported} == {row["key"] for row in groups}


def test_the_page_says_the_mode(ask: Run) -> None:
    goldens.check("session-strict.txt", ask("session", history.PARSER, "--privacy-mode", "strict").out)
    assert "privacy redacted" in ask("summary", "--privacy-mode", "redacted").out


def test_the_environment_sets_the_mode_and_flags_go_before_it(ask: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CODEX_USAGE_TRACKER_PRIVACY_MODE", "strict")
    assert ask("summary", "--json").json["scope"]["privacy_mode"] == "strict"
    assert ask("summary", "--json", "--privacy-mode", "redacted").json["scope"]["privacy_mode"] == "redacted"
    monkeypatch.setenv("CODEX_USAGE_TRACKER_PRIVACY_MODE", "stritc")
    assert ask("summary").code == 2


def test_failures_tell_no_paths(run_plain: Run, tmp_path: Path) -> None:
    ran = run_plain("report", "--codex-home", str(tmp_path / "canary"), "--privacy-mode", "redacted")
    assert ran.code == 3
    assert history.CANARY not in ran.err
    assert "[path]" in ran.err


def test_a_log_is_inspected_in_private_too(ask: Run, codex_home: Path) -> None:
    [log] = codex_home.rglob(f"*{history.PARSER}.jsonl")
    ran = ask("inspect-log", str(log), "--privacy-mode", "strict", "--json")
    assert history.CANARY not in ran.out
    assert ran.json["privacy_mode"] == "strict"
    assert ran.json["path"].startswith("File ")
