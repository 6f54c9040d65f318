"""`install-hook`, and what `setup` does alike."""

import os

import click

from codex_usage_tracker.cli import installation, options
from codex_usage_tracker.cli.invocation import Invocation
from codex_usage_tracker.contract.installation import Installation
from codex_usage_tracker.plugin.hooks import EVENTS, STOP

TRUST = "Codex runs it only when you trust it; it asks at its next start, or by its command `hooks`."
TWICE = "config.toml has hooks of its own; Codex runs both, and says at its start that they stand in two places."


@options.command("install-hook")
@click.option(
    "--event", "events", type=click.Choice(EVENTS), multiple=True, default=(STOP,), show_default=True,
    help="When: at the end of a turn, or after each answer of the model (Codex 0.169 and later). May be given twice.",
)  # fmt: skip
@installation.dry
def command(asked: Invocation, events: tuple[str, ...], dry_run: bool) -> None:
    """Let Codex tell at the end of each turn that there is something new.

    The hook takes some hundredths of a second, reads nothing of what Codex tells it, and lets the logs be read in the
    background. It stands in hooks.json of the Codex home; hooks of others there stay as they are.
    """
    installation.answer(asked, installed(asked, events, dry_run=dry_run))


def installed(asked: Invocation, events: tuple[str, ...] = (STOP,), *, dry_run: bool = False) -> Installation:
    """Put the hook into the homes, and return what became of files."""
    from codex_usage_tracker.plugin import hooks, package  # noqa: PLC0415  (as commands do that are seldom run)

    homes = [os.path.abspath(home) for home in asked.tracker.homes]
    named = [("--codex-home", os.path.abspath(home)) for home in asked.homes]
    named += [("--db", os.path.abspath(asked.db))] if asked.db else []
    line = hooks.command_of(package.program(), [word for pair in named for word in pair])
    plan = hooks.install(homes, tuple(dict.fromkeys(events)), line)
    twice = any(hooks.has_others(home) for home in homes)
    notes = [TRUST, *([TWICE] if twice else [])]
    return installation.done(plan, dry_run=dry_run, notes=notes, undo="codex-usage-tracker uninstall-hook")
