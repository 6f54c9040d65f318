"""Figures, shares, instants and lengths of time as people read them."""

from zoneinfo import ZoneInfo

from codex_usage_tracker.query import zones

UNITS = ((10**12, "T"), (10**9, "B"), (10**6, "M"), (10**3, "k"))
BYTE_UNITS = ((10**12, " TB"), (10**9, " GB"), (10**6, " MB"), (10**3, " kB"))
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
UNKNOWN = "-"


def tokens(count: int | None) -> str:
    """Return a count of tokens in three digits and a unit: 950, 12.0M."""
    return UNKNOWN if count is None else _three_digits(count, UNITS)


def size(count: int) -> str:
    """Return a size in bytes: 950 B, 1.20 GB."""
    return f"{count} B" if count < 1000 else _three_digits(count, BYTE_UNITS)  # noqa: PLR2004


def _three_digits(count: int, units: tuple[tuple[int, str], ...]) -> str:
    for unit, name in units:
        value = count / unit
        if value >= 0.9995:  # noqa: PLR2004  (what rounds to one)
            decimals = 2 if value < 9.995 else 1 if value < 99.95 else 0  # noqa: PLR2004
            return f"{value:.{decimals}f}{name}"
    return str(count)


def exact(count: int) -> str:
    """Return a whole number with its thousands parted."""
    return f"{count:,}"


def share(part: int, whole: int) -> str:
    """Return a part in percent; nothing of nothing is unknown, and little is not none."""
    if not whole:
        return UNKNOWN
    percent = part / whole * 100
    return "<1%" if 0 < percent < 1 else ">99%" if 99 < percent < 100 else f"{percent:.0f}%"  # noqa: PLR2004


def percent(value: float) -> str:
    """Return a percentage as it was observed, without needless decimals."""
    return f"{value:.0f}%" if value == int(value) else f"{value:.1f}%"


def clock(at: int | None, zone: ZoneInfo, now: int | None = None) -> str:
    """Return an instant in local time: the day, unless it is today, and hour and minute."""
    if at is None:
        return UNKNOWN
    local = zones.moment(at, zone)
    today = now is not None and zones.moment(now, zone).date() == local.date()
    return local.strftime("%H:%M" if today else "%Y-%m-%d %H:%M")


def length(milliseconds: int | None) -> str:
    """Return a length of time in its two largest units: 950 ms, 12.3 s, 4 min 20 s, 2 h 10 min, 3 d 4 h."""
    if milliseconds is None:
        return UNKNOWN
    if milliseconds < 1000:  # noqa: PLR2004
        return f"{milliseconds} ms"
    if milliseconds < MINUTE:
        return f"{milliseconds / 1000:.1f} s"
    for unit, name, part, part_name in ((DAY, "d", HOUR, "h"), (HOUR, "h", MINUTE, "min"), (MINUTE, "min", 1000, "s")):
        if milliseconds >= unit:
            rest = milliseconds % unit // part
            return f"{milliseconds // unit} {name} {rest} {part_name}" if rest else f"{milliseconds // unit} {name}"
    return UNKNOWN


def soon(at: int, zone: ZoneInfo, now: int) -> str:
    """Return an instant of the days to come: the weekday, unless it is today, and hour and minute."""
    return _weekday(at, zone, now) if 0 <= at - now < 6 * DAY else clock(at, zone, now)


def lately(at: int | None, zone: ZoneInfo, now: int) -> str:
    """Return an instant of the days that were: the weekday, unless it is today, and hour and minute."""
    return clock(at, zone, now) if at is None or not 0 <= now - at < 6 * DAY else _weekday(at, zone, now)


def _weekday(at: int, zone: ZoneInfo, now: int) -> str:
    local = zones.moment(at, zone)
    today = zones.moment(now, zone).date() == local.date()
    return local.strftime("%H:%M" if today else "%a %H:%M")


def roughly(milliseconds: int) -> str:
    """Return a length of time to the minute."""
    return "less than a minute" if milliseconds < MINUTE else length(milliseconds // MINUTE * MINUTE)


def age(at: int | None, now: int) -> str:
    """Return how long ago an instant was, in one unit."""
    if at is None:
        return UNKNOWN
    passed = now - at
    for unit, name in ((DAY, "d"), (HOUR, "h"), (MINUTE, "min")):
        if passed >= unit:
            return f"{passed // unit} {name} ago"
    return "just now"


def counted(count: int, noun: str, plural: str = "") -> str:
    """Return a count with its noun: 1 file, 2 files."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"
