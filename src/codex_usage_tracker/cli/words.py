"""What a drawn answer says of itself: its range, zone, history, and of when it is."""

from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

from codex_usage_tracker.cli.figures import clock
from codex_usage_tracker.cli.screen import Screen
from codex_usage_tracker.cli.text import cells, pad, safe
from codex_usage_tracker.contract import Scope
from codex_usage_tracker.query import zones


def footer(
    scope: Scope, screen: Screen, *first: str, filters: bool = True, ranged: bool = True,
) -> Iterator[str]:  # fmt: skip
    """Say what an answer is about: in one line where it fits, parted at the dots where it does not."""
    zone = ZoneInfo(scope.timezone)
    history = "archived included" if scope.history == "all" else "without archived"
    privacy = () if scope.privacy_mode == "normal" else (f"privacy {scope.privacy_mode}",)
    about = (_filters(scope) if filters else "", _range(scope, zone) if ranged else "")
    parts = (*first, *privacy, *about, scope.timezone, history)
    for line in joined([*filter(None, parts), f"as of {clock(scope.as_of, zone)}"], screen):
        yield screen.style(line, "faint")


def joined(parts: Sequence[str], screen: Screen) -> Iterator[str]:
    """Join parts by dots in as few lines as the screen needs."""
    line, dot = "", f" {screen.glyphs.dot} "
    for part in parts:
        longer = f"{line}{dot}{part}" if line else part
        if screen.width is not None and line and cells(longer) > screen.width:
            yield line
            longer = part
        line = longer
    yield line


def hanging_text(title: str, text: str, width: int, screen: Screen) -> Iterator[str]:
    """Write a text after a title, the lines after the first beneath the text."""
    from textwrap import wrap  # noqa: PLC0415  (few commands write texts)

    lines = [text] if screen.width is None else wrap(text, max(screen.width - width - 2, 20))
    for index, line in enumerate(lines):
        yield screen.style(pad(title if not index else "", width), "faint") + "  " + line


def hanging(title: str, parts: Sequence[str], width: int, screen: Screen) -> Iterator[str]:
    """Join parts after a title, the lines after the first beneath the parts."""
    room = screen._replace(width=None if screen.width is None else screen.width - width - 2)
    for index, line in enumerate(joined(parts, room)):
        yield screen.style(pad(title if not index else "", width), "faint") + "  " + line


def _range(scope: Scope, zone: ZoneInfo) -> str:
    since, until = _edge(scope.since, zone), _edge(scope.until, zone, last=True)
    if since and until:
        return since if since == until else f"{since} to {until}"
    return f"since {since}" if since else f"until {until}" if until else "all time"


def _edge(at: int | None, zone: ZoneInfo, *, last: bool = False) -> str:
    """Return an edge of a range: a day where it is midnight, which ends the day before it."""
    if at is None:
        return ""
    local = zones.moment(at, zone)
    if local.time().isoformat() != "00:00:00":
        return clock(at, zone)
    return zones.moment(at - 1 if last else at, zone).date().isoformat()


def _filters(scope: Scope) -> str:
    """Return the values that calls were filtered by."""
    told = []
    for name, value in scope.filters.items():
        values = value if isinstance(value, (list, tuple)) else [value]
        told.append(f"{name.replace('_', ' ')} {' or '.join(safe(str(one)) for one in values)}")
    return ", ".join(told)
