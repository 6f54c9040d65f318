"""Exact, fast and private usage tracking for the OpenAI Codex CLI."""

TYPE_CHECKING = False  # as in typing, which would cost every command a start
if TYPE_CHECKING:
    from codex_usage_tracker.errors import TrackerError
    from codex_usage_tracker.tracker import Tracker

__all__ = ["Tracker", "TrackerError", "__version__"]
__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    """Load what is named when it is named: commands start without it."""
    modules = {"Tracker": "tracker", "TrackerError": "errors"}
    if name not in modules:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    from importlib import import_module  # noqa: PLC0415  (as above)

    return getattr(import_module(f"{__name__}.{modules[name]}"), name)
