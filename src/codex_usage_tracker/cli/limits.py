"""`limits`: how much is left, whether it will last, and what it is worth."""

from collections.abc import Callable, Iterator
from functools import partial
from zoneinfo import ZoneInfo

import click

from codex_usage_tracker.cli import bars, levels, options, reading, words
from codex_usage_tracker.cli.figures import UNKNOWN, age, clock, exact, percent, roughly, tokens
from codex_usage_tracker.cli.invocation import Invocation
from codex_usage_tracker.cli.money import cost_of, credits_figure, credits_of, dollars
from codex_usage_tracker.cli.screen import Screen
from codex_usage_tracker.cli.table import Column, Table, table_of
from codex_usage_tracker.cli.text import pad, safe
from codex_usage_tracker.contract.limits import (
    LastWindow,
    Limits,
    LimitWindow,
    QuotaEstimate,
    Spread,
    TypedAllowance,
)
from codex_usage_tracker.reports.limits import limits

USUAL_HISTORY = 10
TITLE_CELLS = levels.TITLE_CELLS - 2
AMOUNTS: dict[str, Callable[[str], str]] = {
    "credits": credits_figure,
    "usd": dollars,
    "tokens": lambda text: tokens(int(text)),
}
REMARKS = {
    "reset_moved": "its reset was moved",
    "reset_early": "it was reset before its time",
    "plan_changed": "the plan changed meanwhile",
    "contested": "the logs tell of two resets at once",
    "reset_assumed": "the reset is that of CODEX_USAGE_WEEKLY_RESET",
}
FAMILIES = {"five_hour": "5 h", "daily": "Daily", "weekly": "Weekly", "monthly": "Monthly", "annual": "Annual"}


@options.command("limits")
@click.option(
    "--history", metavar="[N]", type=click.IntRange(min=0), is_flag=False, flag_value=USUAL_HISTORY,
    help=f"List the last N windows of each limit too, {USUAL_HISTORY} by default; 0 is all.",
)  # fmt: skip
@click.option("--no-refresh", is_flag=True, help="Answer from what was read before.")
def command(asked: Invocation, history: int | None, no_refresh: bool) -> None:
    """Show how much of each limit is left, whether it will last, and what it is worth.

    What is left is what the logs told last; forecasts and worth are estimates from earlier windows.
    """
    from codex_usage_tracker.config.allowance import Allowance, entries  # noqa: PLC0415  (help needs none)

    with reading.questions(asked, fresh=not no_refresh) as reader:
        typed = entries(asked.tracker.settings(asked.files.allowance, Allowance))
        answer, now = limits(reader, history=history, allowance=typed), reader.now
    asked.answer(answer, partial(_lines, now=now))


def _lines(answer: Limits, screen: Screen, *, now: int) -> Iterator[str]:
    zone = ZoneInfo(answer.scope.timezone)
    if not answer.windows:
        yield "The logs tell of no limits. There are none where Codex is used with an API key."
    else:
        yield from levels.table(answer.windows, zone, now).lines(screen)
        yield ""
        for window in answer.windows:
            yield from _said(window, screen)
        yield from _part(_use(answer.windows, zone), screen)
        yield from _worth(answer.quotas, screen)
    yield from _typed(answer.allowance, zone, now, screen)
    yield from _part(_history(answer.history, zone), screen)
    yield from _oddities(answer.history, zone, screen)
    yield from words.footer(answer.scope, screen)


def _part(table: Table, screen: Screen) -> Iterator[str]:
    if table.rows:
        yield ""
        yield from table.lines(screen)


def _said(window: LimitWindow, screen: Screen) -> Iterator[str]:
    """Say in words whether a limit will last, and what happened to its window."""
    title = levels.name(window.limit_id, window.window_minutes)
    said = levels.folded(window.forecast.sentence, screen) if window.forecast else []
    rate = window.burn
    pace = (
        [f"{rate.overall:.2g}% an hour so far", f"{rate.lately:.2g}% in the last {roughly(rate.lately_ms)}"]
        if rate
        else []
    )
    yield from words.hanging(title, [*said, *pace, *_remarks(window)], TITLE_CELLS, screen)


NUMBERS = (
    Column("Calls", lambda one: exact(one.used.calls) if one.used else UNKNOWN, leaves=2),
    Column("Tokens", lambda one: tokens(one.used.total_tokens) if one.used else UNKNOWN, style="strong"),
    Column("Est. cost ", lambda one: cost_of(one.used) if one.used else UNKNOWN),
    Column("Credits ", lambda one: credits_of(one.used) if one.used else UNKNOWN, leaves=1),
    Column("per 1%", lambda one: credits_figure(one.credits_per_percent), leaves=3, style="faint"),
)


def _use(windows: list[LimitWindow], zone: ZoneInfo) -> Table:
    since = Column("Since", lambda one: clock(one.starts_at, zone), right=False)
    return table_of([levels.titled("Used"), since, *NUMBERS], [one for one in windows if not one.passed])


def _history(windows: list[LimitWindow], zone: ZoneInfo) -> Table:
    columns = (
        levels.titled("Earlier"),
        Column("From", lambda one: "~" * (not one.start_known) + clock(one.starts_at, zone), right=False),
        Column("To", lambda one: clock(one.ends_at, zone), right=False, leaves=4),
        Column("", lambda one: partial(bars.level, one.used_percent), right=False, leaves=5, least=8, most=24),
        Column("Used", lambda one: percent(one.used_percent)),
        *NUMBERS,
    )
    return table_of(columns, windows)


def _remarks(window: LimitWindow) -> list[str]:
    return [text for name, text in REMARKS.items() if getattr(window, name)]


def _oddities(windows: list[LimitWindow], zone: ZoneInfo, screen: Screen) -> Iterator[str]:
    """Say of which earlier windows something is odd."""
    for window in windows:
        title = f"{levels.name(window.limit_id, window.window_minutes)} of {clock(window.starts_at, zone)}"
        if remarks := _remarks(window):
            yield screen.style(f"{title}: {', '.join(remarks)}", "faint")


def _worth(quotas: list[QuotaEstimate], screen: Screen) -> Iterator[str]:
    """Say what the limits are worth: the median, between which most lie, and how many windows told it."""
    yield ""
    yield screen.style("Estimated worth of a whole limit, by earlier windows of the plan", "faint")
    for one in quotas:
        title = " ".join(filter(None, (levels.name(one.limit_id, one.window_minutes), safe(one.plan or ""))))
        parts = [_amount(worth.unit, worth.whole, worth.n) for worth in one.worth]
        yield from words.hanging(title, parts or [f"not enough data: {one.reason}"], TITLE_CELLS, screen)
        if one.window_minutes == levels.WEEK_MINUTES and one.last:
            yield from words.hanging("  last week", _last(one.last), TITLE_CELLS, screen)


def _last(last: LastWindow) -> list[str]:
    """Say what the last week alone would make of the whole limit."""
    used = f"{percent(last.used_percent)} used"
    if last.whole_tokens is None:
        return [used, "not enough to tell the whole"]
    known = ((last.whole_credits, "credits"), (last.whole_usd, "usd"), (str(last.whole_tokens), "tokens"))
    return [used, *(AMOUNTS[unit](text) + _unit(unit) for text, unit in known if text is not None)]


def _unit(unit: str) -> str:
    return "" if unit == "usd" else f" {unit}"


def _amount(unit: str, whole: Spread, n: int) -> str:
    text = AMOUNTS[unit]
    among = f"{text(whole.lower)} to {text(whole.upper)}, " if n > 1 else ""
    return f"{text(whole.median)}{_unit(unit)} ({among}n={n})"


def _typed(allowance: list[TypedAllowance], zone: ZoneInfo, now: int, screen: Screen) -> Iterator[str]:
    """Show what was typed in beside what was observed, each with its age."""
    columns = (
        Column(pad("Typed in", TITLE_CELLS), _family, right=False, style="faint"),
        Column("Left", lambda one: _left(one, now)),
        Column("Resets", lambda one: "reset since " * _over(one, now) + clock(one.reset_at, zone, now), right=False),
        Column("Noted", lambda one: age(one.captured_at, now), style="faint"),
    )
    yield from _part(table_of(columns, allowance), screen)


def _family(one: TypedAllowance) -> str:
    return " ".join(filter(None, (safe(one.family or ""), FAMILIES.get(one.window, one.window))))


def _left(one: TypedAllowance, now: int) -> str:
    left = UNKNOWN if one.remaining_percent is None else percent(one.remaining_percent)
    return "was " * _over(one, now) + left


def _over(one: TypedAllowance, now: int) -> bool:
    return one.reset_at is not None and one.reset_at <= now
