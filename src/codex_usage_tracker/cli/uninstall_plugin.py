"""`uninstall-plugin`."""

from codex_usage_tracker.cli import installation, options
from codex_usage_tracker.cli.invocation import Invocation

NOTE = "Where Codex installed it, `codex plugin remove {}` takes its copy away."


@options.command("uninstall-plugin")
@installation.placed
@installation.dry
def command(asked: Invocation, plugin_dir: str | None, marketplace: str | None, dry_run: bool) -> None:
    """Take the plugin away again; files that you changed, and all that others wrote, stay as they are."""
    from codex_usage_tracker.plugin import install, package  # noqa: PLC0415  (as in install-plugin)

    where = install.places(plugin_dir, marketplace)
    note = NOTE.format(install.called(where))
    plan = install.uninstall(where, package.program())
    notes = [note] if plan.changes else []
    installation.answer(asked, installation.done(plan, dry_run=dry_run, notes=notes))
