"""Words that must not get out, in every text of every kind of line, and everything that is made of a history of them.

A *canary* stands in a text that is never kept. A *label* stands in a name that is kept, and says which kind of name it
is; `LABELS` tells where the table of what each privacy mode shows has that kind.
"""

import base64
import contextlib
import io
import json
import logging
import re
import sys
import zlib
from collections.abc import Callable, Iterator, Mapping
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

import anyio
import pytest
from starlette.testclient import TestClient

from codex_usage_tracker import privacy
from codex_usage_tracker.cli import main
from codex_usage_tracker.query.dimensions import DIMENSIONS
from codex_usage_tracker.reports.diagnostics import SECTIONS
from codex_usage_tracker.tracker import Tracker
from codex_usage_tracker.web.app import Dashboard
from codex_usage_tracker.web.openapi import document
from codex_usage_tracker.web.security import Door
from tests.corpus.logs import SCENARIOS
from tests.ingest import lines, zst
from tests.ingest.lines import function_call, function_output, record, session_meta, thread, turn, used

VERSIONS = list(dict.fromkeys(scenario.partition("/")[0] for scenario in SCENARIOS))
Json = dict[str, Any]
Artefacts = dict[str, bytes]

# -- words -------------------------------------------------------------------------------------------------------------

CANARY = re.compile(rb"canary\d{5}bird")
LABELS = {
    "name": "Thread names",
    "project": "Projects, unless `projects.json` names them",
    "folder": "Folders",
    "file": "Paths and names of files",
    "home": "Codex homes",
    "remote": "Git remotes",
    "commit": "Git commits",
    "budget": "Budgets",
    "branch": "Git branches",
    "tag": "Tags of projects",
    "nickname": "Nicknames of agents",
    "turn": "Ids of turns",
    "response": "Ids of responses",
    "model": "Models, efforts, tiers and plans",
    "limit": "Models, efforts, tiers and plans",
    "role": "Roles of agents, kinds and sources of threads",
    "source": "Roles of agents, kinds and sources of threads",
    "client": "Clients with their versions, and providers",
    "tool": "Tools, MCP servers, commands and outcomes",
}
"""Kinds of labels, and what the table calls them."""
ALIAS = "alias"
"""The name that the user gave to a project, which every mode shows."""
LABEL = re.compile(f"({'|'.join([*LABELS, ALIAS])})-canarybird".encode())


def label(kind: str) -> str:
    return f"{kind}-canarybird"


def documented(mode: str) -> set[str]:
    """Return the kinds of labels that a mode shows, as the table says."""
    words = {one.what: one for one in privacy.LABELS}
    shown = {privacy.AS_IS, privacy.GUARDED}
    kinds = {kind for kind, what in LABELS.items() if mode == privacy.NORMAL or getattr(words[what], mode) in shown}
    return kinds | {ALIAS}


def labels_in(found: bytes) -> set[str]:
    """Return the kinds of labels that stand somewhere."""
    return {kind.decode() for kind in LABEL.findall(found)}


# -- lines -------------------------------------------------------------------------------------------------------------

KEPT: dict[str, dict[str, str | None]] = {
    "session_meta": {
        "cwd": f"/{label('folder')}/{label('project')}", "originator": label("client"), "cli_version": None,
        "source": None, "thread_source": None, "agent_nickname": label("nickname"), "agent_role": label("role"),
        "agent_type": label("role"), "model_provider": label("client"), "commit_hash": label("commit"),
        "branch": label("branch"), "repository_url": f"https://{label('remote')}.example/o/{label('project')}.git",
    },
    "turn_context": {"model": label("model"), "effort": None, "cwd": f"/{label('folder')}"},
    "event_msg:thread_settings_applied": {
        "model": label("model"), "model_provider_id": label("client"), "service_tier": None, "reasoning_effort": None,
        "cwd": f"/{label('folder')}",
    },
    "event_msg:token_count": {"limit_id": label("limit"), "plan_type": None},
    "event_msg:thread_name_updated": {"thread_name": label("name")},
    "event_msg:item_completed": {
        "server": label("tool"), "tool": label("tool"), "agent_nickname": label("nickname"),
        "agent_role": label("role"), "model": label("model"), "reasoning_effort": None,
    },
    "event_msg:mcp_tool_call_end": {"server": label("tool"), "tool": label("tool")},
    "response_item:function_call": {"name": None, "namespace": label("tool")},
    "response_item:custom_tool_call": {"name": None, "namespace": label("tool")},
    "compacted": {"model": label("model")},
}  # fmt: skip
"""Fields of each kind of line that are documented as kept, with a label to put there; without one they stay."""
SECRET_IDS = {"creator_user_id", "creator_account_id"}
"""Identifiers of people, of which at most a keyed hash is kept."""
FORM = {"type", "role", "timestamp"}
"""What tells the kind of a line or of a part of it."""


def kind_of(line: Json) -> str:
    payload = line.get("payload")
    inner = payload.get("type") if isinstance(payload, dict) else None
    return f"{line['type']}:{inner}" if inner and line["type"] in {"event_msg", "response_item"} else str(line["type"])


def shape_of(line: Json) -> tuple[object, ...]:
    """Return what tells lines of one kind apart: their fields, and which item or tool they are about."""
    payload = line["payload"]
    about = payload.get("item", {}).get("type"), payload.get("name")
    return kind_of(line), *about, *sorted(payload), *sorted(payload.get("item", ())), *map(type, payload.values())


def samples(corpus: Path, version: str) -> list[Json]:
    """Return a line of every kind and form that a version wrote, the description of a thread first."""
    found: dict[tuple[object, ...], Json] = {}
    for path in sorted((corpus / version).rglob("rollout-*")):
        for text in zst.plain(path).splitlines():
            line = json.loads(text)
            found.setdefault(shape_of(line), line)
    return sorted(found.values(), key=lambda line: line["type"] != "session_meta")


class Canaries:
    """Puts a word of its own into every text, and labels into names if there shall be any."""

    def __init__(self, place: Callable[[str, str], str], *, labelled: bool = False) -> None:
        self.place = place
        self.labelled = labelled
        self.numbers = count(1)
        self.words: dict[str, str] = {}

    def new(self, where: str) -> str:
        word = f"canary{next(self.numbers):05}bird"
        self.words[word] = where
        return word

    def line(self, line: Json) -> Json:
        """Return a line with a word in every text that is not documented as kept."""
        kind = kind_of(line)
        return {**line, "payload": self.planted(line["payload"], kind, KEPT.get(kind, {}))}

    def planted(self, value: Any, where: str, kept: Mapping[str, str | None]) -> Any:
        if isinstance(value, str):
            return self.text(value, where, kept)
        if isinstance(value, list):
            return [self.planted(inner, f"{where}[]", kept) for inner in value] + [self.new(f"{where}[+]")]
        if isinstance(value, dict):
            return {**dict(self.fields(value, where, kept)), self.new(f"{where} key"): self.new(f"{where} value")}
        return value

    def fields(self, value: Json, where: str, kept: Mapping[str, str | None]) -> Iterator[tuple[str, Any]]:
        for name, inner in value.items():
            if where.endswith((".changes", ".properties")):
                yield self.new(f"{where} key"), self.planted(inner, f"{where}.*", kept)
            elif self.labelled and isinstance(inner, str) and kept.get(name):
                yield name, kept[name]
            elif name in kept or name in FORM or (name.endswith(("id", "ids")) and name not in SECRET_IDS):
                yield name, inner
            else:
                yield name, self.planted(inner, f"{where}.{name}", kept)

    def text(self, text: str, where: str, kept: Mapping[str, str | None]) -> str:
        """Plant into a text, and into the values of JSON that stands in it."""
        try:
            inner = json.loads(text)
        except ValueError:
            inner = None
        if isinstance(inner, dict | list):
            return json.dumps(self.planted(inner, f"{where} (JSON)", kept))
        return self.place(text, self.new(where))


def after(text: str, word: str) -> str:
    return f"{text} {word}"


# -- a history ---------------------------------------------------------------------------------------------------------

SECRET = "ghp_w8Kd03LmQx71VbTzPq5sYnRf2HjA"  # noqa: S105  (opens nothing)
OWN, AGENT, LEAKY = thread(600), thread(601), thread(602)
SETTINGS: dict[str, Json] = {
    "projects": {
        "aliases": {"/code/aliased": label(ALIAS)},
        "tags": {label("project"): [label("tag")]},
    },
    "general": {"homes": []},
    "budgets": {
        "budgets": [{"name": label("budget"), "unit": "tokens", "amount": 1000, "per": "day", "warn_at": 50}]
    },
}  # fmt: skip


EXEC: list[Json] = [
    {"type": "thread.started", "thread_id": thread(700)},
    {"type": "turn.started"},
    {"type": "item.completed", "item": {"id": "item_0", "type": "agent_message", "text": "words"}},
    {"type": "item.completed", "item": {"id": "item_1", "type": "command_execution", "command": "bash -lc ls",
                                        "aggregated_output": "out", "exit_code": 0, "status": "completed"}},
    {"type": "item.completed", "item": {"id": "item_2", "type": "web_search", "query": "words"}},
    {"type": "turn.completed", "usage": {"input_tokens": 100, "cached_input_tokens": 40, "output_tokens": 10}},
    {"type": "error", "message": "words"},
]  # fmt: skip


class Place(NamedTuple):
    """Where a history lies, and what was made of it."""

    folder: Path
    home: Path
    database: Path
    canaries: Canaries
    calls: list[str]

    @property
    def printed(self) -> str:
        """What Codex printed of a thread without a log."""
        return str((self.folder / label("file")).with_suffix(".log"))

    def surroundings(self, patch: pytest.MonkeyPatch) -> None:
        """Let nothing of this machine reach what is made."""
        for name in ("CODEX_HOME", "CODEX_USAGE_DB", privacy.ENVIRONMENT, "CODEX_USAGE_TRACKER_DEBUG"):
            patch.delenv(name, raising=False)
        patch.setenv("HOME", str(self.folder / "me"))
        patch.setenv("CODEX_USAGE_TRACKER_HOME", str(self.database.parent))
        patch.setenv("CODEX_USAGE_TRACKER_ALLOW_RAW_CONTEXT", "1")


def place(folder: Path, corpus: Path) -> Place:
    """Write a history of every version with canaries and labels in all its texts, and read it."""
    home, database = folder / label("home") / "codex", folder / label("file") / "usage.sqlite3"
    sessions = home / "sessions" / "2026/11/22"
    sessions.mkdir(parents=True)
    canaries = Canaries(after, labelled=True)
    for number, version in enumerate(VERSIONS):
        planted = [canaries.line(line) for line in samples(corpus, version)]
        (sessions / lines.file_name(thread(number))).write_bytes(b"".join(map(lines.text, planted)))
    for thread_id, log in _own_logs():
        (sessions / lines.file_name(thread_id)).write_bytes(lines.rollout(*log, minute=600))
    named = {"id": OWN, "thread_name": label("name"), "updated_at": "2026-11-22T12:00:00Z"}
    (home / "session_index.jsonl").write_text(json.dumps(named) + "\n", encoding="utf-8")
    database.parent.mkdir()
    for name, told in SETTINGS.items():
        (database.parent / f"{name}.json").write_text(json.dumps(told), encoding="utf-8")
    printed = [canaries.planted(line, "exec", {}) for line in EXEC]
    (folder / label("file")).with_suffix(".log").write_text("\n".join(map(json.dumps, printed)), encoding="utf-8")
    made = Place(folder, home, database, canaries, [])
    with pytest.MonkeyPatch.context() as patch:
        made.surroundings(patch)
        for command in (["refresh"], ["diagnostics", "refresh"], ["ingest", made.printed]):
            assert run(made, [*command, "--quiet"]).code == 0
        found = json.loads(run(made, ["query", "--limit", "0", "--json"]).out)["rows"]
    made.calls.extend({row["thread_id"]: row["record_id"] for row in found if row["thread_id"] != LEAKY}.values())
    return made


def _own_logs() -> Iterator[tuple[str, list[lines.Line]]]:
    """Give threads whose names are all labels, with a sub-agent, a project that has a name, and a secret branch."""
    cwd = f"/{label('folder')}/{label('project')}"
    git = {"branch": label("branch"), "commit_hash": label("commit")}
    remote = {"repository_url": f"https://{label('remote')}.example/o/{label('project')}.git"}
    known: Json = {"originator": label("client"), "model_provider": label("client"), "source": label("source")}
    read = json.dumps({"cmd": f"cat /{label('folder')}/{label('file')}.py && sed -i s/a/b/ {label('file')}.py"})
    deeds = [
        function_call("call_1", arguments=read), function_output("call_1"),
        function_call("call_2", f"mcp__{label('tool')}__{label('tool')}", "{}"), function_output("call_2"),
    ]  # fmt: skip
    limits = lines.limits(lines.window(50.0, 300, resets_at=2_000_000_000), limit_id=label("limit"))
    calls = [
        line
        for number in (1, 2)
        for line in (
            lines.turn_context(label("turn"), model=label("model")),
            *deeds,
            record(OWN, label("turn"), used(50_000 * number, output=500), response=f"{label('response')}{number}"),
            lines.token_count(used(50_000 * number, output=500), limits=limits),
        )
    ]
    yield OWN, [session_meta(OWN, cwd=cwd, git=git | remote, **known), *calls]
    spawned = {
        "subagent": {
            "thread_spawn": {"parent_thread_id": OWN, "agent_nickname": label("nickname"), "agent_role": label("role")}
        }
    }
    one = record(AGENT, turn(601), used(2000), response="resp_agent")
    yield AGENT, [session_meta(AGENT, cwd="/code/aliased", git=git, source=spawned), one]
    leaky = session_meta(LEAKY, cwd=cwd, git={"branch": f"fix/{SECRET}"})
    yield LEAKY, [leaky, record(LEAKY, turn(602), used(3000), response="resp_leaky")]


# -- commands ----------------------------------------------------------------------------------------------------------


class Ran(NamedTuple):
    """What a command answered."""

    code: int
    out: bytes
    err: bytes


def run(at: Place, command: list[str], *options: str) -> Ran:
    """Run a command on a history."""
    streams = io.BytesIO(), io.BytesIO()
    out, err = (io.TextIOWrapper(stream, "utf-8", write_through=True) for stream in streams)
    given = ["--db", str(at.database), "--codex-home", str(at.home), "--timezone", "UTC", *options]
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main.run([command[0], *given, *command[1:]])
    return Ran(code, *(stream.getvalue() for stream in streams))


def commands(at: Place) -> list[list[str]]:
    """Return all commands that tell of a history, in all their forms."""
    [log] = at.home.rglob(f"*{OWN}.jsonl")
    return [
        ["report", "--last", "all", "--by", "project", "--by", "directory"],
        ["report", "--last", "all", "--by", "branch", "--format", "csv"],
        *(["summary", "--group-by", name] for name in DIMENSIONS),
        ["summary", "--project", label("project"), "--directory", f"/{label('folder')}", "--branch", label("branch")],
        ["summary", "--thread", label("name")],
        ["query", "--limit", "0"],
        ["query", "--sort", "thread", "--search", "canarybird"],
        ["expensive"],
        ["session", OWN],
        ["session", AGENT],
        ["session", label("name")],
        ["session", "no such thread"],
        *(["context", one, "--include-tool-output", "--include-compaction-history"] for one in at.calls),
        ["status"],
        ["limits", "--history", "0"],
        ["blocks", "--last", "all"],
        ["budget", "check"],
        ["recommendations"],
        ["pricing-coverage"],
        *(["diagnostics", name] for name in (*SECTIONS, "summary", "facts", "tools", "overview", "concentration")),
        ["diagnostics", "fact-calls", "--fact-type", "mcp_server", "--fact-name", label("tool")],
        *([name, at.printed] for name in ("ingest", "ingest-exec", "ingest-cli", "ingest-app-server")),
        ["refresh"],
        ["inspect-log", str(log)],
        ["doctor", "--suggest-repair"],
        ["support-bundle"],
        ["rebuild-index"],
    ]  # fmt: skip


UNASKED = {
    "serve-dashboard", "web", "ui",  # asked route by route
    "export", "dashboard", "open-dashboard",  # made in all their formats
    "hub", "link", "sync", "unlink",  # what travels to a hub has a test of its own
    "mcp",  # spoken to
    "demo", "parse-allowance", "update-pricing", "pin-pricing", "update-rate-card", "init-allowance", "init-pricing",
    "init-rate-card", "init-thresholds", "init-projects", "init-budgets", "clear-db", "reset-db", "completion",
    "install-plugin", "upgrade-plugin", "uninstall-plugin", "install-hook", "uninstall-hook", "setup",
}  # fmt: skip
"""Commands that tell of no history."""


def printed(at: Place, mode: str) -> Artefacts:
    """Return what all commands print, drawn and as JSON, with what they say beside it."""
    found = {}
    for command in commands(at):
        for form in ([], ["--json"]):
            ran = run(at, command, *form, "--privacy-mode", mode)
            found[" ".join([*command, *form])] = ran.out + ran.err
    return found


def failed(at: Place, mode: str) -> Artefacts:
    """Return what is said where something is amiss: files that are not there, settings that mean nothing, a crash."""
    odd = at.folder / f"{label('folder')} with blanks" / f"{label('file')} too.json"
    odd.parent.mkdir(exist_ok=True)
    meaningless = {label("project"): 1, "aliases": {label("project"): label(ALIAS)}}
    kinds: dict[str, Json] = {"a key": meaningless, "a value": {"aliases": {label("project"): [label("project")]}}}
    absent = str(odd.with_name(f"{label('file')} gone"))
    tries = [["inspect-log", absent], ["status", "--pricing", absent], ["export", "--out", f"{absent}/x.csv"]]
    found = {}
    for name, told in kinds.items():
        odd.write_text(json.dumps(told), encoding="utf-8")
        for command in ("summary", "doctor"):
            ran = run(at, [command], "--projects", str(odd), "--privacy-mode", mode)
            found[f"{name}, {command}"] = ran.out + ran.err
    for command_line in tries:
        ran = run(at, command_line, "--privacy-mode", mode)
        assert ran.code
        found[f"{command_line[0]} in vain"] = ran.out + ran.err
    return found | _crashed(at, mode)


def _crashed(at: Place, mode: str) -> Artefacts:
    """Return what is said of a defect that has a canary in its message, with all that is told of defects."""
    word = at.canaries.new("a crash")

    def crashes(*_: object, **__: object) -> NoReturn:
        raise ValueError(f"{word} at {at.home}")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("codex_usage_tracker.reports.registry.calls", crashes)
        patch.setattr("codex_usage_tracker.cli.query.ask", crashes)
        patch.setenv("CODEX_USAGE_TRACKER_DEBUG", "1")
        ran = run(at, ["query"], "--privacy-mode", mode)
        with _client(at, mode) as client:
            reply = client.get("/api/calls")
    assert (ran.code, reply.status_code) == (1, 500)
    return {"crash of a command": ran.out + ran.err, "crash of the server": _whole(reply)}


def files(at: Place, mode: str) -> Artefacts:
    """Return all files that are made to be passed on."""
    found = {}
    folder = at.folder / "out"
    folder.mkdir(exist_ok=True)
    for form in ("csv", "json", "parquet"):
        path = folder / f"{mode}.{form}"
        assert run(at, ["export", "--force", "--out", str(path)], "--privacy-mode", mode).code == 0
        found[f"export {form}"] = _plain(path) if form == "parquet" else path.read_bytes()
    path = folder / f"{mode}.html"
    ran = run(at, ["dashboard", "--output", str(path)], "--privacy-mode", mode)
    assert ran.code == 0
    return found | {"dashboard": ran.out + ran.err, "dashboard file": _unpacked(path.read_bytes())}


def _unpacked(page: bytes) -> bytes:
    """Return a page with the data that are packed in it."""
    packed = max(re.findall(rb"[A-Za-z0-9+/]{100,}={0,2}", page), key=len)
    return page + zlib.decompress(base64.b64decode(packed))


def _plain(path: Path) -> bytes:
    """Return all values of a Parquet file, which are packed, and its metadata."""
    import pyarrow.parquet  # noqa: PLC0415

    file = pyarrow.parquet.ParquetFile(path)
    return repr((file.read().to_pylist(), file.metadata.metadata, file.schema)).encode()


# -- the server --------------------------------------------------------------------------------------------------------

TOKEN = "a-token-of-the-canaries"  # noqa: S105  (opens nothing)
ASKED: dict[str, Json] = {
    "/api/call": {"record_id": 0}, "/api/context": {"record_id": 0}, "/api/thread": {"thread": OWN},
    "/api/diagnostics/fact-calls": {"fact_type": "mcp_server", "fact_name": label("tool")},
}  # fmt: skip
"""What some questions must be asked with."""
ENDLESS = "/api/live"


def served(at: Place, mode: str, caplog: pytest.LogCaptureFixture | None = None) -> Artefacts:
    """Return what all routes answer that can be read, and what the server logs meanwhile."""
    if caplog is not None:
        caplog.set_level(logging.DEBUG)
    found = {}
    with _client(at, mode) as client:
        known = _known(client)
        for path, methods in document()["paths"].items():
            for params in _params(path, known) if "get" in methods and path != ENDLESS else ():
                reply = client.get(path, params=params)
                assert reply.status_code == 200, (path, params, reply.text)
                found[f"{path} {params}"] = _whole(reply)
        for path in ("/", "/api/nothing", "/api/calls?project=no-such"):
            found[path] = _whole(client.get(path))
        found["/api/ingest/run"] = _whole(client.post("/api/ingest/run"))
    if caplog is not None:
        told = [record.getMessage() for record in caplog.records if not record.name.startswith("http")]
        found["log"] = "\n".join(told).encode()
    return found


def _client(at: Place, mode: str) -> TestClient:
    app = Dashboard(Tracker(str(at.database), [str(at.home)], "UTC"), Door(8765, TOKEN), mode, refreshes=False).app()
    return TestClient(app, "http://127.0.0.1:8765", headers={"X-Codex-Usage-Token": TOKEN})


def _whole(reply: Any) -> bytes:
    return f"{reply.headers}\n".encode() + bytes(reply.content)


def _known(client: TestClient) -> Json:
    """Return the thread and the call that are asked for, as the mode calls them."""
    rows = client.get("/api/calls", params={"limit": 10_000}).json()["rows"]
    row = next(
        row for row in rows if label("response") in str(row["response_id"]) or "Response" in str(row["response_id"])
    )
    return {"thread": row["thread_id"], "record_id": row["record_id"]}


def _params(path: str, known: Json) -> list[Json]:
    """Return what a route is asked with, in all ways in which it tells other things."""
    if "{" in path:
        return []
    params = {name: known.get(name, value) for name, value in ASKED.get(path, {}).items()}
    if path.endswith("/summary") and "diagnostics" not in path:
        return [{"group_by": name} for name in DIMENSIONS]
    if path in {"/api/series", "/api/timeseries"}:
        return [params, *({"by": name} for name in DIMENSIONS if path == "/api/series")]
    more: Json = {"format": "json"} if path == "/api/export" else {"limit": 5000}
    if path in {"/api/calls", "/api/threads", "/api/usage", "/api/export"}:
        return [params, more, {"search": "canarybird"}]
    return [params]


# -- agents ------------------------------------------------------------------------------------------------------------

CHOICES: dict[str, Json] = {
    "usage_query": {"questions": [{"question": name} for name in ("calls", "threads", "summary", "insights")]},
    "usage_diagnostics": {"section": "concentration"},
    "usage_summary": {"group_by": ["project", "directory", "branch"]},
}  # fmt: skip


def spoken(at: Place, mode: str) -> Artefacts:
    """Return what agents are told by all tools that write nothing."""
    from mcp_types import CallToolRequestParams  # noqa: PLC0415  (seldom)

    from codex_usage_tracker.mcp.server import Agents  # noqa: PLC0415
    from codex_usage_tracker.mcp.tools import TOOLS  # noqa: PLC0415

    tracker = Tracker(str(at.database), [str(at.home)], "UTC", privacy_mode=mode)
    given = [f"--db={at.database}", f"--codex-home={at.home}", "--timezone=UTC"]
    agents = Agents(tracker, [sys.executable, "-m", "codex_usage_tracker", *given])
    found = {}

    async def ask(name: str) -> None:
        params: Json = {"record_id": at.calls[-1]} if name in {"usage_call", "usage_call_context"} else {}
        asked = CallToolRequestParams(name=name, arguments=params | CHOICES.get(name, {}))
        answer = await agents.call(None, asked)
        assert not answer.is_error, answer
        found[name] = answer.model_dump_json().encode()

    for tool in TOOLS.values():
        if not tool.writes:
            anyio.run(ask, tool.name)
    return found


def artefacts(at: Place, mode: str, caplog: pytest.LogCaptureFixture | None = None) -> Artefacts:
    """Return all that leaves the program in a mode, by what it is."""
    return printed(at, mode) | failed(at, mode) | files(at, mode) | spoken(at, mode) | served(at, mode, caplog)
