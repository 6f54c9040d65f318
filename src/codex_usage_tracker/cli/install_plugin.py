"""`install-plugin`, and what `upgrade-plugin` and `setup` do alike."""

import click

from codex_usage_tracker.cli import installation, options
from codex_usage_tracker.cli.invocation import Invocation
from codex_usage_tracker.contract.installation import Installation

NEXT = "codex plugin add {}"
UNDO = "codex-usage-tracker uninstall-plugin"


@options.command("install-plugin")
@installation.placed
@installation.pythoned
@click.option(
    "--force", is_flag=True, help="Replace files that somebody else wrote or changed, and keep copies of them."
)
@installation.dry
def command(
    asked: Invocation, plugin_dir: str | None, marketplace: str | None, python: str | None, force: bool, dry_run: bool,
) -> None:  # fmt: skip
    """Give Codex a plugin: the tools of `mcp`, and a skill that says how to use them.

    It writes a folder and an entry in a marketplace of yours; all that others wrote there stays as it is.
    """
    installation.answer(asked, installed(plugin_dir, marketplace, python, force=force, dry_run=dry_run))


def installed(
    plugin_dir: str | None, marketplace: str | None, python: str | None, *, force: bool = False, dry_run: bool = False,
    upgrade: bool = False,
) -> Installation:  # fmt: skip
    """Write the plugin and its entry, and return what became of files."""
    from codex_usage_tracker.plugin import install, package  # noqa: PLC0415  (as commands do that are seldom run)

    where = install.places(plugin_dir, marketplace)
    plan = install.install(where, package.program(python), upgrade=upgrade, force=force)
    done = installation.done(plan, dry_run=dry_run, undo=UNDO)
    if not dry_run:
        done.next = NEXT.format(install.called(where))
    return done
