"""`upgrade-plugin`."""

from codex_usage_tracker.cli import installation, options
from codex_usage_tracker.cli.install_plugin import installed
from codex_usage_tracker.cli.invocation import Invocation


@options.command("upgrade-plugin")
@installation.placed
@installation.pythoned
@installation.dry
def command(
    asked: Invocation, plugin_dir: str | None, marketplace: str | None, python: str | None, dry_run: bool,
) -> None:  # fmt: skip
    """Bring the installed plugin to this version of the program; files that you changed stay as they are."""
    installation.answer(asked, installed(plugin_dir, marketplace, python, upgrade=True, dry_run=dry_run))
