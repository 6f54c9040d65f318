"""What a call was made of: the lines since the call before, no more of them than asked for, no secret, nothing kept."""

import logging
import shutil
from pathlib import Path
from typing import Any

import pytest

from codex_usage_tracker.contract.evidence import Evidence
from codex_usage_tracker.errors import NotFoundError
from codex_usage_tracker.evidence import window
from codex_usage_tracker.evidence.source import SourceChangedError, SourceMissingError
from codex_usage_tracker.evidence.tokenizer import NAME
from codex_usage_tracker.evidence.window import Wanted
from codex_usage_tracker.tracker import Tracker
from tests.evidence.secrets import secrets
from tests.ingest import lines, zst
from tests.ingest.home import Home, rewrite
from tests.ingest.lines import Line, record, session_meta, thread, turn, turn_context, used

CANARY = "canaryword"
FIRST, SECOND, THIRD = used(1000, output=10), used(1500, 900, output=20), used(2000, 1400, output=30)


def story() -> list[Line]:
    """A log of three calls; the second follows a tool's output, the third a compaction."""
    own = thread(0)
    return [
        session_meta(own),
        turn_context(turn(1)),
        lines.message("user", f"look {CANARY} at this"),
        lines.user_message(f"look {CANARY} at this"),
        lines.item(
            "reasoning", summary=[{"type": "summary_text", "text": "thinking"}], encrypted_content="gAAAAA" * 20
        ),
        lines.function_call("call_1"),
        record(own, turn(1), FIRST, response="resp_1"),
        lines.token_count(FIRST),
        lines.function_output("call_1", f"output {CANARY}"),
        lines.message("assistant", "all done"),
        record(own, turn(1), SECOND, lines.plus(FIRST, SECOND), response="resp_2"),
        lines.token_count(lines.plus(FIRST, SECOND), SECOND),
        Line("compacted", {"message": "in short", "replacement_history": [{"content": [{"text": "what was said"}]}]}),
        lines.message("user", "and now?"),
        record(own, turn(1), THIRD, lines.plus(FIRST, SECOND, THIRD), response="resp_3"),
    ]


def ask(home: Home, response: str, **wanted: Any) -> Evidence:
    tracker = Tracker(home.database, [str(home.path)], "UTC")
    with tracker.reader() as reader:
        found = reader.db.execute("SELECT key FROM call WHERE response_id = ?", (response,)).fetchone()
        assert found is not None
        return tracker.context(reader, f"{int(found[0]):016x}", Wanted(**wanted))


@pytest.fixture
def told(home: Home) -> Home:
    home.log(thread(0), *story())
    home.refresh()
    return home


def labels(found: Evidence) -> list[str]:
    return [one.label for one in found.entries]


def text(found: Evidence) -> str:
    return "\n".join(one.text or "" for one in found.entries)


def test_the_first_call_has_all_before_it(told: Home) -> None:
    found = ask(told, "resp_1")
    assert labels(found) == [
        "session", "turn context", "user message", "reasoning summary", "tool call", "token count of the selected call",
    ]  # fmt: skip
    assert [one.line_number for one in found.entries] == [1, 2, 3, 5, 6, 7]
    assert found.omitted.repeated_lines == 1
    assert (found.before, found.source.first_line, found.source.line_number) == (None, 1, 7)
    assert found.record.response_id == "resp_1"


def test_a_later_call_begins_at_the_call_before(told: Home) -> None:
    found = ask(told, "resp_2", include_tool_output=True)
    assert labels(found) == [
        "token count of the previous call", "token count of the previous call", "tool output", "assistant message",
        "token count of the selected call",
    ]  # fmt: skip
    last = found.entries[-1].token_usage
    assert last is not None
    assert last.call is not None
    assert last.total is not None
    assert (last.call.input_tokens, last.call.uncached_input_tokens, last.total.input_tokens) == (1500, 600, 2500)
    assert found.before == 7


def test_older_entries_are_asked_for_by_the_cursor(told: Home) -> None:
    older = ask(told, "resp_2", before=7, max_entries=2)
    assert [one.line_number for one in older.entries] == [5, 6]
    assert older.before == 5
    oldest = ask(told, "resp_2", before=5, max_entries=0)
    assert [one.line_number for one in oldest.entries] == [1, 2, 3]
    assert oldest.before is None
    assert ask(told, "resp_3", before=9).entries[-1].label == "token count of an earlier call"
    assert ask(told, "resp_1", before=1).entries == []


def test_tool_output_and_compaction_history_are_shown_on_request_alone(told: Home) -> None:
    found = ask(told, "resp_2")
    assert CANARY not in text(found)
    assert (found.omitted.tool_outputs, found.omitted.tool_output_characters) == (1, len(f"output {CANARY}"))
    assert CANARY in text(ask(told, "resp_2", include_tool_output=True))
    found = ask(told, "resp_3")
    assert "compaction" in labels(found)
    assert found.omitted.compaction_histories == 1
    assert "what was said" not in text(found)
    assert "in short\nwhat was said" in text(ask(told, "resp_3", include_compaction_history=True))


def test_the_texts_that_are_left_out_are_not_counted(told: Home) -> None:
    without, whole = ask(told, "resp_2"), ask(told, "resp_2", include_tool_output=True)
    assert whole.visible_char_count - without.visible_char_count == len(f"output {CANARY}")
    assert whole.visible_token_estimate > without.visible_token_estimate
    assert without.visible_token_estimator == NAME


def test_counts_are_made_before_anything_is_cut(told: Home) -> None:
    whole, cut = ask(told, "resp_1"), ask(told, "resp_1", max_chars=30, max_entries=2)
    assert (cut.visible_token_estimate, cut.visible_char_count) == (
        whole.visible_token_estimate,
        whole.visible_char_count,
    )
    assert len(cut.entries) == 2
    assert cut.omitted.entries == 4
    assert cut.before == cut.entries[0].line_number == 6
    assert whole.omitted.entries == whole.omitted.characters == 0


def test_no_more_characters_are_shown_than_asked_for_and_short_texts_stay_whole(told: Home) -> None:
    whole = ask(told, "resp_1", max_chars=0)
    for most in (1, 7, 50, 200, 10_000):
        found = ask(told, "resp_1", max_chars=most)
        assert len(text(found).replace("\n", "")) <= most + len("[redacted: x]") * len(found.entries)
        assert found.omitted.characters == whole.visible_char_count - sum(len(one.text or "") for one in found.entries)
    found = ask(told, "resp_1", max_chars=120)
    shown = {one.label: one for one in found.entries}
    assert shown["reasoning summary"].text == "thinking"
    assert shown["session"].truncated


def test_timing_is_that_of_the_lines(told: Home) -> None:
    found = ask(told, "resp_1")
    assert [one.action_timing.gap_ms for one in found.entries] == [None, 1000, 1000, 2000, 1000, 1000]
    assert found.entries[-1].action_timing.elapsed_ms == found.action_timing.total_elapsed_ms == 6000
    assert found.action_timing.slowest_gap_ms == 2000


def test_the_lines_themselves_are_estimated_and_in_full_mode_counted(told: Home) -> None:
    size = len(b"".join(lines.rollout(*story()).splitlines(keepends=True)[:7]))
    quick, full = (ask(told, "resp_1", full=full).serialized_evidence for full in (False, True))
    assert (quick.raw_line_count, quick.raw_json_char_count, quick.deferred, quick.buckets) == (7, size, True, [])
    assert full.raw_json_char_count == sum(one.characters for one in full.buckets) == size
    assert full.raw_json_token_estimate == sum(one.tokens for one in full.buckets)
    found = {one.name: one.tokens for one in full.buckets}
    assert found["encrypted_reasoning_state"] > found["local_goal_metadata"] == 0
    assert quick.raw_json_token_estimate >= full.raw_json_token_estimate // 2


def test_much_text_is_only_estimated_in_quick_mode(told: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(window, "QUICK_CHARACTERS", 20)
    assert ask(told, "resp_1").visible_token_estimator == window.CHARACTERS
    assert ask(told, "resp_1", full=True).visible_token_estimator == NAME


def test_a_call_far_from_the_one_before_has_the_lines_near_it(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(window, "MOST_LINES", 5)
    home.log(thread(0), *story())
    home.refresh()
    found = ask(home, "resp_1")
    assert [one.line_number for one in found.entries] == [3, 5, 6, 7]
    assert found.before == 3


def test_every_secret_of_a_log_is_hidden(home: Home) -> None:
    several = list(secrets())
    told = [lines.message("user", f"here: {one.name}={one.text} end") for one in several]
    output = [lines.function_output("c", f'{{"{one.name}": "{one.text}"}}') for one in several]
    log = [session_meta(thread(0)), turn_context(turn(1)), *told, *output, record(thread(0), turn(1), FIRST)]
    home.log(thread(0), *log)
    home.refresh()
    shown = text(ask(home, "resp_1", include_tool_output=True, max_entries=0, max_chars=0))
    assert [one.kind for one in several if one.hidden in shown] == []
    assert shown.count("[redacted: ") >= 2 * len(several)


# -- where the log lies ------------------------------------------------------------------------------------------------


def test_a_log_that_went_is_told(told: Home) -> None:
    next(told.sessions.iterdir()).unlink()
    with pytest.raises(SourceMissingError):
        ask(told, "resp_1")


@pytest.mark.parametrize("packed", [False, True])
def test_a_log_that_was_archived_or_compressed_is_followed(told: Home, *, packed: bool) -> None:
    before = ask(told, "resp_2")
    path = Path(shutil.move(next(told.sessions.iterdir()), told.archived))
    if packed:
        zst.compress(path)
    found = ask(told, "resp_2")
    assert found.entries == before.entries
    assert (found.source.moved, found.source.compressed, before.source.moved) == (True, packed, False)


def test_a_log_that_grew_is_the_same(told: Home) -> None:
    with next(told.sessions.iterdir()).open("ab") as file:
        file.write(lines.rollout(lines.message("user", "later"), minute=9) + b'{"half')
    assert labels(ask(told, "resp_3"))[-1] == "token count of the selected call"


@pytest.mark.parametrize("change", ["shorter", "shifted", "another", "empty"])
def test_a_log_that_was_written_anew_is_told(told: Home, change: str) -> None:
    path = next(told.sessions.iterdir())
    all_lines = path.read_bytes().splitlines(keepends=True)
    other = record(thread(0), turn(1), FIRST, response="resp_9")
    changed = {
        "shorter": all_lines[:8],
        "shifted": all_lines[1:],
        "another": [*all_lines[:10], lines.rollout(other), *all_lines[11:]],
        "empty": [],
    }
    rewrite(path, b"".join(changed[change]))
    with pytest.raises(SourceChangedError):
        ask(told, "resp_2")


def test_a_fork_shows_the_file_of_the_thread_that_was_billed(home: Home) -> None:
    parent, fork = thread(0), thread(5)
    own = [session_meta(parent), turn_context(turn(1)), record(parent, turn(1), FIRST, response="resp_1")]
    home.log(parent, *own)
    home.log(
        fork, session_meta(fork, forked_from_id=parent), *own, turn_context(turn(6)),
        record(fork, turn(6), SECOND, response="resp_2"), minute=6,
    )  # fmt: skip
    home.refresh()
    assert parent in ask(home, "resp_1").source.file
    assert fork in ask(home, "resp_2").source.file


def test_calls_that_only_snapshots_tell_of_are_found(corpus: Path, tmp_path: Path) -> None:
    tracker = Tracker(str(tmp_path / "usage.sqlite3"), [str(corpus / "0.80.0/review")], "UTC")
    tracker.refresh()
    with tracker.reader() as reader:
        keys = [int(row[0]) for row in reader.db.execute("SELECT key FROM call")]
        assert keys
        for key in keys:
            found = tracker.context(reader, f"{key:016x}", Wanted())
            assert found.entries[-1].label == "token count of the selected call"


def test_an_unknown_call_is_told(told: Home) -> None:
    tracker = Tracker(told.database, [str(told.path)], "UTC")
    with tracker.reader() as reader, pytest.raises(NotFoundError):
        tracker.context(reader, "ffff", Wanted())


# -- nothing is kept ---------------------------------------------------------------------------------------------------


def test_nothing_of_it_is_written_or_logged(told: Home, caplog: pytest.LogCaptureFixture) -> None:
    folder = Path(told.database).parent
    before = {path: path.read_bytes() for path in folder.iterdir() if not path.name.endswith("-shm")}
    with caplog.at_level(logging.DEBUG):
        found = ask(told, "resp_2", include_tool_output=True, full=True)
    assert CANARY in text(found)
    assert CANARY not in caplog.text
    after = {path: path.read_bytes() for path in folder.iterdir() if not path.name.endswith("-shm")}
    assert [path.name for path, data in after.items() if CANARY.encode() in data] == []
    assert after[Path(told.database)] == before[Path(told.database)]
