"""`setup`: the first time, and whenever something is to be put right."""

from __future__ import annotations

import os
import shlex
import sys
from typing import TYPE_CHECKING, Any

import click

from codex_usage_tracker.cli import doctor, installation, options, reading
from codex_usage_tracker.cli.figures import counted
from codex_usage_tracker.cli.text import cells, pad, safe
from codex_usage_tracker.contract import SCHEMA
from codex_usage_tracker.contract.installation import Setup, SetupStep
from codex_usage_tracker.errors import ExitCode, TrackerError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from codex_usage_tracker.cli.invocation import Invocation
    from codex_usage_tracker.cli.screen import Screen
    from codex_usage_tracker.contract.installation import Installation, Step

STYLES = {"done": "good", "unchanged": "faint", "skipped": "faint", "failed": "bad"}
EXAMPLES = ("pricing", "rate_card", "allowance", "thresholds", "projects", "budgets")
COMPLETION = {
    "bash": """echo 'eval "$(codex-usage-tracker completion bash)"' >> ~/.bashrc""",
    "zsh": """echo 'eval "$(codex-usage-tracker completion zsh)"' >> ~/.zshrc""",
    "fish": "codex-usage-tracker completion fish > ~/.config/fish/completions/codex-usage-tracker.fish",
}


@options.command("setup")
@installation.placed
@installation.pythoned
@click.option("--plugin/--no-plugin", default=None, help="Install the Codex plugin, or do not ask whether to.")
@click.option("--force-plugin", is_flag=True, help="As --force of install-plugin.")
@click.option("--hook/--no-hook", default=None, help="Install the hook, or do not ask whether to.")
@click.option("--settings", is_flag=True, help="Write examples of all settings that are not there.")
@click.option("--update-pricing", is_flag=True, help="Take in newer prices; uses the network.")
@click.option("--skip-pricing", is_flag=True, help="Do not look at prices.")
@click.option("--include-archived/--no-archived", default=True, help="Read archived threads too, as always, or not.")
def command(asked: Invocation, **chosen: Any) -> int:
    """Read the logs for the first time, look at prices, and check that all is in order.

    Nothing is written outside the tracker's own folder unless you ask for the plugin or the hook; on a terminal you are
    asked. It may be run again at any time.
    """
    if chosen["skip_pricing"] and chosen["update_pricing"]:
        raise click.UsageError("give --skip-pricing or --update-pricing, not both")
    steps = [_told(name, step) for name, step in _steps(asked, chosen)]
    following = [*(step.next for step in steps if step.next), *_next()]
    done = Setup(schema=SCHEMA.format("setup"), steps=steps, next=following, doctor=asked.tracker.doctor(suggest=True))
    asked.answer(done, _lines)
    failed = done.doctor.status == "fail" or any(step.status == "failed" for step in steps)
    return ExitCode.FAILED if failed else ExitCode.OK


def _steps(asked: Invocation, chosen: dict[str, Any]) -> Iterator[tuple[str, Callable[[], SetupStep]]]:
    """Give the steps that are wanted, each of which is taken when it is called."""
    from codex_usage_tracker.cli import install_hook, install_plugin  # noqa: PLC0415  (only here)

    places = [chosen[name] for name in ("plugin_dir", "marketplace", "python")]
    force = chosen["force_plugin"]
    plugin = chosen["plugin"] if chosen["plugin"] is not None else any(places) or force or None
    yield "logs", lambda: _read(asked, include_archived=chosen["include_archived"])
    if chosen["settings"]:
        yield "settings", lambda: _settings(asked)
    if not chosen["skip_pricing"]:
        yield "prices", lambda: _prices(asked, update=chosen["update_pricing"])
    if _wanted(asked, "Give Codex the plugin, which answers questions about usage?", plugin):
        yield "plugin", lambda: _installed("plugin", install_plugin.installed(*places, force=force))
    if _wanted(asked, "Let Codex tell the tracker at the end of each turn (a hook)?", chosen["hook"]):
        yield "hook", lambda: _installed("hook", install_hook.installed(asked))


def _wanted(asked: Invocation, question: str, told: bool | None) -> bool:
    """Ask whoever sits there, if it was not told."""
    if told is not None or asked.json or asked.quiet or not (sys.stdin.isatty() and sys.stderr.isatty()):
        return bool(told)
    return click.confirm(question, default=False, err=True)


def _told(name: str, step: Callable[[], SetupStep]) -> SetupStep:
    """Take a step; one that fails keeps nobody from the next."""
    try:
        return step()
    except TrackerError as error:
        return SetupStep(name=name, status="failed", message=f"{error.message}. {error.hint}".rstrip(". "))


def _read(asked: Invocation, *, include_archived: bool) -> SetupStep:
    had_database = asked.tracker.has_database()
    done = reading.refresh(asked, include_archived=include_archived)
    if done.interrupted:
        asked.narrate(reading.KEPT)
        raise click.exceptions.Exit(ExitCode.INTERRUPTED)
    answer = done.answer(asked.tracker.database)
    homes = counted(len(asked.tracker.homes), "Codex home")
    clear = ["codex-usage-tracker", "clear-db", *(["--db", os.path.abspath(asked.db)] if asked.db else [])]
    undo = shlex.join(clear if had_database else [*clear, "--yes"])  # what was there before is not deleted unasked
    if not answer.scanned_files:
        message = f"there are none yet in {homes}; the first are read when there are some"
        return SetupStep(name="logs", status="skipped", message=message, undo=None if had_database else undo)
    message = f"{counted(answer.scanned_files, 'file')} in {homes}, {counted(answer.new_calls, 'new call')}"
    status: Step = "done" if answer.read_files else "unchanged"
    return SetupStep(name="logs", status=status, message=message, undo=undo)


def _settings(asked: Invocation) -> SetupStep:
    """Write examples of the settings that are not there."""
    from codex_usage_tracker.config.templates import template  # noqa: PLC0415  (only here)
    from codex_usage_tracker.config.writing import write  # noqa: PLC0415

    files = {name: path for name, path in asked.files._asdict().items() if name in EXAMPLES}
    new = {name: path for name, path in files.items() if not os.path.lexists(path)}
    for name, path in new.items():
        write(path, template(name), replace=False)
    if not new:
        return SetupStep(name="settings", status="unchanged", message="all files are there")
    message = f"wrote examples of {', '.join(name.replace('_', ' ') for name in new)}"
    return SetupStep(name="settings", status="done", message=message, undo=shlex.join(["rm", *new.values()]))


def _prices(asked: Invocation, *, update: bool) -> SetupStep:
    """Take in newer prices, or say how far those reach that are there."""
    if update:
        from codex_usage_tracker.cli.update_pricing import updated  # noqa: PLC0415  (the network takes long to load)

        done = updated(asked, asked.files.pricing)
        undo = shlex.join(["mv", done.backup_path, done.path] if done.backup_path else ["rm", done.path])
        message = f"{counted(len(done.changes), 'price')} of {done.source} changed"
        status: Step = "done" if done.written else "unchanged"
        return SetupStep(name="prices", status=status, message=message, undo=undo if done.written else None)
    from codex_usage_tracker.cli.money import percent_of  # noqa: PLC0415  (only here)
    from codex_usage_tracker.query.filters import Filter  # noqa: PLC0415
    from codex_usage_tracker.reports.coverage import coverage  # noqa: PLC0415

    with asked.tracker.reader() as reader:
        found = coverage(reader, Filter())
    if not found.totals.calls:
        return SetupStep(name="prices", status="skipped", message="there are no calls to be priced yet")
    message = f"{percent_of(found.totals.priced_share)} of tokens have a price; `update-pricing` takes in newer ones"
    return SetupStep(name="prices", status="unchanged", message=message)


def _installed(name: str, done: Installation) -> SetupStep:
    changed = [os.path.basename(one.path) for one in done.changes if one.change != "kept"]
    said = f"wrote {', '.join(changed)}" if changed else "is there already"
    status: Step = "done" if changed else "unchanged"
    message = ". ".join([said, *done.notes]).rstrip(".")
    return SetupStep(name=name, status=status, message=message, next=done.next, undo=done.undo)


def _next() -> list[str]:
    """Return commands that could come next: completion in the shell that is used, and a first look."""
    shell = os.path.basename(os.environ.get("SHELL", ""))
    return ["codex-usage-tracker report", *([COMPLETION[shell]] if shell in COMPLETION else [])]


def _lines(done: Setup, screen: Screen) -> Iterator[str]:
    width = max(cells(step.name) for step in done.steps)
    for step in done.steps:
        status = screen.style(pad(step.status, 9), STYLES[step.status])
        yield f"{status}  {pad(step.name, width)}  {safe(step.message)}"
        if step.undo and step.status != "unchanged":
            yield " " * (width + 13) + screen.style(f"undo: {safe(step.undo)}", "faint")
    yield ""
    yield from doctor.lines(done.doctor, screen)
    yield ""
    yield from (f"Next: {one}" for one in done.next)
