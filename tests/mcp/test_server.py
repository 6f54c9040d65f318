"""Every tool answers as the command does, within its size and the privacy mode; what fails is told in words."""

import json
import shutil
import signal
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anyio
import apsw
import pytest
from mcp import Client
from mcp.client.stdio import StdioServerParameters
from mcp.shared.exceptions import MCPError
from mcp_types import TextResourceContents

from codex_usage_tracker.mcp import texts
from codex_usage_tracker.mcp.server import ALLOWED, Agents
from codex_usage_tracker.mcp.tools import ALIASES, SECTIONS, TOOLS
from codex_usage_tracker.reports.registry import QUESTIONS
from codex_usage_tracker.reports.summary import SPLITS
from codex_usage_tracker.tracker import Tracker
from tests.cli import history
from tests.cli.conftest import ZONE, Run
from tests.ingest import lines
from tests.mcp.conftest import asking, called

Serve = Callable[..., Agents]
LISTED = [name for name, one in TOOLS.items() if one.listed]
COMMANDS: dict[str, tuple[list[str], dict[str, Any]]] = {
    "usage_status": (["status", "--no-refresh"], {}),
    "usage_summary": (["summary", "--group-by", "model,day"], {"group_by": ["model", "day"]}),
    "usage_thread": (["session", history.PARSER], {"thread": history.PARSER}),
    "usage_limits": (["limits", "--no-refresh"], {}),
    "usage_recommendations": (["recommendations", "--since", "2026-11-01"], {"since": "2026-11-01"}),
    "usage_pricing_coverage": (["pricing-coverage"], {}),
    "usage_calls": (["query", "--limit", "3", "--sort", "cost"], {"limit": 3, "sort": "cost"}),
    "usage_doctor": (["doctor"], {}),
}


def record(server: Agents) -> str:
    found: str = called(server, "usage_calls", thread=history.PARSER, limit=1)["rows"][0]["record_id"]
    return found


def needed(record_id: str, folder: Path) -> dict[str, dict[str, Any]]:
    """Return what tools cannot be asked without."""
    return {
        "usage_query": {"questions": [{"question": "calls", "limit": 2}, {"question": "compare", "last": "7d"}]},
        "usage_call": {"record_id": record_id},
        "usage_call_context": {"record_id": record_id},
        "usage_diagnostics": {"section": "overview"},
        "usage_export": {"path": str(folder / "calls.csv")},
        "usage_dashboard": {"path": str(folder / "page.html")},
    }


def test_every_tool_answers_the_official_client_over_pipes(
    agents: Serve, piped: StdioServerParameters, tmp_path: Path
) -> None:
    given = needed(record(agents()), tmp_path)
    assert piped.env is not None
    piped.env[ALLOWED] = "1"

    async def work(client: Client) -> dict[str, Any]:
        assert [one.name for one in (await client.list_tools()).tools] == LISTED
        return {name: await client.call_tool(name, given.get(name, {})) for name in LISTED}

    for name, found in asking(piped, work).items():
        size = len(json.dumps(found.structured_content, ensure_ascii=False, separators=(",", ":")).encode())
        size += sum(len(json.dumps(one.text, ensure_ascii=False).encode()) for one in found.content)
        assert (found.is_error, size <= 20_000) == (False, True), (name, size, found.content)
    assert (tmp_path / "calls.csv").stat().st_size > 1000


@pytest.mark.parametrize("name", COMMANDS)
def test_a_tool_answers_what_the_command_prints(agents: Serve, run_plain: Run, name: str) -> None:
    server, (args, given) = agents(), COMMANDS[name]
    options = [f"--db={server.tracker.database}", f"--codex-home={server.tracker.homes[0]}", f"--timezone={ZONE}"]
    told = run_plain(args[0], *options, "--json", *args[1:]).json
    found = called(server, name, **given, max_bytes=200_000)
    for one in (found, told):
        one.get("database", {}).pop("free_bytes", None)  # others write on this disk
    assert found == told


def test_several_questions_are_answered_at_once(agents: Serve) -> None:
    server = agents()
    names = [name for name in QUESTIONS if name not in SECTIONS and name != "call"]
    for some in (names[:8], names[8:]):
        found = called(server, "usage_query", questions=[{"question": one} for one in some], max_bytes=200_000)
        assert [one["question"] for one in found["answers"]] == some
        for one in found["answers"]:
            assert (
                one["answer"]
                == called(server, "usage_query", questions=[one | {"answer": None}], max_bytes=200_000)["answers"][0][
                    "answer"
                ]
            )


def test_pages_come_to_all_calls_in_little_room(agents: Serve) -> None:
    server, found, offset = agents(), list[str](), 0
    while True:
        asked = [{"question": "calls", "offset": offset, "sort": "tokens"}]
        answer = called(server, "usage_query", questions=asked, max_bytes=6_000)["answers"][0]["answer"]
        found += [row["record_id"] for row in answer["rows"]]
        if not answer["has_more"]:
            break
        assert answer["shortened"]["rows"]["shown"] == len(answer["rows"])
        offset = answer["next_offset"]
    assert found == [row.record_id for row in server.tracker.calls(sort="tokens").rows]
    assert answer["totals"]["calls"] == len(found) == len(set(found))


@pytest.mark.parametrize("most", [3_000, 8_000])
@pytest.mark.parametrize("name", [name for name in LISTED if TOOLS[name].questions])
def test_no_answer_is_larger_than_it_may_be(agents: Serve, tmp_path: Path, name: str, most: int) -> None:
    server = agents()
    given = needed(record(server), tmp_path).get(name, {})
    found = asking(server, lambda client: client.call_tool(name, given | {"max_bytes": most}))
    told = [found.structured_content, *(one.text for one in found.content)]
    assert sum(len(json.dumps(one, ensure_ascii=False, separators=(",", ":")).encode()) for one in told) <= most
    if found.is_error:
        assert found.structured_content["error"]["code"] == "answer_too_large"


# -- privacy ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["redacted", "strict"])
def test_a_mode_holds_for_every_tool_and_can_be_made_stricter_alone(
    agents: Serve, tmp_path: Path, mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ALLOWED, "1")
    record_id = record(agents())
    hidden = (*history.NAMES.values(), *((history.CANARY,) if mode == "strict" else ()))
    for server, asked in ((agents(mode), "normal"), (agents(), mode)):
        folder = tmp_path / asked
        folder.mkdir()
        given = needed(record_id, folder)

        async def work(
            client: Client, given: dict[str, Any] = given, asked: str = asked, server: Agents = server
        ) -> list[Any]:
            found = [
                await client.call_tool(name, given.get(name, {}) | {"privacy_mode": asked, "max_bytes": 100_000})
                for name in LISTED
                if name != "usage_refresh"
            ]
            resource = await client.read_resource("usage://status") if server.tracker.privacy_mode else None
            return [*found, resource]

        answers = asking(server, work)
        assert not any(one.is_error for one in answers[:-1])
        for one in answers:
            told = repr(one)
            assert [name for name in hidden if name in told] == []
        scopes = [one.structured_content["scope"] for one in answers[:-1] if "scope" in one.structured_content]
        assert {scope["privacy_mode"] for scope in scopes} == {mode}


@pytest.mark.parametrize("name", ["tracker", "no such project"])
def test_a_file_is_never_asked_for_by_names_that_are_hidden(agents: Serve, tmp_path: Path, name: str) -> None:
    given = {"path": str(tmp_path / "calls.csv"), "project": [name]}
    found = asking(agents("redacted"), lambda client: client.call_tool("usage_export", given))
    assert found.structured_content["error"]["message"] == f"redacted mode shows no project {name!r}"
    assert not (tmp_path / "calls.csv").exists()


# -- what fails -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "given", "code", "words"),
    [
        ("usage_summary", {"group_by": ["colour"]}, "invalid_value", "colour"),
        ("usage_summary", {"modle": "x"}, "invalid_value", "modle"),
        ("usage_summary", {"max_bytes": 1}, "invalid_value", "max_bytes"),
        ("usage_summary", {"privacy_mode": "loud"}, "invalid_value", "loud"),
        ("usage_call", {}, "invalid_value", "record_id"),
        ("usage_call", {"record_id": "none"}, "not_found", "none"),
        ("usage_query", {"questions": []}, "invalid_value", "one to 8"),
        ("usage_query", {"questions": "calls"}, "invalid_value", "one to 8"),
        ("usage_query", {"questions": [{"question": "all"}]}, "invalid_value", "question"),
        ("usage_query", {"questions": [3]}, "invalid_value", "question"),
        ("usage_query", {"question": [{}]}, "invalid_value", "question"),
        ("usage_diagnostics", {}, "invalid_value", "section"),
        ("usage_export", {"path": "calls.csv"}, "invalid_value", "absolute"),
        ("usage_export", {"path": "/"}, "file_exists", "there"),
        ("usage_export", {"path": "/nowhere/calls.csv"}, "os_error", "nowhere"),
        ("usage_call_context", {"record_id": "x"}, "context_disabled", "not told to agents"),
        ("usage_call_context", {"record_id": "--help", "max_chars": 0}, "invalid_value", "max_chars"),
    ],
)
def test_what_cannot_be_answered_is_told_with_code_and_hint(
    agents: Serve, name: str, given: dict[str, Any], code: str, words: str
) -> None:
    found = asking(agents(), lambda client: client.call_tool(name, given))
    assert (found.is_error, found.structured_content["error"]["code"]) == (True, code)
    assert words in found.structured_content["error"]["message"]
    assert code in found.content[0].text


def test_one_question_of_several_may_fail(agents: Serve) -> None:
    asked = [{"question": "call", "record_id": "none"}, {"question": "status"}]
    bad, good = called(agents(), "usage_query", questions=asked)["answers"]
    assert (bad["error"]["code"], good["answer"]["schema"]) == ("not_found", "codex-usage-tracker-status-v1")


def test_how_texts_of_calls_are_allowed_is_said(agents: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    server, given = agents(), {"record_id": record(agents())}
    refused = asking(server, lambda client: client.call_tool("usage_call_context", given))
    assert f"--env {ALLOWED}=1" in refused.structured_content["error"]["hint"]
    monkeypatch.setenv(ALLOWED, "1")
    found = called(server, "usage_call_context", **given)
    assert (found["record"]["record_id"], found["raw_context_persisted"]) == (given["record_id"], False)


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (str, "no_logs"),
        (lambda path: path.write_bytes(b"no database at all" * 100), "corrupt_database"),
        (lambda path: path.mkdir(), "database"),
    ],
)
def test_missing_logs_and_a_broken_database_end_no_server(
    agents: Serve, tmp_path: Path, make: Callable[[Path], object], code: str
) -> None:
    make(tmp_path / "broken.sqlite3")
    server = agents(db=str(tmp_path / "broken.sqlite3"), home=tmp_path / "nowhere")

    async def work(client: Client) -> list[Any]:
        return [await client.call_tool("usage_status", {}) for _ in range(2)]

    for found in asking(server, work):
        assert (found.is_error, found.structured_content["error"]["code"]) == (True, code)
        assert found.structured_content["error"]["hint"]


def test_a_history_that_was_never_read_is_read_first(
    agents: Serve, codex_home: Path, tmp_path: Path, database: str
) -> None:
    home = shutil.copytree(codex_home, tmp_path / "codex")
    found = called(agents(db=str(tmp_path / "new.sqlite3"), home=home), "usage_summary")
    assert found["totals"] == called(agents(db=database), "usage_summary")["totals"]


def test_there_are_no_other_tools_prompts_and_resources(agents: Serve) -> None:
    server = agents()
    for asked in (
        lambda client: client.call_tool("usage_magic", {}),
        lambda client: client.get_prompt("magic"),
        lambda client: client.read_resource("usage://magic"),
    ):
        with pytest.raises(ExceptionGroup) as caught:
            asking(server, asked)
        assert caught.group_contains(MCPError, match="there is no")


# -- beside the tools -------------------------------------------------------------------------------------------------


def test_names_of_another_tracker_are_answered_and_not_listed(
    agents: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ALLOWED, "1")
    record_id = record(agents())
    given: dict[str, dict[str, Any]] = {
        "session_usage": {"session_id": history.PARSER},
        "usage_summary": {"preset": "last-7-days"},
        "usage_query": {"model": "gpt-5.5", "limit": 3},
        "usage_call_context": {"record_id": record_id, "max_chars": 2_000},
        "generate_usage_dashboard": {"output": str(tmp_path / "page.html")},
        "export_usage_csv": {"output": str(tmp_path / "calls.txt"), "limit": 2},
        "init_usage_pricing_config": {"path": str(tmp_path / "pricing.json")},
        "init_usage_allowance_config": {"path": str(tmp_path / "allowance.json")},
    }

    async def work(client: Client) -> dict[str, Any]:
        names = {*ALIASES, *given} - {"update_usage_pricing_config"}  # which would use the network
        return {name: await client.call_tool(name, {"response_format": "json"} | given.get(name, {})) for name in names}

    found = asking(agents(), work)
    assert {name: one.content for name, one in found.items() if one.is_error} == {}
    assert found["session_usage"].structured_content["thread"]["thread_id"] == history.PARSER
    assert (tmp_path / "calls.txt").read_bytes().startswith(b"record_id,")
    assert found["export_usage_csv"].structured_content["rows"] == 2
    assert not set(ALIASES) & set(LISTED)


@pytest.mark.parametrize(("preset", "split"), SPLITS.items())
def test_ready_made_splits_of_another_tracker_are_known(agents: Serve, preset: str, split: str) -> None:
    assert called(agents(), "usage_summary", preset=preset) == called(agents(), "usage_summary", group_by=[split])
    assert called(agents(), "usage_summary", preset=preset, group_by="tier")["group_by"] == ["tier"]


def test_a_file_has_what_was_read_before(agents: Serve, codex_home: Path, tmp_path: Path) -> None:
    home = shutil.copytree(codex_home, tmp_path / "codex")
    server = agents(db=str(tmp_path / "new.sqlite3"), home=home)
    first = called(server, "usage_export", path=str(tmp_path / "first.csv"))
    log = next(home.rglob("rollout-*.jsonl"))
    text = log.read_text(encoding="utf-8").replace(log.stem[-36:], lines.thread(9))
    log.with_name(f"{log.stem[:-36]}{lines.thread(9)}.jsonl").write_text(text, encoding="utf-8")
    assert called(server, "usage_export", path=str(tmp_path / "second.csv"))["rows"] == first["rows"]
    assert called(server, "usage_refresh")["read_files"] == 1


def test_a_doctor_tells_of_settings_that_nothing_else_can_be_asked_with(
    piped: StdioServerParameters, tmp_path: Path
) -> None:
    (tmp_path / "tracker").mkdir(exist_ok=True)
    (tmp_path / "tracker" / "general.json").write_text("[1", encoding="utf-8")
    checks = {one["name"]: one["status"] for one in called(piped, "usage_doctor")["checks"]}
    assert checks["general.json"] == "fail"
    refused = asking(piped, lambda client: client.call_tool("usage_status", {}))
    assert refused.structured_content["error"]["code"] == "invalid_settings"


def test_what_a_tool_may_do_is_said(agents: Serve) -> None:
    async def work(client: Client) -> Any:
        return (await client.list_tools()).tools

    hints = {one.name: one.annotations for one in asking(agents(), work)}
    writing = {name for name, one in hints.items() if not one.read_only_hint}
    assert writing == {"usage_refresh", "usage_export", "usage_dashboard"}
    assert not any(one.destructive_hint or one.open_world_hint for one in hints.values())


def test_ready_questions_name_tools_and_questions_that_there_are(agents: Serve) -> None:
    async def work(client: Client) -> list[Any]:
        names = [one.name for one in (await client.list_prompts()).prompts]
        return [await client.get_prompt(name) for name in names]

    said = " ".join(one.messages[0].content.text for one in asking(agents(), work)) + texts.INSTRUCTIONS
    named = {word.strip(".,;:()") for word in said.split() if word.startswith("usage_")}
    assert (len(texts.PROMPTS), named <= set(LISTED)) == (3, True)
    quoted = {one for prompt in texts.PROMPTS.values() for one in prompt.text.split("`")[1::2]}
    assert quoted <= set(QUESTIONS)


def test_status_and_glossary_can_be_read(agents: Serve) -> None:
    async def work(client: Client) -> list[str]:
        uris = [one.uri for one in (await client.list_resources()).resources]
        found = [(await client.read_resource(uri)).contents[0] for uri in uris]
        return [one.text for one in found if isinstance(one, TextResourceContents)]

    status, glossary = asking(agents(), work)
    assert json.loads(status) == called(agents(), "usage_status")
    assert "**priced_share**" in glossary


def test_a_question_that_nobody_waits_for_ends(agents: Serve) -> None:
    began, ended = threading.Event(), threading.Event()
    endless = "WITH RECURSIVE one(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM one) SELECT count(*) FROM one"

    def work(opened: list[apsw.Connection]) -> None:
        connection = apsw.Connection(":memory:")
        connection.set_progress_handler(lambda: bool(began.set()), 1000)  # type: ignore[func-returns-value]
        opened.append(connection)
        try:
            connection.execute(endless).fetchall()
        except apsw.InterruptError:
            ended.set()

    async def asked() -> None:
        async with anyio.create_task_group() as group:
            group.start_soon(agents()._in_thread, work)
            assert await anyio.to_thread.run_sync(began.wait, 20)
            group.cancel_scope.cancel()
        assert await anyio.to_thread.run_sync(ended.wait, 20)

    anyio.run(asked)


def test_a_long_question_keeps_no_other_one_waiting(agents: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    server, answered = agents(), threading.Event()
    told = Agents._told

    def slow(self: Agents, reader: Any, name: str, *rest: Any) -> Any:
        assert name != "heatmap" or answered.wait(30)
        return told(self, reader, name, *rest)

    monkeypatch.setattr(Agents, "_told", slow)

    async def work(client: Client) -> Any:
        found: list[Any] = []

        async def ask() -> None:
            found.append(await client.call_tool("usage_query", {"questions": [{"question": "heatmap"}]}))

        async with anyio.create_task_group() as group:
            group.start_soon(ask)
            found.append(await client.call_tool("usage_status", {}))
            answered.set()
        return found

    first, second = asking(server, work)
    assert (first.structured_content["schema"], second.is_error) == ("codex-usage-tracker-status-v1", False)


# -- the pipe ---------------------------------------------------------------------------------------------------------


def test_only_the_protocol_is_on_standard_output_and_the_server_ends_with_its_client(
    piped: StdioServerParameters,
) -> None:
    hello = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}
    said: list[str] = [
        "no json at all",
        json.dumps({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello}),
        json.dumps({"jsonrpc": "2.0", "method": "notifications/initialized"}),
        "[]",
        '{"jsonrpc": "2.0", "id": 2, "method": "magic"}',
        json.dumps({"jsonrpc": "2.0", "id": 3, "method": "tools/call", "params": {"name": "usage_status"}}),
        json.dumps({"jsonrpc": "2.0", "id": 4, "method": "tools/call", "params": {"name": "x", "arguments": 3}}),
    ]  # fmt: skip
    with subprocess.Popen(
        [piped.command, *piped.args],
        env=piped.env,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write("\n".join(said) + "\n")
        process.stdin.flush()
        told: dict[Any, Any] = {}
        while not {1, 2, 3, 4} <= told.keys():
            one = json.loads(process.stdout.readline())
            told[one.get("id")] = one
        process.stdin.close()
        assert (process.stdout.read(), process.wait(20)) == ("", 0)
    assert told[1]["result"]["serverInfo"]["name"] == "codex-usage-tracker"
    assert told[3]["result"]["structuredContent"]["schema"] == "codex-usage-tracker-status-v1"
    assert ("error" in told[2], "error" in told[4]) == (True, True)


def test_ctrl_c_ends_it_without_a_trace(piped: StdioServerParameters) -> None:
    with subprocess.Popen(
        [piped.command, *piped.args], env=piped.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdin is not None
        assert process.stdout is not None
        hello = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}
        process.stdin.write(json.dumps({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello}) + "\n")
        process.stdin.flush()
        assert "codex-usage-tracker" in process.stdout.readline()
        assert process.stderr is not None
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 130  # while the client is still there
        assert process.stderr.read() == ""


def test_the_tracker_of_the_server_is_that_of_the_options(agents: Serve) -> None:
    assert isinstance(agents().tracker, Tracker)
