"""Failures told to people, or as JSON to programs, with the exit code that goes with them."""

import os
import sys

import click
import msgspec

from codex_usage_tracker import privacy
from codex_usage_tracker.cli.invocation import Invocation
from codex_usage_tracker.contract.outcomes import Failure, FailureAnswer
from codex_usage_tracker.errors import ExitCode, FileAccessError, TrackerError
from codex_usage_tracker.evidence.redaction import redacted
from codex_usage_tracker.reports.failures import place, trace

INTERRUPTED = "interrupted"
DEBUG = "CODEX_USAGE_TRACKER_DEBUG"


def tell(error: BaseException, asked: Invocation, name: str) -> int:
    """Tell why a command failed and return the exit code."""
    if isinstance(error, BrokenPipeError):
        _silence()
        return ExitCode.FAILED
    if os.environ.get(DEBUG) and not isinstance(error, (click.ClickException, click.Abort)):
        click.echo("\n".join(trace(error)), err=True)
    failure, code = explained(error)
    failure.message = redacted(failure.message)
    failure.hint = failure.hint.replace("`codex-usage-tracker ", f"`{name} ")
    failure = privacy.hidden(failure, privacy.Hiding(asked.safe_mode))
    if asked.json:
        click.echo(msgspec.json.format(msgspec.json.encode(FailureAnswer(error=failure)), indent=2))
    elif isinstance(error, click.UsageError):
        click.UsageError(failure.message, error.ctx).show()
    else:
        click.echo(_words(failure, asked), err=True)
    return code


def explained(error: BaseException) -> tuple[Failure, int]:
    """Return what is to be told of an error: nothing of a log or a path where nobody foresaw it."""
    if isinstance(error, TrackerError):
        return Failure(code=error.code, message=error.message, hint=error.hint), error.exit_code
    if isinstance(error, click.ClickException):
        return Failure(code="usage", message=error.format_message(), hint=""), error.exit_code
    if isinstance(error, (click.Abort, KeyboardInterrupt)):
        return Failure(code=INTERRUPTED, message="interrupted", hint=""), ExitCode.INTERRUPTED
    if isinstance(error, FileNotFoundError) and _is_nowhere():
        gone = FileAccessError("the folder that you are in is no longer there", "Go to another one.")
        return explained(gone)
    message = f"an unexpected {type(error).__name__} at {place(error)}"
    hint = f"This is a defect. With {DEBUG}=1 in the environment the command tells where it comes from."
    return Failure(code="unexpected", message=message, hint=hint), ExitCode.FAILED


def _is_nowhere() -> bool:
    try:
        os.getcwd()
    except FileNotFoundError:
        return True
    return False


def _words(failure: Failure, asked: Invocation) -> str:
    """Return a failure as lines for people."""
    if failure.code == INTERRUPTED:
        return "Interrupted."
    head = f"Error: [{failure.code}] {failure.message}"
    return f"{head}\n{failure.hint}" if failure.hint and not asked.quiet else head


def _silence() -> None:
    """Let nothing more be written where nobody reads."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
