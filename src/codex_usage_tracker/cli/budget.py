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
from codex_usage_tracker.cli.table import Column, Table, table_of
from codex_usage_tracker.config.budgets import Budget
from codex_usage_tracker.contract import BudgetCheck
from codex_usage_tracker.contract.budgets import BudgetState
from codex_usage_tracker.errors import ExitCode

STYLES = {"ok": "good", "warn": "warning", "over": "bad", "unknown": "faint"}


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
    return table_of(
        (
            Column("Budget", lambda one: one.name, right=False, shrinks=True),
            Column("", lambda one: partial(_level, one), right=False, least=8, most=24),
            Column("Used", lambda one: _amount(one.used, one.unit) + ("+" if one.at_least else "")),
            Column("Of", lambda one: _amount(one.amount, one.unit)),
            Column("Share", lambda one: UNKNOWN if one.used_percent is None else f"{one.used_percent:.0f}%"),
            Column("Left", lambda one: _amount(one.left, one.unit), leaves=2),
            Column("Begins anew", lambda one: _in(one.until, now), right=False, leaves=1),
            Column("Status", lambda one: one.status, right=False),
        ),
        budgets,
    )


def _in(at: int | None, now: int) -> str:
    return f"in {roughly(at - now)}" if at else UNKNOWN


def _level(one: BudgetState, width: int, screen: Screen) -> str:
    share = one.used_percent
    return " " * width if share is None else bars.level(share, width, screen, STYLES[one.status])


def _amount(text: str | None, unit: str) -> str:
    if text is None:
        return UNKNOWN
    below = "-" if text.startswith("-") else ""
    text = text.removeprefix("-")
    return below + {"usd": dollars, "credits": credits_figure}.get(unit, _tokens)(text)


def _tokens(text: str) -> str:
    return tokens(int(Decimal(text)))
