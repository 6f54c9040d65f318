"""Why there is no answer: in our words, and nothing of a log or a path where nobody foresaw it."""

from __future__ import annotations

import traceback

from codex_usage_tracker import privacy
from codex_usage_tracker.contract.outcomes import Failure
from codex_usage_tracker.errors import TrackerError


def told(error: BaseException, mode: str) -> Failure:
    """Return a failure as a privacy mode shows it."""
    if isinstance(error, TrackerError):
        found = Failure(code=error.code, message=error.message, hint=error.hint)
    else:
        found = Failure(code="unexpected", message=f"an unexpected {type(error).__name__} at {place(error)}", hint="")
    shown: Failure = privacy.hidden(found, mode, b"")
    return shown


def place(error: BaseException) -> str:
    """Return module and line of the innermost frame of our own."""
    frames = [
        (str(frame.f_globals.get("__name__", "")), line) for frame, line in traceback.walk_tb(error.__traceback__)
    ]
    own = [f"{module}:{line}" for module, line in frames if module.startswith("codex_usage_tracker")]
    return own[-1] if own else "an unknown place"
