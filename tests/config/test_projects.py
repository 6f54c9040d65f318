"""Projects by the names that the user gives them."""

import json
from pathlib import Path

import pytest

from codex_usage_tracker.config.projects import Projects
from tests.cli.conftest import Run, ask, codex_home, database, run_plain, surroundings

__all__ = ["ask", "codex_home", "database", "run_plain", "surroundings"]

PROJECTS = Projects(
    aliases={"/code/api": "Backend", "/code/api/docs": "Manual", "web": "Frontend"},
    ignored_paths=("/tmp", "~/scratch/"),  # noqa: S108  (a folder of a log)
    tags={"Backend": ("work",), "web": ("work", "typescript"), "/code": ("mine",)},
)


@pytest.mark.parametrize(
    ("name", "cwd", "called", "tags"),
    [
        ("api", "/code/api", "Backend", ["mine", "work"]),
        ("api", "/code/api/src", "Backend", ["mine", "work"]),
        ("api", "/code/api/docs/guide", "Manual", ["mine"]),
        ("api", "/code/apis", "api", ["mine"]),
        ("web", "/srv/web", "Frontend", ["typescript", "work"]),
        ("other", "/srv/other", "other", []),
    ],
)
def test_the_nearest_folder_names_a_project(name: str, cwd: str, called: str, tags: list[str]) -> None:
    assert (PROJECTS.name_of(name, cwd), PROJECTS.tags_of(name, cwd)) == (called, tags)


def test_folders_that_are_no_projects(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    ignored = ["/tmp", "/tmp/x", "/tmpx", "/home/me/scratch/a", "/home/me/scratches"]  # noqa: S108
    assert [PROJECTS.ignores(cwd) for cwd in ignored] == [True, True, False, True, False]


def test_answers_call_projects_by_these_names(ask: Run, tmp_path: Path) -> None:
    before = {row["key"]: row for row in ask("summary", "--group-by", "project", "--json").json["rows"]}
    file = tmp_path / "projects.json"
    names = {"aliases": {"alpha-canary": "Alpha"}, "tags": {"Alpha": ["work"], "beta-canary": ["play", "old"]}}
    file.write_text(json.dumps(names), encoding="utf-8")
    told = ["--projects", str(file), "--json"]
    after = {row["key"]: row for row in ask("summary", "--group-by", "project", *told).json["rows"]}
    assert after["Alpha"]["usd"] == before["alpha-canary"]["usd"]
    assert "alpha-canary" not in after
    assert ask("summary", "--project", "Alpha", *told).json["totals"]["calls"] == before["alpha-canary"]["calls"]
    assert {row["project"] for row in ask("query", *told).json["rows"]} == after.keys()
    tags = {row["key"]: row["calls"] for row in ask("summary", "--preset", "by-project-tag", *told).json["rows"]}
    assert tags.keys() == {"work", "old, play", None}
    assert sum(tags.values()) == ask("summary", "--json").json["totals"]["calls"]


def test_an_ignored_folder_is_no_project_but_its_calls_count(ask: Run, tmp_path: Path) -> None:
    file = tmp_path / "projects.json"
    (cwd,) = {row["cwd"] for row in ask("query", "--project", "alpha-canary", "--json").json["rows"]}
    file.write_text(json.dumps({"ignored_paths": [cwd]}), encoding="utf-8")
    told = ask("summary", "--group-by", "project", "--projects", str(file), "--json").json
    assert {row["key"] for row in told["rows"]} >= {None}
    assert "alpha-canary" not in {row["key"] for row in told["rows"]}
    assert told["totals"] == ask("summary", "--json").json["totals"]
