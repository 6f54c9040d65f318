"""Every recorded scenario: the calls that were billed, once each, and what their threads are."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import apsw
import pytest

from codex_usage_tracker.ingest.sync import Refreshed, refresh
from codex_usage_tracker.store import database, rollups
from tests.corpus.logs import SCENARIOS, Sums, expected
from tests.prices import BUNDLED

SUMS = "count(*), sum(input), sum(cached_input), sum(cache_write), sum(output), sum(reasoning)"
CALLS = (
    "FROM call JOIN thread ON thread.id = call.thread_id JOIN thread root ON root.id = thread.root_id"
    " JOIN profile ON profile.id = profile_id"
)
COMPACTIONS = {"compact_inline", "compact_trigger"}
COMMON_NOTES = {"compaction_without_usage"}


@pytest.fixture(scope="module", params=SCENARIOS)
def scenario(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def ingested(
    scenario: str, corpus: Path, tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[apsw.Connection, Refreshed]]:  # fmt: skip
    path = str(tmp_path_factory.mktemp("database") / "usage.sqlite3")
    refreshed = refresh(path, [str(corpus / scenario)], BUNDLED)
    connection = database.open_reader(path)
    yield connection, refreshed
    connection.close()


@pytest.fixture(scope="module")
def db(ingested: tuple[apsw.Connection, Refreshed]) -> apsw.Connection:
    return ingested[0]


def sums_by(db: apsw.Connection, column: str) -> dict[str, Sums]:
    return {row[0]: list(row[1:]) for row in db.execute(f"SELECT {column}, {SUMS} {CALLS} GROUP BY 1")}


def test_the_total_is_what_was_billed(db: apsw.Connection, scenario: str) -> None:
    assert list(db.execute(f"SELECT {SUMS} FROM call").get) == expected()[scenario]["all"]


def test_each_model_has_what_was_billed(db: apsw.Connection, scenario: str) -> None:
    assert sums_by(db, "model") == expected()[scenario]["by_model"]


def test_each_thread_has_what_was_billed(db: apsw.Connection, scenario: str) -> None:
    assert sums_by(db, "thread.thread_id") == expected()[scenario]["by_thread"]


def test_each_root_thread_has_what_its_session_was_billed(db: apsw.Connection, scenario: str) -> None:
    assert sums_by(db, "root.thread_id") == expected()[scenario]["by_session"]


def test_sub_agents_and_reviews_are_told_apart(db: apsw.Connection, scenario: str) -> None:
    wanted = expected()[scenario]["by_kind"]
    found = sums_by(db, "kind")
    assert found.get("review") == wanted.get("subagent:review")
    assert found.get("subagent") == wanted.get("subagent:collab_spawn")


def test_the_roll_ups_are_the_sums_of_the_calls(db: apsw.Connection) -> None:
    assert rollups.differences(db) == 0
    assert db.execute("SELECT sum(calls) FROM rollup").get == db.execute("SELECT count(*) FROM call").get


def test_a_normal_log_gives_no_warning(ingested: tuple[apsw.Connection, Refreshed]) -> None:
    _, refreshed = ingested
    assert set(refreshed.notes) <= COMMON_NOTES
    assert refreshed.problems == []


def test_what_a_compaction_cost_is_told_apart(db: apsw.Connection, scenario: str) -> None:
    by_kind = expected()[scenario]["by_kind"]
    wanted = [sums for kind, sums in by_kind.items() if kind in COMPACTIONS]
    total = [sum(column) for column in zip(*wanted, strict=True)]
    assert sums_by(db, "kind").get("compaction", []) == total


def test_every_call_has_a_turn_an_instant_and_a_known_model(db: apsw.Connection, scenario: str) -> None:
    assert db.execute(f"SELECT count(*) {CALLS} WHERE model = ''").get == 0
    assert db.execute("SELECT count(*) FROM call WHERE at < 1790000000000").get == 0
    has_turn_ids = scenario > "0.120" and not scenario.startswith(("0.36", "0.50", "0.80", "0.98", "0.169.0/upgrade"))
    if has_turn_ids:
        assert db.execute("SELECT count(*) FROM call WHERE turn_id IS NULL").get == 0


def test_a_second_refresh_reads_nothing(scenario: str, corpus: Path, tmp_path: Path) -> None:
    path = str(tmp_path / "usage.sqlite3")
    first = refresh(path, [str(corpus / scenario)], BUNDLED)
    second = refresh(path, [str(corpus / scenario)], BUNDLED)
    assert first.read_files == first.scanned_files == second.scanned_files > 0
    assert (second.read_files, second.read_bytes, second.new_calls) == (0, 0, 0)
    assert second.generation == first.generation


# -- threads, checked by hand against the logs -------------------------------------------------------------------------

FACTS = (
    "thread.thread_id, root.thread_id, thread.parent_id, thread.forked_from_id, source, thread.role, thread.nickname"
)
THREADS = (
    "FROM thread JOIN thread root ON root.id = thread.root_id JOIN client ON client.id = thread.client_id"
    " JOIN project ON project.id = thread.project_id"
)


@pytest.fixture
def read(corpus_home: Callable[[str], Path], tmp_path: Path) -> Callable[[str, str], list[tuple[Any, ...]]]:
    """Refresh one scenario and ask something about its threads, oldest first."""

    def ask(scenario: str, columns: str) -> list[tuple[Any, ...]]:
        path = str(tmp_path / "usage.sqlite3")
        refresh(path, [str(corpus_home(scenario))], BUNDLED)
        connection = database.open_reader(path)
        rows = connection.execute(f"SELECT {columns} {THREADS} ORDER BY thread.created_at, thread.thread_id").fetchall()
        connection.close()
        return rows

    return ask


Read = Callable[[str, str], list[tuple[Any, ...]]]


def test_sub_agents_hang_under_their_root(read: Read) -> None:
    root = "01a20118-b3f0-7781-8532-73d3a681f1ef"
    spawned = "subagent:thread_spawn"
    assert read("0.169.0/subagents", FACTS) == [
        (root, root, None, None, "vscode", None, None),
        ("01a20118-b6a3-76b1-b69e-dad90fe5b132", root, root, None, spawned, "explorer", "Gibbs"),
        ("01a20118-b712-7b71-94ba-e912326ef513", root, root, root, spawned, None, "Hegel"),
    ]


def test_sub_agents_of_older_clients_hang_under_their_root(read: Read) -> None:
    root = "01a20123-f0d7-7c00-a54f-dd3d47dd477a"
    assert [row[1:4] for row in read("0.144.0/subagents_v2", FACTS)] == [
        (root, None, None),
        (root, root, root),
        (root, root, None),
    ]


def test_reviews_hang_under_the_thread_that_asked_for_them(read: Read) -> None:
    rows = read("0.169.0/review", "thread.thread_id, root.thread_id, thread.parent_id, source")
    parents = {row[0]: row[2] for row in rows if row[3] == "subagent:review"}
    assert parents == {
        "01a20117-59c7-7873-9316-1dc57f98e7d4": "01a20117-58cd-79d3-b345-eaab09f08b85",
        "01a20117-5f62-7cb0-bbab-3933634c8931": "01a20117-5e54-72d2-a559-3b1c03185df4",
    }
    assert {row[0]: row[1] for row in rows if row[2]} == parents


def test_forks_are_roots_that_know_their_origin(read: Read) -> None:
    first, second = "01a20123-7919-7c32-b695-1af2661ea130", "01a20123-7c20-71a1-95cd-2159851d4e1a"
    third, fourth = "01a20123-7d33-7fd1-b8f6-0c2cf72843c1", "01a20123-7e3b-7672-8c94-ed56ffe9c89a"
    assert read(
        "0.144.0/appserver_fork", "thread.thread_id, root.thread_id, thread.parent_id, thread.forked_from_id"
    ) == [
        (first, first, None, None),
        (second, second, None, first),
        (third, third, None, second),
        (fourth, fourth, None, first),
    ]


def test_a_thread_has_its_newest_name(read: Read) -> None:
    assert read("0.169.0/appserver_basic", "thread.name, thread.named_at") == [
        ("Alpha parser fix (renamed)", 1795314663685),
        (None, None),
        (None, None),
    ]


def test_the_branch_is_that_of_the_session_and_the_archived_thread_is_read(read: Read) -> None:
    assert read("0.169.0/appserver_basic", "thread.git_branch, thread.archived") == [
        ("topic/x", 0),
        ("main", 1),
        ("main", 0),
    ]


def test_git_is_as_of_the_session(read: Read) -> None:
    alpha, beta = "https://github.com/example/alpha.git", "git@github.com:example/beta.git"
    git = "project.name, git_remote, thread.git_branch, length(thread.git_commit), cwd LIKE '%/beta/src'"
    rows = read("0.169.0/exec_tools", git)
    assert rows == [
        ("alpha", alpha, "main", 40, 0),
        ("alpha", alpha, "main", 40, 0),
        ("beta", beta, "feature/parser", 40, 0),
        ("beta", beta, "feature/parser", 40, 1),
        ("plain", "", None, None, 0),
    ]


def test_a_resumed_thread_keeps_the_version_that_created_it(read: Read) -> None:
    assert read("0.169.0/upgrade", "version, originator, provider, thread.account IS NOT NULL") == [
        ("0.50.0", "codex_exec", "", 0),
        ("0.144.0", "codex_exec", "openai", 0),
        ("0.169.0", "codex_exec", "openai", 1),
        ("0.169.0", "codex_exec", "openai", 1),
    ]


def test_archived_threads_are_marked(read: Read) -> None:
    assert [row[0] for row in read("0.169.0/compress", "thread.archived")] == [0, 0, 1, 0]
