"""`support-bundle`: what a maintainer needs to find a defect, shown before it is written."""

import json
import os
import sys
from collections.abc import Iterator

import click
import msgspec

from codex_usage_tracker import owned, paths, privacy
from codex_usage_tracker.cli import options
from codex_usage_tracker.cli.figures import size
from codex_usage_tracker.cli.invocation import Invocation
from codex_usage_tracker.cli.screen import Screen
from codex_usage_tracker.cli.text import safe
from codex_usage_tracker.contract import SCHEMA
from codex_usage_tracker.contract.bundle import BundleFile
from codex_usage_tracker.errors import FileAccessError, FileExistsAlreadyError

NAME = "support-bundle.json"
KIND = SCHEMA.format("support-bundle")
LARGEST_BYTES = 10**7


@options.command("support-bundle")
@click.option("--output", metavar="FILE", help=f"Where to write it; {NAME} beside the tracker's own files otherwise.")
@click.option("--yes", is_flag=True, help="Write it without showing it and asking.")
def command(asked: Invocation, output: str | None, yes: bool) -> None:
    """Show what helps to find a defect, and write it once you agree.

    It has versions, states and counts; no log, no call, no text of a conversation, no key. In normal mode it tells
    where files lie; with --privacy-mode strict it has no path, no name of an account and none of a machine.
    """
    path = os.path.expanduser(output) if output else os.path.join(paths.data_folder(), NAME)
    text = _text(asked)
    if yes:
        _write(path, text, replace=_is_bundle(path))
        done = BundleFile(schema=SCHEMA.format("support-bundle-file"), path=path, bytes=len(text))
        asked.answer(done, _lines)
        return
    click.echo(text, nl=False)
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        asked.narrate(f"Nothing is written. --output names another file, and --yes writes it: {path}")
    elif click.confirm(_question(path), err=True):
        _write(path, text, replace=True)
        asked.narrate(f"Wrote {safe(path)}.")


def _text(asked: Invocation) -> str:
    """Return exactly what is shown and written: in ASCII, so that nothing in it steers a terminal."""
    found = msgspec.to_builtins(asked.tracker.support_bundle(asked.named_mode))
    return json.dumps(found, indent=2) + "\n"


def _question(path: str) -> str:
    kept = os.path.lexists(path) and not _is_bundle(path)
    return f"Replace {safe(path)}, which is no support bundle?" if kept else f"Write this to {safe(path)}?"


def _is_bundle(path: str) -> bool:
    """Say whether a file is a bundle that was written before."""
    try:
        if os.path.islink(path) or os.path.getsize(path) > LARGEST_BYTES:
            return False
        with open(path, "rb") as file:
            told = json.load(file)
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(told, dict) and told.get("schema") == KIND


def _write(path: str, text: str, *, replace: bool) -> None:
    try:
        if os.path.lexists(path) and not replace:
            raise FileExistsAlreadyError(
                f"{path} is there and is no support bundle", "Name another file with --output."
            )
        owned.make_folder(os.path.dirname(os.path.abspath(path)))
        with owned.replacing(path) as file:
            file.write(text.encode("ascii"))
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "no path can have such a character"
        raise FileAccessError(f"{path} cannot be written: {reason}", "Name another file with --output.") from error


def _lines(done: BundleFile, _screen: Screen) -> Iterator[str]:
    yield f"Wrote {safe(done.path)} ({size(done.bytes)})."
    if done.privacy_mode == privacy.NORMAL:
        yield "It tells where files lie on this machine; --privacy-mode strict hides that, for a public issue."
