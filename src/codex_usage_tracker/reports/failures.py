"""Why there is no answer: in our words, and nothing of a log or a path where nobody foresaw it."""

from __future__ import annotations

import os
import traceback
from typing import TYPE_CHECKING

from codex_usage_tracker import privacy
from codex_usage_tracker.contract.outcomes import Failure
from codex_usage_tracker.errors import NoLogsError, TrackerError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def told(error: BaseException, mode: str) -> Failure:
    """Return a failure as a privacy mode shows it."""
    if isinstance(error, TrackerError):
        found = Failure(code=error.code, message=error.message, hint=error.hint)
    else:
        found = Failure(code="unexpected", message=f"an unexpected {type(error).__name__} at {place(error)}", hint="")
    shown: Failure = privacy.hidden(found, privacy.Hiding(mode))
    return shown


def no_logs(homes: Iterable[str]) -> NoLogsError:
    """Return that there are no logs where they were looked for."""
    places = " and ".join(os.path.join(home, "sessions") for home in homes)
    hint = (
        "Name another Codex home with --codex-home DIR, or try everything on a made-up history:"
        " `codex-usage-tracker demo`"
    )
    return NoLogsError(f"there are no Codex logs in {places}", hint)


def place(error: BaseException) -> str:
    """Return module and line of the innermost frame of our own."""
    own = [f"{module}:{line}" for module, line, _ in _frames(error) if module.startswith("codex_usage_tracker")]
    return own[-1] if own else "an unknown place"


def trace(error: BaseException) -> Iterator[str]:
    """Give all places that an error came through, after those of what caused it: no messages, which may hold a log."""
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None:
        yield from trace(before)
    yield f"{type(error).__name__} came through"
    yield from (f"  {module}:{line} {function}" for module, line, function in _frames(error))


def _frames(error: BaseException) -> Iterator[tuple[str, int, str]]:
    for frame, line in traceback.walk_tb(error.__traceback__):
        yield str(frame.f_globals.get("__name__", "")), line, frame.f_code.co_name
