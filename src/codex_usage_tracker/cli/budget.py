"""`budget`: what was used of the budgets, and an exit code for scripts."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import partial

import click

from codex_usage_tracker.cli import bars, options, reading, words
from codex_usage_tracker.cli.figures import UNKNOWN, roughly, tokens
from codex_usage_tracker.cli.invocation import Invocation
from codex_usage_tracker.cli.money import credits_figure, dollars
from codex_usage_tracker.cli.screen import Screen
from codex_usage_tracker.cli.table import Cell, Column, Table
from codex_usage_tracker.config.budgets import Budget
from codex_usage_tracker.contract import BudgetCheck
from codex_usage_tracker.contract.budgets import BudgetState
from codex_usage_tracker.errors import ExitCode

STYLES = {"ok": "good", "warn": "warning", "over": "bad", "unknown": "faint"}
COLUMNS = (
    Column("Budget", right=False, shrinks=True),
    Column("", right=False, least=8, most=24),
    Column("Used"),
    Column("Of"),
    Column("Share"),
    Column("Left", leaves=2),
    Column("Begins anew", right=False, leaves=1),
    Column("Status", right=False),
)


@options.command("budget")
@click.argument("task", type=click.Choice(["check"]), default="check", metavar="[check]")
@click.option("--fail-on", type=click.Choice(["over", "warn"]), default="over", show_default=True,
              help="From which status on the exit code is 6.")  # fmt: skip
@click.option("--no-refresh", is_flag=True, help="Answer from what was read before.")
def command(asked: Invocation, task: str, fail_on: str, no_refresh: bool) -> None:  # noqa: ARG001  (there is one task)
    """Compare what was used with the budgets of budgets.json.

    The exit code is 6 when one is exceeded; `init-budgets` writes a file to begin with.
    """
    budgets = settings(asked)
    with reading.questions(asked, fresh=not no_refresh, empty=True) as reader:
        from codex_usage_tracker.reports.budgets import STATUSES, check  # noqa: PLC0415  (help needs no reports)

        answer, now = check(reader, budgets), reader.now
    asked.answer(answer, partial(_lines, now=now))
    if STATUSES.index(answer.status) >= STATUSES.index(fail_on):
        raise click.exceptions.Exit(ExitCode.OVER_BUDGET)


def settings(asked: Invocation) -> Sequence[Budget]:
    """Return the user's budgets."""
    from codex_usage_tracker.config.budgets import Budgets  # noqa: PLC0415  (few people have budgets)

    return asked.tracker.settings(asked.tracker.files.budgets, Budgets).budgets


def _lines(answer: BudgetCheck, screen: Screen, *, now: int) -> Iterator[str]:
    if answer.budgets:
        yield from table(answer.budgets, now).lines(screen)
    else:
        yield "There are no budgets; `codex-usage-tracker init-budgets` writes a file to begin with."
    if any(one.at_least for one in answer.budgets):
        yield "+ at least: calls without a price are not in it"
    yield from words.footer(answer.scope, screen, filters=False, ranged=False)


def table(budgets: Sequence[BudgetState], now: int) -> Table:
    """Return budgets with how much of each is used."""
    return Table(COLUMNS, [_cells(one, now) for one in budgets])


def _cells(one: BudgetState, now: int) -> list[Cell]:
    share = one.used_percent
    return [
        one.name,
        "" if share is None else partial(_level, share, STYLES[one.status]),
        _amount(one.used, one.unit) + ("+" if one.at_least else ""),
        _amount(one.amount, one.unit),
        UNKNOWN if share is None else f"{share:.0f}%",
        _amount(one.left, one.unit),
        f"in {roughly(one.until - now)}" if one.until else UNKNOWN,
        one.status,
    ]


def _level(share: float, style: str, width: int, screen: Screen) -> str:
    return bars.level(share, width, screen, style)


def _amount(text: str | None, unit: str) -> str:
    if text is None:
        return UNKNOWN
    below = "-" if text.startswith("-") else ""
    text = text.removeprefix("-")
    return below + {"usd": dollars, "credits": credits_figure}.get(unit, _tokens)(text)


def _tokens(text: str) -> str:
    return tokens(int(Decimal(text)))
