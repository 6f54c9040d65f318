"""What Codex writes to a terminal."""

import pytest

from codex_usage_tracker.model import PRINTED_THREAD
from tests.ingest import lines
from tests.ingest.lines import at
from tests.ingest.printed.printing import AT_MS, ONE, TWO, Printing, exec_run

RESUME = f"To continue this session, run codex resume {ONE}"
TOTALS = {
    "first samples": ("Token usage: total=2 input=0 output=2", (0, 0, 2, 0)),
    "no cache": ("Token usage: total=10,857 input=10,562 output=295", (10_562, 0, 295, 0)),
    "cached": ("Token usage: total=10,857 input=10,562 (+ 48,000 cached) output=295", (58_562, 48_000, 295, 0)),
    "reasoning": ("Token usage: total=120 input=100 output=20 (reasoning 5)", (100, 0, 20, 5)),
    "all": (
        "Token usage: total=205,054 input=182,504 (+ 2,678,400 cached) output=22,550 (reasoning 5,543)",
        (2_860_904, 2_678_400, 22_550, 5543),
    ),
    "oldest": ("Token usage: total=1200 input=900 (+ 100 cached) output=300 (reasoning 50)", (1000, 100, 300, 50)),
    "daemon": ("  Token usage so far: total=3 input=2 output=1", (2, 0, 1, 0)),
    "coloured": ("\x1b[2mToken usage: \x1b[0m\x1b]8;;x\x07total=3 input=2\x1b[1m output=1\x1b[22m", (2, 0, 1, 0)),
    "wrapped": (
        "Token usage: total=205,054 input=182,504 (+\n2,678,400 cached)\n output=22,550",
        (2_860_904, 2_678_400, 22_550, 0),
    ),
    "other case": ("token usage: TOTAL=3 INPUT=2 OUTPUT=1", (2, 0, 1, 0)),
    "NUL": ("Token\x00 usage: total=3 input=2 output=1\x00", (2, 0, 1, 0)),
}  # fmt: skip


@pytest.mark.parametrize("form", TOTALS)
def test_the_total_of_a_thread_that_is_known_from_nowhere_else_is_counted_once(printing: Printing, form: str) -> None:
    printed, counted = TOTALS[form]
    for _ in range(2):
        done = printing.take(f"{printed}\n{RESUME}\n".encode())
    assert (done.new_calls, done.known_calls, done.usage_lines) == (0, 1, 1)
    assert printing.calls("input, cached_input, output, reasoning, basis, thread.thread_id") == [
        (*counted, PRINTED_THREAD, ONE),
    ]


LARGE = "Token usage: total=205,054 input=182,504 (+ 2,678,400 cached) output=22,550 (reasoning 5,543)"


@pytest.mark.parametrize("width", range(20, len(LARGE)))
def test_a_total_that_a_narrow_terminal_wrapped_is_read(printing: Printing, width: int) -> None:
    printed = LARGE.ljust(width * -(-len(LARGE) // width)) + RESUME
    wrapped = [printed[place : place + width] for place in range(0, len(printed), width)]
    done = printing.take("\n".join([*wrapped, ""]).encode())
    assert (done.new_calls, done.skipped) == (1, {})
    assert printing.calls("input, cached_input, output, reasoning") == [(2_860_904, 2_678_400, 22_550, 5_543)]


@pytest.mark.parametrize(
    "ending",
    [
        f"To continue this session, run:\n  codex resume {ONE}\nOr run codex resume and select Add notes.",
        f"To continue this session, run \x1b[36mcodex resume {ONE}\x1b[39m",
        f"To continue this session, run codex\nresume {ONE}",
    ],
)
def test_its_thread_stands_below_it_in_all_versions(printing: Printing, ending: str) -> None:
    printing.take(f"Token usage: total=3 input=2 output=1\n{ending}\n".encode())
    assert printing.calls("thread.thread_id, call.at") == [(ONE, AT_MS)]


def test_a_later_total_counts_what_it_shows_beyond_the_first(printing: Printing) -> None:
    first = f"Token usage: total=30 input=20 (+ 5 cached) output=10\n{RESUME}\n"
    second = f"Token usage: total=50 input=35 (+ 9 cached) output=15\n{RESUME}\n"
    printing.take((second + first).encode())
    assert printing.sums() == (2, 44, 9, 15)


@pytest.mark.parametrize(
    ("printed", "reason"),
    [
        ("Token usage: total=3 input=2 output=1\nbye\n", "no_thread"),
        (f"Token usage: total=3 input=2 output=1\ncodex resume my-thread\ncodex resume {ONE}x\n"[:60], "no_thread"),
        (f"Token usage: total=\u0663 input=\u0662 output=\u0661\n{RESUME}\n", "unreadable_total"),
        (f"Token usage: total=3 inp\n{RESUME}\n", "unreadable_total"),
        (f"Token usage: total=0 input=0 output=0\n{RESUME}\n", "invalid_counter"),
        (f"Token usage: total=1 input={'9' * 25} output=1\n{RESUME}\n", "invalid_counter"),
        (f"• Thread forked from Notes ({TWO})\nToken usage: total=3 input=2 output=1\n{RESUME}\n", "total_of_a_fork"),
        ("tokens used\n12,345\n", "undivided_total"),
        ("[2025-09-01T10:00:00] tokens used: 1234\n", "undivided_total"),
    ],
)
def test_a_total_that_cannot_be_given_to_a_thread_is_not_counted(
    printing: Printing, printed: str, reason: str,
) -> None:  # fmt: skip
    done = printing.take(printed.encode())
    assert (done.new_calls, done.usage_lines) == (0, 1)
    assert done.skipped[reason] == 1
    assert printing.sums()[0] == 0


def test_what_is_told_better_elsewhere_goes_before_a_total(printing: Printing) -> None:
    printed = f"Token usage: total=70 input=60 (+ 40 cached) output=10\n{RESUME}\n".encode()
    printing.take(printed)
    assert printing.take(exec_run(ONE, 100, 40, 10), "exec.log").superseded_calls == 1
    assert printing.take(printed).held_calls == 1
    printing.log(ONE, *lines.good_log(ONE), minute=1)
    printing.refresh()
    assert printing.take(printed).held_calls == 1
    assert printing.sums() == (2, 2500, 0, 30)


FRAMED = """\
/status

╭──────────────────────────────────────────────────────────────────╮
│  >_ OpenAI Codex (v0.144.0)                                      │
│                                                                  │
│  Model:            gpt-5.4 (reasoning medium, summaries auto)    │
│  Account:          canary@example.com (Pro)                      │
│  Session:          01a20127-58e5-77b2-a478-a5e44fb2c885          │
│                                                                  │
│  Context window:   100% left (10.7K used / 258K)                 │
│  5h limit:         [███████████████████░] 95% left (resets 04:00)│
│  Weekly limit:     [████████████████████] 98% left               │
│                    (resets 00:00 on 26 Nov)                      │
╰──────────────────────────────────────────────────────────────────╯
"""
BARE = """\
/status

  >_ OpenAI Codex (v0.169.0)

  Model:               GPT-6-Sol (reasoning medium, summaries auto)
  Account:             canary@example.com (Pro 200)
  Session:             01a2011c-363f-7422-b733-36960942db2d

  Context window:      97% left (19.5K used / 258K)
  5h limit:            [███████████████████░] 97% left (resets 04:00)
  Weekly limit:        [████████████████████] 99% left (resets 00:00 on 26 Nov)

\u203a Ask Codex to do anything: 12% used
"""
OLD = """\
╭───────────────────────────────────────────────────╮
│ >_ OpenAI Codex (v0.50.0)                          │
│  Model: gpt-5-codex (reasoning none)               │
│  Session: 01a2011c-363f-7422-b733-36960942db2d     │
│  Token usage: 1.9K total  (1K input + 900 output)  │
│  5h limit: [██░░░░] 72% used (resets 04:00)        │
│  Weekly limit: [██░] 30% used (resets 05:00 on 26 Nov) │
╰───────────────────────────────────────────────────╯
"""
SHOWN = "window_minutes, used_percent, resets_at, plan, account"


@pytest.mark.parametrize(
    ("card", "limits"),
    [
        (FRAMED, [(300, 5.0, at(240), "pro", None), (10_080, 2.0, at(4 * 1440), "pro", None)]),
        (BARE, [(300, 3.0, at(240), "pro", None), (10_080, 1.0, at(4 * 1440), "pro", None)]),
        (OLD, [(300, 72.0, at(240), None, None), (10_080, 30.0, at(4 * 1440 + 300), None, None)]),
        (f"\x1b[1m{BARE}\x1b[0m", [(300, 3.0, at(240), "pro", None), (10_080, 1.0, at(4 * 1440), "pro", None)]),
    ],
)
def test_cards_of_all_versions_tell_of_limits(printing: Printing, card: str, limits: list[object]) -> None:
    done = printing.take(card.encode())
    assert (done.status_snapshots, done.noted_limits, done.new_calls) == (1, 2, 0)
    assert printing.ask(f"SELECT {SHOWN} FROM limit_snapshot ORDER BY 1") == limits
    assert b"canary" not in b"".join(path.read_bytes() for path in printing.path.parent.glob("tracker/*"))


WRAPPED = {
    "a word": OLD.replace("30% used", "30%\nused"),
    "an instant": OLD.replace("05:00 on 26", "05:\n00 on 2\n6"),
    "a bar": OLD.replace("[██░] 30%", "[█\n█░] 30%"),
    "a framed line": OLD.replace("│  Weekly", "│\n│  Weekly"),
    "blanks that do not break": OLD.replace(" ", "\u00a0"),
    "other digits": OLD.translate({ord("0") + number: 0x0660 + number for number in range(10)}),
}


@pytest.mark.parametrize("form", WRAPPED)
def test_a_card_that_was_wrapped_or_changed_its_script_tells_the_same(printing: Printing, form: str) -> None:
    done = printing.take(WRAPPED[form].encode())
    assert printing.ask(f"SELECT {SHOWN} FROM limit_snapshot ORDER BY 1") == [
        (300, 72.0, at(240), None, None), (10_080, 30.0, at(4 * 1440 + 300), None, None),
    ]  # fmt: skip
    assert done.skipped.keys() <= {"plain_text"}


@pytest.mark.parametrize("cut", ["30", "30%", "30% us", "", "130% used"])
def test_a_limit_that_was_cut_off_is_not_guessed_but_counted(printing: Printing, cut: str) -> None:
    done = printing.take(OLD.replace("30% used (resets 05:00 on 26 Nov)", cut).encode())
    assert (done.noted_limits, done.skipped["unreadable_limit"]) == (1, 1)


def test_the_last_card_of_a_log_without_clocks_holds(printing: Printing) -> None:
    assert printing.take((FRAMED + BARE).encode()).status_snapshots == 2
    assert printing.ask("SELECT used_percent FROM limit_snapshot ORDER BY window_minutes") == [3.0, 1.0]


def test_a_card_of_long_before_its_file_was_written_is_not_taken_for_new(printing: Printing) -> None:
    done = printing.take(BARE.replace("resets 04:00", "resets 00:30").encode())
    assert (done.skipped["stale_limit"], done.noted_limits) == (1, 1)


@pytest.mark.parametrize("length", range(0, len(FRAMED), 37))
def test_half_a_card_is_no_trouble(printing: Printing, length: int) -> None:
    printing.take(FRAMED[:length].encode()[: len(FRAMED[:length].encode()) - 1])
    assert printing.sums()[0] == 0


def test_the_head_of_a_session_is_no_card(printing: Printing) -> None:
    head = "╭────╮\n│ >_ OpenAI Codex (v0.144.0) │\n│ model:  gpt-5.4  /model to change │\n╰────╯\n"
    done = printing.take(f"{head}\nToken usage: total=3 input=2 output=1\n{RESUME}\n".encode())
    assert done.status_snapshots == 0
    assert printing.calls("model") == ["gpt-5.4"]


def test_what_follows_the_frameless_head_of_a_session_is_no_card_but_plain_text(printing: Printing) -> None:
    head = "  >_ OpenAI Codex (v0.169.0)\n     /work\n  permissions: YOLO mode\n\n\u203a Why?\n\n\u2022 Since\n"
    said = "  Weekly limit: 12% left (resets 05:00)\n"
    done = printing.take(f"{head}{said}Token usage: total=3 input=2 output=1\n{RESUME}\n".encode())
    assert (done.status_snapshots, done.noted_limits, done.new_calls) == (0, 0, 1)
    assert done.skipped == {"plain_text": 6}
