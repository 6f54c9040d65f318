"""The limits of a pasted text, of every form that Codex has drawn or people type."""

from datetime import datetime
from decimal import Decimal
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codex_usage_tracker.ingest.printed.limits_text import understood

ZONE = ZoneInfo("Europe/Stockholm")

BOXED = """\
/status

╭─────────────────────────────────────────────────────────────────────────────────╮
│  >_ OpenAI Codex (v0.144.0)                                                     │
│                                                                                 │
│ Visit https://chatgpt.com/codex/settings/usage for up-to-date                   │
│ information on rate limits and credits                                          │
│                                                                                 │
│  Model:                gpt-5.4 (reasoning medium, summaries auto)               │
│  Directory:            /home/dev/code/proj                                      │
│  Account:              someone@example.com (Pro)                                │
│  Session:              01a20127-58e5-77b2-a478-a5e44fb2c885                     │
│                                                                                 │
│  Context window:       100% left (10.7K used / 258K)                            │
│  5h limit:             [███████████████████░] 95% left (resets 04:00)           │
│  Weekly limit:         [████████████████████] 98% left (resets 00:00 on 26 Nov) │
╰─────────────────────────────────────────────────────────────────────────────────╯


> Improve documentation in @filename, 50% of it this week 30% faster
"""
PLAIN = """\
/status

  >_ OpenAI Codex (v0.169.0)

  Visit https://chatgpt.com/settings/usage for up-to-date
  information on rate limits and credits

  Model:               GPT-6-Sol (reasoning medium, summaries auto)
  Account:             someone@example.com (Pro 200)
  ChatGPT workspace:   Mock (acct-mock)
  Collaboration mode:  Default

  Context window:      97% left (19.5K used / 258K)
  5h limit:            [███████████████████░] 97% left (resets 04:00)
  Weekly limit:        [████████████████████] 99% left (resets 00:00 on 26 Nov)
  Credits:             38 credits

• Context compacted · 0s
"""
USED = """\
│  >_ OpenAI Codex (v0.48.0)                                                 │
│  Token usage:      1.2K total  (800 input + 400 output)                    │
│  Monthly limit:    [██░░░░░░░░░░░░░░░░░░] 12% used (resets 07:08 on 7 Dec) │
"""
NARROW = """\
│  Context window:   99% left (2.25K used /  │
│  5h limit:         [███████████████░░░░░]  │
│                    (resets 03:14)          │
│  Weekly limit:     [██████] 80% left       │
│                    (resets 12:00           │
│                    on 26 Nov)              │
"""
FAMILIES = """\
  >_ OpenAI Codex (v0.169.0)
  5h limit:            [██████████] 50% left (resets 04:00)
  codex-other limit:
  Usage limit:         [██████████] 20% left (resets 03:00)
  Daily limit:         [██████████] 40% left
  Credits:             99 credits
  GPT-5.3-Codex-Spark 5h limit:     [██████] 100% left (resets 00:46)
  GPT-5.3-Codex-Spark weekly limit: [██████] 90% left (resets 19:46 on 24 Nov)
"""


class Row(NamedTuple):
    name: str
    left: str
    resets: str | None
    family: str | None = None


def at(local: str) -> int:
    return int(datetime.fromisoformat(local).replace(tzinfo=ZONE).timestamp() * 1000)


def rows(text: str, now: str = "2026-11-22T23:30") -> list[Row]:
    """Return the limits of a text that is pasted at some local time."""
    return [
        Row(one.name, str(one.remaining_percent), local(one.reset_at), one.family)
        for one in understood(text, at(now), ZONE).limits
    ]


def local(instant: int | None) -> str | None:
    return None if instant is None else datetime.fromtimestamp(instant / 1000, ZONE).strftime("%Y-%m-%dT%H:%M")


def notes(text: str, now: str = "2026-11-22T23:30") -> str:
    return "\n".join(understood(text, at(now), ZONE).notes)


def test_what_people_type() -> None:
    assert rows("5h 79% 6:50 PM Weekly 33% Jun 7", "2026-06-03T15:00") == [
        Row("five_hour", "79", "2026-06-03T18:50"),
        Row("weekly", "33", "2026-06-07T00:00"),
    ]


@pytest.mark.parametrize(("card", "left", "plan"), [(BOXED, ("95", "98"), "Pro"), (PLAIN, ("97", "99"), "Pro 200")])
def test_the_card_of_status_with_and_without_a_box(card: str, left: tuple[str, str], plan: str) -> None:
    expected = [Row("five_hour", left[0], "2026-11-23T04:00"), Row("weekly", left[1], "2026-11-26T00:00")]
    assert rows(card) == expected
    assert rows(card.replace("\n", "\r\n")) == expected
    assert rows(card.replace("limit:", "\x1b[2mlimit:\x1b[0m\x1b]8;;https://example.com\x07")) == expected
    found = understood(card, at("2026-11-22T23:30"), ZONE)
    assert (found.plan, found.notes) == (plan, [])
    assert "someone" not in repr(found)


def test_percent_used_is_turned_round() -> None:
    assert rows(USED) == [Row("monthly", "88", "2026-12-07T07:08")]


def test_a_narrow_card_is_put_together_or_told_to_be_cut() -> None:
    assert rows(NARROW) == [Row("weekly", "80", "2026-11-26T12:00")]
    assert notes(NARROW) == "The 5-hour limit is cut off: widen the terminal and copy it again."


def test_models_with_limits_of_their_own_are_kept_apart() -> None:
    assert rows(FAMILIES) == [
        Row("five_hour", "50", "2026-11-23T04:00"),
        Row("other", "20", "2026-11-23T03:00", "codex-other"),
        Row("daily", "40", None, "codex-other"),
        Row("five_hour", "100", "2026-11-23T00:46", "GPT-5.3-Codex-Spark"),
        Row("weekly", "90", "2026-11-24T19:46", "GPT-5.3-Codex-Spark"),
    ]
    assert understood(FAMILIES, at("2026-11-22T23:30"), ZONE).credits is None


def test_of_several_cards_the_last_holds() -> None:
    assert rows(PLAIN + FAMILIES + BOXED)[:2] == rows(BOXED)


def test_credits() -> None:
    found = understood(PLAIN, at("2026-11-22T23:30"), ZONE)
    assert found.credits == 38
    text = "Monthly credit limit: [██] 58% left\n420.5 of 1,000 credits used (resets 00:00 on 1 Dec)"
    shown = understood(text.replace("\n", " "), at("2026-11-22T23:30"), ZONE).limits[0]
    assert (shown.name, str(shown.remaining_percent)) == ("monthly", "58")
    assert (shown.total_credits, shown.remaining_credits) == (Decimal(1000), Decimal("579.5"))


@pytest.mark.parametrize(
    ("said", "now", "resets"),
    [
        ("resets 18:34", "2026-03-01T15:00", "2026-03-01T18:34"),
        ("resets 18:34", "2026-03-01T18:34", "2026-03-02T18:34"),
        ("resets 12:30 am", "2026-12-31T23:00", "2027-01-01T00:30"),
        ("resets at 12:05 PM", "2026-03-01T11:00", "2026-03-01T12:05"),
        ("6 p.m.", "2026-03-01T15:00", "2026-03-01T18:00"),
        ("resets 12:00 on 2 Jan", "2026-12-30T12:00", "2027-01-02T12:00"),
        ("resets 12:00 on 31 Dec", "2026-12-30T12:00", "2026-12-31T12:00"),
        ("resets 01:00 on 29 Feb", "2027-03-01T12:00", "2028-02-29T01:00"),
        ("resets 02:30 on 29 Mar", "2026-03-28T12:00", "2026-03-29T03:30"),
        ("June 7th, 2026 at 9:00", "2026-06-03T15:00", "2026-06-07T09:00"),
        ("Sept 5 14:00", "2026-09-03T15:00", "2026-09-05T14:00"),
        ("18:34 Jan 5", "2026-01-03T15:00", "2026-01-05T18:34"),
        ("2026-06-07 18:50", "2026-06-03T15:00", "2026-06-07T18:50"),
        ("2026-06-01", "2026-06-03T15:00", "2026-06-01T00:00"),
        ("Jun 3", "2026-06-03T15:00", "2026-06-04T00:00"),
        ("resets 25:00", "2026-06-03T15:00", None),
        ("resets 13:00 PM", "2026-06-03T15:00", None),
        ("resets 12:00 on 31 Jun", "2026-06-03T15:00", None),
        ("30 Feb", "2026-06-03T15:00", None),
        ("2026-13-01", "2026-06-03T15:00", None),
        ("9999-12-31 23:00", "2026-06-03T15:00", "9999-12-31T23:00"),
        ("", "2026-06-03T15:00", None),
    ],
)
def test_when_a_limit_is_reset(said: str, now: str, resets: str | None) -> None:
    assert [row.resets for row in rows(f"Weekly limit: 50% left ({said})", now)] == [resets]


def test_what_is_odd_is_told() -> None:
    assert "less than 1 percent left, which is kept as 0" in notes("5h 0.5%")
    assert "more than 100 percent" in notes("5h 250%")
    assert rows("5h 250%") == []
    assert "could not be understood" in notes("5h 50% resets 25:00")
    assert "only the day of the reset is known" in notes("weekly 50% Nov 25")
    assert "cannot be that far from its reset" in notes("weekly 50% Nov 20")
    assert "may be stale" in notes("Warning: limits may be stale - start new turn to refresh.")
    assert "no limits to show yet" in notes("Limits: data not available yet")
    assert "more than once" in notes("2h limit: 50% left\n3h limit: 40% left")


@pytest.mark.parametrize(
    "text",
    ["", "hello", "50%", "Context window: 97% left (19.5K used / 258K)", "in 5h the weekly meeting is 100% over"],
)
def test_what_shows_no_limit_gives_none(text: str) -> None:
    assert rows(text) == []


PIECES = st.sampled_from([
    "5h", "Weekly", "limit:", "limit", "[██", "░]", "79%", "left", "used", "(resets", "18:34", "on", "31", "Feb", ")",
    "\n", "│", "OpenAI Codex (v", "Credits:", "38 credits", "Account:", "\x1b[1m", "\x1b]8;;", "2026-02-30", "PM",
])  # fmt: skip


@given(text=st.text() | st.lists(PIECES | st.text(max_size=4), max_size=30).map(" ".join))
def test_any_text_is_read_without_a_failure(text: str) -> None:
    for zone in (ZONE, ZoneInfo("Pacific/Kiritimati")):
        for one in understood(text, at("2026-03-29T01:59"), zone).limits:
            assert 0 <= one.remaining_percent <= 100


def test_a_long_text_is_read_at_once() -> None:
    for piece in ("5h ", "(", "\x1b]", "a-1 ", "[", "1", "Weekly limit: [", "resets ", "(resets\n1", "(\n"):
        assert len(understood(piece * (1_000_000 // len(piece)), 0, ZONE).limits) <= 1
