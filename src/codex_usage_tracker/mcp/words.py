"""Answers in short, as markdown for people and for clients that show text alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from msgspec import json

from codex_usage_tracker.contract.outcomes import Failure

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    Json = Mapping[str, Any]

TABLE_ROWS, TABLE_COLUMNS, CELL_CHARACTERS = 12, 8, 60
SCALARS = 12
MORE = "... more in the structured content"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
COLUMNS = """
    title label name thread_name key limit_id window_minutes family window day starts_at at type fact_type fact_name
    function program verb operation file project model effort kind status severity count calls occurrences commands
    interactions reads total_tokens input_tokens cached_input_tokens output_tokens tokens usd stake credits priced_share
    used_percent left_percent resets_at verdict message text record_id thread_id share why action hint repair
""".split()  # noqa: SIM905  (a list of words reads best as one text)
"""What a table shows of its rows, the first ones that are there."""
QUIET = frozenset({"schema", "scope", "totals", "shortened", "filters"})


def failed(failure: Failure) -> str:
    """Return why there is no answer."""
    return f"**{failure.code}**: {failure.message}" + (f"\n\n{failure.hint}" if failure.hint else "")


def text(answer: Json, most: int) -> str:
    """Return an answer in so many bytes at most (as JSON, where a line's end takes two), whole lines of it."""
    lines: list[str] = []
    size = len(MORE) + 2
    for line in _lines(answer):
        size += len(json.encode(line))
        if size > most:
            return "\n".join([*lines, MORE])
        lines.append(line)
    return "\n".join(lines)


def _lines(answer: Json) -> Iterator[str]:
    if "answers" in answer:
        for one in answer["answers"]:
            yield f"\n### {one['question']}\n"
            yield from _lines(one["answer"]) if "answer" in one else [failed(Failure(**one["error"]))]
        return
    scope = answer.get("scope") or {}
    zone = ZoneInfo(scope.get("timezone") or "UTC")
    if scope:
        yield _scope(scope, zone)
    if "totals" in answer:
        yield f"**Totals**: {_numbers(answer['totals'])}"
    plain = {name: value for name, value in answer.items() if name not in QUIET and not isinstance(value, (dict, list))}
    if plain:
        yield "; ".join(f"{_title(name)} {_cell(name, value, zone)}" for name, value in list(plain.items())[:SCALARS])
    for name, value in answer.items():
        if isinstance(value, dict) and name not in QUIET:
            yield from _part(name, value, zone)
        if isinstance(value, list) and value and isinstance(value[0], dict):
            yield from _table(name, value, zone)
    for name, cut in answer.get("shortened", {}).items():
        yield f"*{name}: {cut['shown']:,} of {cut['of']:,} shown; max_bytes, limit or a filter shows others.*"


def _scope(scope: Json, zone: ZoneInfo) -> str:
    since, until = (_cell("at", scope[name], zone) if scope[name] is not None else "" for name in ("since", "until"))
    told = f"{since or 'the beginning'} to {until or 'now'}" if since or until else "all time"
    filters = ", ".join(f"{name} {_cell(name, value, zone)}" for name, value in scope["filters"].items())
    history = "archived included" if scope["history"] == "all" else "without archived"
    as_of = _cell("at", scope["as_of"], zone) if scope["as_of"] is not None else "nothing read yet"
    privacy = "" if scope["privacy_mode"] == "normal" else f"privacy {scope['privacy_mode']}"
    return "; ".join(filter(None, (told, filters, history, scope["timezone"], f"as of {as_of}", privacy)))


def _numbers(numbers: Json) -> str:
    parts = [f"{numbers['calls']:,} calls", f"{numbers['total_tokens']:,} tokens"]
    share = numbers.get("priced_share")
    usd = "no price" if numbers["usd"] is None else f"${numbers['usd']}"
    parts.append(usd if share in {None, "1"} else f"{usd} (prices known for {share} of the tokens)")
    if numbers.get("estimated_usd") not in {None, "0"}:
        parts.append(f"${numbers['estimated_usd']} of it estimated")
    parts.append("no credits known" if numbers["credits"] is None else f"{numbers['credits']} credits")
    return ", ".join(parts)


def _part(name: str, part: Json, zone: ZoneInfo) -> Iterator[str]:
    """Write a struct: its numbers, or what it has that is plain."""
    if {"total_tokens", "usd", "credits"} <= part.keys() and isinstance(part.get("calls"), int):
        yield f"**{_title(name)}**: {_numbers(part)}"
        return
    plain = [key for key in COLUMNS if key in part and not isinstance(part[key], (dict, list))]
    plain = plain or [key for key, value in part.items() if not isinstance(value, (dict, list))]
    told = "; ".join(f"{_title(key)} {_cell(key, part[key], zone)}" for key in plain[:SCALARS])
    if told:
        yield f"**{_title(name)}**: {told}"
    for key, value in part.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            yield from _table(f"{name}, {key}", value, zone)


def _table(name: str, rows: Sequence[Json], zone: ZoneInfo) -> Iterator[str]:
    shown = rows[:TABLE_ROWS]
    names = [key for key in COLUMNS if any(row.get(key) is not None for row in shown)]
    names = [key for key in names if not any(isinstance(row.get(key), (dict, list)) for row in shown)]
    names = (names or [key for key in shown[0] if not isinstance(shown[0][key], (dict, list))])[:TABLE_COLUMNS]
    if not names:
        return
    yield f"\n**{_title(name)}** ({len(rows):,})\n"
    yield f"| {' | '.join(map(_title, names))} |"
    yield f"|{' --- |' * len(names)}"
    yield from (f"| {' | '.join(_cell(key, row.get(key), zone) for key in names)} |" for row in shown)
    if len(rows) > len(shown):
        yield f"... and {len(rows) - len(shown):,} more in the structured content"


def _title(name: str) -> str:
    return name.replace("_", " ")


def _cell(name: str, value: Any, zone: ZoneInfo) -> str:
    """Return a value in one line that no table takes for its own."""
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return _instant(value, zone) if f"_{name}".endswith("_at") or name == "timestamp" else f"{value:,}"
    if isinstance(value, (list, tuple)):
        return " or ".join(_cell(name, one, zone) for one in value)
    told = " ".join("".join(one if one.isprintable() else " " for one in str(value)).split())
    return (told if len(told) <= CELL_CHARACTERS else told[: CELL_CHARACTERS - 1] + "…").replace("|", "\\|")


def _instant(at: int, zone: ZoneInfo) -> str:
    try:
        return (EPOCH + timedelta(milliseconds=at)).astimezone(zone).strftime("%Y-%m-%d %H:%M")
    except OverflowError:
        return str(at)
