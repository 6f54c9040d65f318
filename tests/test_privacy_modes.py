"""What the privacy modes hide, in every answer and on every way out."""

import importlib
import json
import pkgutil
from collections.abc import Callable, Iterator
from pathlib import Path
from types import UnionType
from typing import Any, Literal, get_args, get_origin, get_type_hints

import msgspec
import pyarrow.parquet
import pytest

from codex_usage_tracker import contract, privacy
from codex_usage_tracker.query.dimensions import NAMES
from codex_usage_tracker.tracker import Tracker
from tests.cli import goldens, history
from tests.cli.conftest import Run, ask, codex_home, database, run_plain, surroundings
from tests.ingest import lines
from tests.ingest.home import Home
from tests.web.conftest import Served, door, served

__all__ = ["ask", "codex_home", "database", "door", "run_plain", "served", "surroundings"]

Settle = Callable[..., None]

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

    assert privacy.hidden(Novel("dear"), privacy.Hiding(privacy.REDACTED, SECRET)) == Novel(privacy.UNDECIDED)
    assert privacy.hidden(Novel("dear"), privacy.Hiding(privacy.NORMAL, SECRET)) == Novel("dear")


def test_labels_are_stable_and_depend_on_the_key() -> None:
    hiding = privacy.Hiding(privacy.REDACTED, SECRET)
    veil, strict, other = (one.veil for one in (hiding, hiding._replace(mode="strict"), hiding._replace(secret=b"x")))
    assert veil.label("Project", "alpha") == strict.label("Project", "alpha")
    assert veil.label("Project", "alpha") != other.label("Project", "alpha")
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


@pytest.mark.parametrize("mode", privacy.MODES)
def test_files_and_replies_say_their_mode(ask: Run, served: Served, tmp_path: Path, mode: str) -> None:
    path = tmp_path / "calls.csv"
    ask("export", "--out", str(path), "--privacy-mode", mode)
    grouped = ask("report", "--by", "project", "--format", "csv", "--privacy-mode", mode).out
    for told in (path.read_text(encoding="utf-8"), grouped):
        assert [line.rpartition(",")[2] for line in told.splitlines()] == ["privacy_mode", *[mode] * told.count(mode)]
    client = served(mode=mode)
    assert client.get("/api/calls").headers["X-Codex-Usage-Privacy"] == mode
    assert f'privacy_mode="{mode}"' in client.get("/metrics").text


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


# -- settings ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def settle(tmp_path: Path) -> Settle:
    """Give a way to write a file of settings."""

    def writes(name: str, **told: object) -> None:
        (tmp_path / "tracker").mkdir(exist_ok=True)
        (tmp_path / "tracker" / f"{name}.json").write_text(json.dumps(told), encoding="utf-8")

    return writes


def test_the_settings_set_the_mode_and_the_environment_and_flags_go_before_them(
    ask: Run, settle: Settle, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    settle("general", privacy_mode="strict")
    assert ask("summary", "--json").json["scope"]["privacy_mode"] == "strict"
    monkeypatch.setenv("CODEX_USAGE_TRACKER_PRIVACY_MODE", "redacted")
    assert ask("summary", "--json").json["scope"]["privacy_mode"] == "redacted"
    assert ask("summary", "--json", "--privacy-mode", "normal").json["scope"]["privacy_mode"] == "normal"


@pytest.mark.parametrize("told", ["stritc", "", None, 5, ["strict"], True])
def test_a_mode_that_there_is_not_is_never_taken_for_normal(ask: Run, settle: Settle, told: object) -> None:
    settle("general", privacy_mode=told)
    ran = ask("summary")
    if told is None:
        assert (ran.code, history.CANARY in ran.out) == (0, True)
        return
    assert (ran.code, ran.out) == (2, "")
    assert "`privacy_mode` is" in ran.err
    assert "normal, redacted, strict" in ran.err
    looked = ask("doctor")
    assert "general.json" in looked.out
    assert history.CANARY not in looked.out


def test_names_that_were_given_are_shown_in_every_mode(ask: Run, settle: Settle) -> None:
    settle("projects", aliases={"alpha-canary": "Our own name"})
    for mode in HIDING:
        names = {
            row["key"] for row in ask("summary", "--group-by", "project", "--json", "--privacy-mode", mode).json["rows"]
        }
        assert "Our own name" in names
        assert all(name == "Our own name" or name.startswith("Project ") for name in names)
        chosen = ask("query", "--project", "our own NAME", "--json", "--privacy-mode", mode).json
        assert {row["project"] for row in chosen["rows"]} == {"Our own name"}


@pytest.mark.parametrize("mode", HIDING)
def test_names_of_threads_are_shown_on_request(ask: Run, settle: Settle, mode: str) -> None:
    settle("general", show_thread_names=True)
    told = ask("session", history.PARSER, "--privacy-mode", mode, "--json").json
    assert told["thread"]["name"] == history.NAMES[history.PARSER]
    found = ask("query", "--search", "canary parser", "--privacy-mode", mode, "--json").json["rows"]
    assert {row["thread_name"] for row in found} == {history.NAMES[history.PARSER]}


# -- search, order, filters --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", HIDING)
def test_a_search_finds_what_is_shown_and_nothing_that_is_hidden(ask: Run, mode: str) -> None:
    def found(text: str) -> list[Any]:
        rows: list[Any] = ask("query", "--search", text, "--privacy-mode", mode, "--json").json["rows"]
        return rows

    assert found(f"Fix the {history.CANARY}") == found("/home/canary") == found("github.com") == []
    row = ask("query", "--limit", "1", "--privacy-mode", mode, "--json").json["rows"][0]
    for name in ("project", "cwd", "thread_id", "git_branch"):
        rows = found(row[name].upper())
        assert {one["root_thread_id" if name == "thread_id" else name] for one in rows} == {row[name]}
    assert bool(found("feature/")) == (mode == privacy.REDACTED)
    assert bool(found(history.PARSER)) == (mode == privacy.REDACTED)


@pytest.mark.parametrize("mode", HIDING)
@pytest.mark.parametrize("path", ["calls", "threads"])
def test_no_order_tells_of_names(served: Served, database: str, mode: str, path: str) -> None:
    """What is sorted by the names of threads stands as their ids do, which tell the time alone."""
    shown = served().get(f"/api/{path}").json()["rows"]
    ids = sorted({row["record_id" if path == "calls" else "thread_id"]: row["thread_id"] for row in shown}.values())
    sort = "thread" if path == "calls" else "name"
    rows = served(mode=mode).get(f"/api/{path}?sort={sort}&direction=asc").json()["rows"]
    labels = privacy.Hiding(mode, Tracker(database).secret()).veil.shows("", "thread_id") or str
    assert [row["thread_id"] for row in rows] == [labels(one) for one in ids]


def test_groups_that_are_alike_stand_in_no_order_of_names(home: Home) -> None:
    for number, name in enumerate(["zebra", "ape", "lion"]):
        one = lines.thread(number)
        home.log(
            one, lines.session_meta(one, cwd=f"/code/{name}"), lines.record(one, lines.turn(number), lines.used(9))
        )
    home.refresh()
    rows = Tracker(home.database, timezone="UTC").ask("summary", group_by="project").rows
    assert [row.key for row in rows] == ["zebra", "ape", "lion"]


@pytest.mark.parametrize("mode", HIDING)
@pytest.mark.parametrize("name", ["project", "directory", "thread", "branch"])
def test_a_label_chooses_what_it_stands_for(ask: Run, served: Served, mode: str, name: str) -> None:
    field = {"directory": "cwd", "thread": "thread_id", "branch": "git_branch"}.get(name, name)
    label = ask("query", "--limit", "1", "--privacy-mode", mode, "--json").json["rows"][0][field]
    asked = ask("query", f"--{name}", label, "--limit", "0", "--privacy-mode", mode, "--json").json["rows"]
    told = served(mode=mode).get("/api/calls", params={name: label, "limit": 1000}).json()["rows"]
    assert asked == told
    assert {row["root_thread_id"] if name == "thread" else row[field] for row in asked} == {label}


@pytest.mark.parametrize("mode", HIDING)
def test_who_asks_a_server_is_not_told_whether_a_hidden_name_is_there(served: Served, mode: str) -> None:
    client = served(mode=mode)
    name = history.NAMES[history.PARSER]
    pairs = [("project", "alpha-canary", "alpha-nowhere"), ("directory", "/home/canary/alpha", "/home/canary/none")]
    pairs += [("thread", name, "Fix nothing"), ("branch", "feature/canary-alpha", "feature/none")][
        : 1 + (mode == privacy.STRICT)
    ]
    pairs += [("thread", history.PARSER, lines.thread(99))] if mode == privacy.STRICT else []
    for path in ("calls", "summary", "threads", "export", "insights"):
        for field, there, absent in pairs:
            replies = [client.get(f"/api/{path}", params={field: one}) for one in (there, absent)]
            assert {reply.status_code for reply in replies} == {404}
            assert replies[0].text.replace(there, absent) == replies[1].text
    assert client.get("/api/thread", params={"thread": name}).status_code == 404


@pytest.mark.parametrize("mode", HIDING)
def test_who_sits_at_the_terminal_knows_the_names(ask: Run, mode: str) -> None:
    for name, text in (
        ("project", "alpha-canary"),
        ("thread", history.NAMES[history.PARSER]),
        ("thread", history.PARSER),
    ):
        ran = ask("query", f"--{name}", text, "--privacy-mode", mode, "--json")
        assert ran.json["rows"]
        assert history.CANARY not in ran.out.replace("feature/canary-alpha", "")
    assert ask("session", history.NAMES[history.PARSER], "--privacy-mode", mode).code == 0


# -- secrets and sentences ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "secret",
    [
        "ghp_w8Kd03LmQx71VbTzPq5sYnRf2HjA", "sk-proj-Zx81kQvR7mTnB4sLw0YdEo", "AKIAQ7RZV3X5LMNO2PST", "pass=hunter2",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl", "https://dev:hunter2@host/x", "glpat-w8Kd03LmQx71VbTzPq5s",
    ],
)  # fmt: skip
def test_a_name_with_a_secret_in_it_is_hidden_where_names_are_shown(secret: str) -> None:
    shows = privacy.Hiding(privacy.REDACTED, SECRET).veil.shows("CallRow", "git_branch")
    assert shows is not None
    assert str(shows(f"fix/{secret}")).startswith("Secret ")
    assert shows("feature/login-form-2") == "feature/login-form-2"


@pytest.mark.parametrize(
    ("sentence", "shown"),
    [
        ("/home/me/My logs/a b.jsonl cannot be read: no", "[path] cannot be read: no"),
        ("there is no file C:\\Users\\Me Too\\x.json", "there is no file [path]"),
        ("there are no Codex logs in /home/me/a b/sessions and ~/x", "there are no Codex logs in [path] and [path]"),
        (
            "/x/y/projects.json: `aliases.alpha` is the text 'beta'",
            "[path] projects.json: `aliases[...]` is the text [hidden]",
        ),
        (
            "/x/projects.json: `al`pha` is not known and means nothing here",
            "[path] projects.json: a key is not known and means nothing here",
        ),
        ("secret folder/x holds nothing", "secret [path] holds nothing"),
        ("days begin in Europe/Stockholm", "days begin in Europe/Stockholm"),
        ("Run `codex-usage-tracker refresh` first.", "Run `codex-usage-tracker refresh` first."),
    ],
)
def test_a_sentence_tells_of_no_path_and_no_name(sentence: str, shown: str) -> None:
    assert privacy.without_paths(sentence, privacy.STRICT) == shown
    assert privacy.without_paths(sentence, privacy.NORMAL) == sentence


@pytest.mark.parametrize("name", ["Acme, Inc. is Bob's", 'it\'s `new`; can "go" on', "line\nbreak, so"])
def test_a_path_that_was_named_is_hidden_whatever_its_name_has(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = str(tmp_path / name)
    monkeypatch.setenv("CODEX_USAGE_TRACKER_HOME", folder)
    monkeypatch.setattr("sys.argv", ["codex-usage-tracker", f"--db={folder}2/a.sqlite3", f"{folder}.csv"])
    for sentence, shown in (
        (f"{folder}/projects.json: line 1, column 2 is no JSON", "[path] projects.json: line 1, column 2 is no JSON"),
        (f"{folder}2/a.sqlite3 is damaged", "[path] is damaged"),
        (f"there is no file {folder}.csv", "there is no file [path]"),
    ):
        assert privacy.without_paths(sentence, privacy.STRICT) == shown


def test_a_path_that_no_command_takes_is_hidden_too(run_plain: Run) -> None:
    ran = run_plain("status", "/home/acme/plan", "--privacy-mode", "strict")
    assert "acme" not in ran.err
    assert ran.err.endswith("Error: Got unexpected extra argument [path]\n")
