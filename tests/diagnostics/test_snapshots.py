"""What is found in logs that were made up for it: re-reads, changes, retries, code, forks, and logs that are odd."""

import json
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import apsw
import pytest

from codex_usage_tracker.diagnostics import snapshots
from codex_usage_tracker.errors import BusyError
from codex_usage_tracker.query import zones
from codex_usage_tracker.query.reader import Reader
from codex_usage_tracker.reports.diagnostics import section
from codex_usage_tracker.store import database
from codex_usage_tracker.store.lock import refreshing
from tests.ingest import lines, zst
from tests.ingest.home import Home
from tests.ingest.lines import Line, event, function_call, item, record, session_meta, thread, turn, used

IDS = count(1)


def ran(command: str, tokens: int | None = 10, code: int = 0, **arguments: Any) -> list[Line]:
    """Return a command with its output."""
    name = f"call_{next(IDS)}"
    told = "" if tokens is None else f"Original token count: {tokens}\n"
    output = f"Wall time: 0.1 seconds\nProcess exited with code {code}\n{told}Output:\nx"
    called = function_call(name, arguments=json.dumps({"cmd": command, **arguments}))
    return [called, item("function_call_output", call_id=name, output=output)]


def patched(*files: str, code: int = 0) -> list[Line]:
    name = f"call_{next(IDS)}"
    text = "*** Begin Patch\n" + "".join(f"*** Update File: {file}\n-a\n+b\n+c\n" for file in files) + "*** End Patch"
    return [
        item("custom_tool_call", name="apply_patch", call_id=name, input=text),
        item("custom_tool_call_output", call_id=name, output=f"Exit code: {code}\nWall time: 0 seconds\nOutput:\nx"),
    ]


def log(*parts: list[Line], thread_id: str = "") -> list[Line]:
    own = thread_id or thread(0)
    done = [record(own, turn(1), used(1000, output=10), response="resp_1")]
    return [session_meta(own), lines.turn_context(turn(1)), *(line for part in parts for line in part), *done]


def found(home: Home, *, archived: bool = True) -> dict[str, Any]:
    """Refresh, search, and return the sections."""
    home.refresh()
    snapshots.refresh(home.database)
    return told(home, archived=archived)


def told(home: Home, *, archived: bool = True) -> dict[str, Any]:
    connection = database.open_reader(home.database)
    reader = Reader(connection, zones.zone_of("UTC"), 0)
    names = ("tool-output", "commands", "git-interactions", "file-reads", "file-modifications", "read-productivity")
    answers = {name.replace("-", "_"): section(reader, name, archived=archived) for name in names}
    connection.close()
    return answers


def re_reads(home: Home, *parts: list[Line]) -> tuple[int, int]:
    home.log(thread(0), *log(*parts))
    summary = found(home)["file_reads"].summary
    return summary.re_reads, summary.re_read_tokens


# -- reads and changes ------------------------------------------------------------------------------------------------


def test_reading_a_file_again_is_a_re_read(home: Home) -> None:
    assert re_reads(home, ran("cat a.py"), ran("cat a.py", 30), ran("cat ./a.py", 5)) == (2, 35)


def test_another_part_of_a_file_is_no_re_read(home: Home) -> None:
    assert re_reads(home, ran("sed -n 1,20p a.py"), ran("sed -n 21,40p a.py"), ran("cat a.py")) == (0, 0)


def test_another_file_is_no_re_read(home: Home) -> None:
    assert re_reads(home, ran("cat a.py"), ran("cd sub && cat a.py"), ran("cat a.py", workdir="/other")) == (0, 0)


@pytest.mark.parametrize(
    "between", [patched("a.py"), ran("sed -i s/a/b/ a.py"), ran("git checkout main"), [lines.compacted()], ran("make")],
)  # fmt: skip
def test_a_file_is_read_anew_after_a_change_or_a_compaction(home: Home, between: list[Line]) -> None:
    assert re_reads(home, ran("cat a.py"), between, ran("cat a.py")) == (0, 0)


@pytest.mark.parametrize(
    "between", [patched("b.py"), patched("a.py", code=1), ran("git status"), ran("git branch -d x"), ran("rm b.py")]
)
def test_it_is_read_again_where_something_else_happened(home: Home, between: list[Line]) -> None:
    assert re_reads(home, ran("cat a.py"), between, ran("cat a.py")) == (1, 10)


def test_the_same_file_in_another_thread_is_no_re_read(home: Home) -> None:
    home.log(thread(0), *log(ran("cat a.py")))
    home.log(thread(5), *log(ran("cat a.py"), thread_id=thread(5)))
    reads = found(home)["file_reads"]
    assert (reads.summary.read_events, reads.summary.unique_paths_read, reads.summary.re_reads) == (2, 1, 0)
    assert reads.top_paths[0].logs == 2


def test_tokens_are_divided_among_pipelines_and_paths_and_none_is_lost(home: Home) -> None:
    home.log(thread(0), *log(ran("cat a.py b.py c.py; git status", 101)))
    answers = found(home)
    assert sorted(row.output_tokens for row in answers["file_reads"].top_paths) == [17, 17, 17]
    assert answers["git_interactions"].interactions[0].output_tokens == 50
    assert answers["tool_output"].summary.command_output_tokens == 101


def test_reads_before_a_change_are_told_from_others(home: Home) -> None:
    home.log(thread(0), *log(ran("cat a.py b.py"), ran("head a.py"), patched("a.py"), ran("cat a.py")))
    answer = found(home)["read_productivity"]
    assert (answer.summary.read_events, answer.summary.modified_later) == (4, 2)
    assert {row.reader: row.modified_later for row in answer.by_reader} == {"cat": 1, "head": 1}


def test_changes_are_told_by_kind(home: Home) -> None:
    moves = [ran("mv a.py b.py && rm c.py && touch d.py"), ran("echo x > e.py", code=1), patched("f.py", "g.md")]
    home.log(thread(0), *log(*moves, patched("h.py", code=1)))
    answer = found(home)["file_modifications"]
    wanted = {"moved": 1, "deleted": 1, "written": 1, "updated": 2, "added": 0, "events": 5, "lines_added": 4}
    assert {name: getattr(answer.summary, name) for name in wanted} == wanted
    assert (answer.summary.patches, answer.summary.failed_patches) == (1, 1)
    assert {row.extension: row.events for row in answer.by_extension} == {".py": 4, ".md": 1}
    assert [(row.change, row.lines_added, row.thread_id) for row in answer.largest_events] == [
        ("update", 2, thread(0)),
        ("update", 2, thread(0)),
    ]


# -- outputs and retries ----------------------------------------------------------------------------------------------


def test_a_command_that_failed_and_runs_again_is_a_retry(home: Home) -> None:
    tries = [ran("pytest", code=1), ran("pytest", 7, code=1), ran("pytest", 8), ran("pytest", 9)]
    home.log(thread(0), *log(*tries, ran("rg nothing", code=1), ran("rg nothing", code=1)))
    answer = found(home)["commands"]
    assert (answer.summary.failed_calls, answer.summary.retries, answer.summary.retry_output_tokens) == (2, 2, 15)
    assert {row.program: row.failed for row in answer.commands} == {"pytest": 2, "rg": 0}


def test_no_count_is_told_from_a_count_of_none(home: Home) -> None:
    home.log(thread(0), *log(ran("true", 0), ran("ls", None), [function_call("call_x"), *_still_running("call_y")]))
    answer = found(home)["tool_output"]
    assert (answer.summary.outputs_with_token_count, answer.summary.output_tokens) == (1, 0)
    assert {row.reason: row.outputs for row in answer.missing_reasons} == {"no_count": 1, "still_running": 1}
    assert (answer.summary.function_calls, answer.summary.function_outputs) == (4, 3)


def _still_running(name: str) -> Iterator[Line]:
    yield function_call(name)
    text = "Wall time: 1.0 seconds\nProcess running with session ID 5\nOutput:\n"
    yield item("function_call_output", call_id=name, output=text)


# -- code -------------------------------------------------------------------------------------------------------------


def cell(name: str, code: str) -> Line:
    return item("custom_tool_call", name="exec", call_id=name, input=code)


def cell_output(name: str, tokens: int) -> Line:
    parts = ["Script completed\nWall time 0.1 seconds\nOutput:\n", json.dumps({"original_token_count": tokens})]
    told = [{"type": "input_text", "text": part} for part in parts]
    return item("custom_tool_call_output", call_id=name, output=told)


def command_item(command: str, code: int = 0, name: str = "") -> Line:
    told = {
        "type": "CommandExecution", "id": name or f"exec-{next(IDS)}", "command": ["/bin/bash", "-lc", command],
        "cwd": "file:///home/dev/proj", "exit_code": code,
    }  # fmt: skip
    return event("item_completed", thread_id=thread(0), turn_id=turn(1), item=told)


CAT = 'text(await tools.exec_command({"cmd": "cat a.py"}))'
LOOP = "for (const f of files) await tools.exec_command({cmd: `cat ${f}`})"


@pytest.mark.parametrize(
    ("told_lines", "reads"),
    [
        ([cell("c1", CAT), cell_output("c1", 9)], 1),  # clients before 0.150 tell of no items
        ([cell("c1", CAT), command_item("cat a.py"), cell_output("c1", 9)], 1),
        ([cell("c1", CAT), cell_output("c1", 9), command_item("cat a.py")], 1),
        ([cell("c1", LOOP), command_item("cat a.py"), command_item("cat b.py"), cell_output("c1", 9)], 2),
        ([cell("c1", CAT), cell("c2", LOOP), command_item("cat a.py"), cell_output("c2", 0), cell_output("c1", 9)], 1),
        ([command_item("cat a.py", name="call_of_a_review")], 0),
    ],
)
def test_a_command_of_code_counts_once(home: Home, told_lines: list[Line], reads: int) -> None:
    home.log(thread(0), *log(told_lines))
    answers = found(home)
    assert answers["file_reads"].summary.read_events == reads
    assert answers["file_reads"].summary.output_tokens == (9 if reads else 0)


def test_a_patch_of_code_counts_once(home: Home) -> None:
    code = 'await tools.apply_patch("*** Begin Patch\\n*** Add File: a.py\\n+x\\n*** End Patch")'
    changed = {"/home/dev/proj/a.py": {"type": "add", "content": "x\n"}}
    told_item = {"type": "FileChange", "id": "exec-1", "changes": changed, "status": "completed"}
    finished = event("item_completed", thread_id=thread(0), turn_id=turn(1), item=told_item)
    home.log(thread(0), *log([cell("c1", code), finished, cell_output("c1", 1)]))
    home.log(thread(5), *log([cell("c1", code), cell_output("c1", 1)], thread_id=thread(5)))
    answer = found(home)["file_modifications"]
    assert (answer.summary.added, answer.summary.unique_paths, answer.summary.lines_added) == (2, 1, 2)


# -- whose lines they are ---------------------------------------------------------------------------------------------


def fork(home: Home) -> None:
    first, second = used(1000, output=10), used(2000, output=20)
    old = [
        session_meta(thread(0)), lines.task_started(turn(1)), lines.turn_context(turn(1)), *ran("cat a.py", 40),
        lines.token_count(first), *ran("cat b.py", 2), lines.token_count(lines.plus(first, second), second),
    ]  # fmt: skip
    home.log(thread(0), *old)
    own = [lines.task_started(turn(11)), lines.turn_context(turn(11)), *ran("cat a.py", 5)]
    total = lines.plus(first, second, first)
    own.append(lines.token_count(total, first))
    home.log(thread(10), session_meta(thread(10), forked_from_id=thread(0)), *old, *own, minute=10)


def test_lines_copied_into_a_fork_count_once(home: Home) -> None:
    fork(home)
    answers = found(home)
    assert answers["tool_output"].summary.output_tokens == 47
    assert answers["file_reads"].summary.read_events == 3
    assert answers["file_reads"].summary.re_reads == 0


def test_copies_count_where_the_original_is_nowhere(home: Home) -> None:
    fork(home)
    (home.sessions / lines.file_name(thread(0))).unlink()
    assert found(home)["tool_output"].summary.output_tokens == 47


def test_context_that_a_sub_agent_was_given_does_not_count(home: Home) -> None:
    meta = session_meta(thread(0), source=lines.spawned(thread(5)), subagent_history_start_ordinal=3)
    end = record(thread(0), turn(1), used(1000))
    home.log(thread(0), meta, *ran("cat a.py", 40), *ran("cat b.py", 2), end, ordinal=0)
    assert found(home)["tool_output"].summary.output_tokens == 2


# -- logs -------------------------------------------------------------------------------------------------------------


def test_a_compressed_log_is_read(home: Home) -> None:
    zst.compress(home.log(thread(0), *log(ran("cat a.py"))))
    assert found(home)["file_reads"].summary.read_events == 1


def test_a_log_that_vanished_is_told(home: Home) -> None:
    gone = home.log(thread(0), *log(ran("cat a.py")))
    home.log(thread(5), *log(ran("cat b.py"), thread_id=thread(5)))
    home.refresh()
    gone.unlink()
    snapshots.refresh(home.database)
    answer = told(home)["file_reads"]
    assert (answer.logs, answer.missing_logs, answer.summary.read_events) == (1, 1, 1)


def test_archived_threads_are_left_out_if_asked(home: Home) -> None:
    path = home.log(thread(0), *log(ran("cat a.py")))
    path.rename(home.archived / path.name)
    assert found(home)["file_reads"].summary.read_events == 1
    assert told(home, archived=False)["file_reads"].summary.read_events == 0


def test_it_is_told_that_calls_have_been_read_since(home: Home) -> None:
    assert {one.status for one in _empty(home).values()} == {"missing"}
    path = home.log(thread(0), *log(ran("cat a.py")))
    assert {one.status for one in found(home).values()} == {"fresh"}
    path.write_bytes(path.read_bytes() + lines.rollout(record(thread(0), turn(1), used(2000), response="r2"), minute=9))
    home.refresh()
    answer = told(home)["commands"]
    assert (answer.status, answer.new_calls, answer.calls) == ("stale", 1, 1)


def _empty(home: Home) -> dict[str, Any]:
    home.refresh()
    return told(home)


def test_only_what_was_read_before_is_searched(home: Home) -> None:
    path = home.log(thread(0), *log(ran("cat a.py")))
    home.refresh()
    path.write_bytes(path.read_bytes() + lines.rollout(*ran("cat b.py"), minute=9))
    snapshots.refresh(home.database)
    assert told(home)["file_reads"].summary.read_events == 1


def test_one_search_at_a_time(home: Home) -> None:
    home.refresh()
    with refreshing(f"{home.database}.scan", 0), pytest.raises(BusyError):
        snapshots.refresh(home.database)


def test_a_search_that_is_stopped_keeps_what_was_found_before(home: Home) -> None:
    home.log(thread(0), *log(ran("cat a.py")))
    before = found(home)["file_reads"]

    def stop(_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        snapshots.refresh(home.database, stop)
    assert told(home)["file_reads"] == before


def test_odd_lines_are_stepped_over(home: Home) -> None:
    odd = [
        item("function_call"), item("function_call", name=5, call_id=[]), item("custom_tool_call", name="exec"),
        function_call("c", arguments="{"), function_call("d", "shell", '{"command": [1, {}]}'), cell_output("e", 1),
        event("item_completed", item={"type": "CommandExecution", "id": "exec-1", "command": 5}),
        event("item_completed", item={"type": "FileChange", "id": "exec-2", "changes": {"a": {"type": 5}}}),
        event("patch_apply_end", call_id=5), item("local_shell_call", action={"command": ["sh", "-c", "cat a.py"]}),
    ]  # fmt: skip
    path = home.log(thread(0), *log(odd, ran("cat a.py")))
    path.write_bytes(b'{"type": "response_item", broken\n\xff\xfe\n\n' + path.read_bytes())
    assert found(home)["file_reads"].summary.read_events == 2


# -- what is kept -----------------------------------------------------------------------------------------------------


def test_no_text_but_base_names_is_kept(home: Home) -> None:
    secrets = {name: f"canary{name}bird" for name in ("folder", "pattern", "message", "argument", "output", "patch")}
    commands = (
        "cat /home/{folder}/a.py; rg {pattern} /home/{folder}/b.py; sed -n '/{pattern}/p' c.py",
        "awk '{{print \"{pattern}\"}}' d; X={argument} ls; mv {folder}/i.py {folder}/j",
        "git commit -m {message}; gh pr create --title {message}; curl -H {argument} https://{argument}.x/y",
        "jq .{pattern} e.json; grep -e {pattern} f.py; {argument} --x {argument}; echo {argument} > g.py",
        "bash -lc 'cat {folder}/h.py; python -c \"{argument}\"'; ssh {argument} cat {argument}",
    )  # fmt: skip
    parts = [ran(command.format(**secrets)) for command in commands]
    parts += [patched(f"{secrets['folder']}/k.py"), [cell("c1", f"// {secrets['patch']}"), cell_output("c1", 1)]]
    home.log(thread(0), *log(*parts))
    found(home)
    kept = b"".join(path.read_bytes() for path in sorted(Path(home.database).parent.iterdir()))
    connection = apsw.Connection(home.database, flags=apsw.SQLITE_OPEN_READONLY)
    kept += b"".join(bytes(answer) for (answer,) in connection.execute("SELECT answer FROM snapshot"))
    connection.close()
    assert [name for name, secret in secrets.items() if secret.encode() in kept] == []
    assert {row.path.partition(" #")[0] for row in told(home)["file_reads"].top_paths} >= {"a.py", "b.py", "c.py"}


def test_the_same_name_in_two_folders_is_two_paths_and_the_hash_is_the_databases_own(
    home: Home, tmp_path: Path
) -> None:
    home.log(thread(0), *log(ran("cat a/x.py b/x.py")))
    first = {row.path for row in found(home)["file_reads"].top_paths}
    assert len(first) == 2
    other = Home(tmp_path / "other")
    other.log(thread(0), *log(ran("cat a/x.py b/x.py")))
    connection = apsw.Connection(other.database)
    connection.execute("UPDATE meta SET value = zeroblob(32) WHERE name = 'secret'")
    connection.close()
    assert not first & {row.path for row in found(other)["file_reads"].top_paths}
