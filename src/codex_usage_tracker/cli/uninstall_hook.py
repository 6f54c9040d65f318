"""`uninstall-hook`."""

from codex_usage_tracker.cli import installation, options
from codex_usage_tracker.cli.invocation import Invocation


@options.command("uninstall-hook")
@installation.dry
def command(asked: Invocation, dry_run: bool) -> None:
    """Take the hook out of hooks.json again, wherever it was put; hooks of others stay as they are."""
    from codex_usage_tracker.plugin import hooks  # noqa: PLC0415  (as in install-hook)

    installation.answer(asked, installation.done(hooks.uninstall(asked.tracker.homes), dry_run=dry_run))
