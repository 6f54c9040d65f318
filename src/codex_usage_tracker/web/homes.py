"""Codex homes: which are read, what is known of each, and how they come and go while the server runs."""

from __future__ import annotations

import os
import zlib
from typing import TYPE_CHECKING

import msgspec

from codex_usage_tracker import paths
from codex_usage_tracker.config.general import General, Home, place_of
from codex_usage_tracker.config.writing import write
from codex_usage_tracker.contract.server import HomeAdded, HomeChange, HomeRow
from codex_usage_tracker.errors import InvalidValueError, NotFoundError, TrackerError
from codex_usage_tracker.ingest import discover, survey
from codex_usage_tracker.query.homes import counts
from codex_usage_tracker.shapes import ready
from codex_usage_tracker.store import health

if TYPE_CHECKING:
    from codex_usage_tracker.query.homes import HomeCounts
    from codex_usage_tracker.tracker import Tracker
    from codex_usage_tracker.web.desk import Desk

SIGNS = (discover.ACTIVE, discover.ARCHIVED, "config.toml", "auth.json", "history.jsonl", "session_index.jsonl")
"""A folder with one of these is a Codex home."""


def known(tracker: Tracker) -> list[Home]:
    """Return all homes that are read, and those that no longer are."""
    if tracker.named_homes:
        return [Home(path=path) for path in tracker.named_homes]
    return tracker.general().all_homes(paths.default_codex_homes())


def rows(desk: Desk) -> list[HomeRow]:
    """Return the homes without looking at their files."""
    return [_row(home) for home in known(desk.tracker)]


def looked_at(desk: Desk) -> list[HomeRow]:
    """Return the homes with what lies in them, and what was read of it."""
    try:
        with desk.reader() as reader:
            found, read_at = counts(reader), reader.meta("refreshed_at")
    except TrackerError:  # nothing was read before
        found, read_at = {}, None
    return [_looked_at(desk.tracker, home, found, read_at) for home in known(desk.tracker)]


def _looked_at(tracker: Tracker, home: Home, found: dict[str, HomeCounts], read_at: int | None) -> HomeRow:
    path = os.path.expanduser(home.path)
    files = survey.home(path, health.known_files(tracker.database, path))
    own = found.get(os.path.abspath(path))
    return msgspec.structs.replace(
        _row(home),
        found=files.found,
        files=files.active_files + files.archived_files,
        unread_files=files.unread_files,
        unreadable_files=files.unreadable_files,
        calls=own.calls if own else 0,
        last_seen_at=read_at if own and home.read else None,
    )


def _row(home: Home) -> HomeRow:
    return HomeRow(
        id=zlib.crc32(home.place.encode("utf-8", "replace")),
        label=home.label or _label(home.path),
        path=os.path.expanduser(home.path),
        read=home.read,
    )


def _label(path: str) -> str:
    name = os.path.basename(path.rstrip("/\\"))
    return "Codex" if len(name) <= 1 else name.lstrip(".")


# -- changes ----------------------------------------------------------------------------------------------------------


def add(desk: Desk, told: HomeAdded) -> list[HomeRow]:
    """Read another home; its `sessions` folder means the home itself."""
    path = _checked(told.path.strip())
    homes = known(desk.tracker)
    for home in homes:
        if home.place == place_of(path) and not home.read:
            return _replace(desk, home, Home(path=home.path, label=told.label or home.label))
        _check_apart(home, path)
    return _write(desk, [*desk.tracker.general().homes, Home(path=path, label=told.label or None)])


def _checked(path: str) -> str:
    full = os.path.expanduser(path)
    if os.path.basename(full.rstrip("/\\")) in {discover.ACTIVE, discover.ARCHIVED}:
        full = os.path.dirname(full.rstrip("/\\"))
    if not os.path.isabs(full):
        raise InvalidValueError("`path` is not a whole path", "Begin it with / or ~.")
    if "\0" in full or not os.path.isdir(full):
        raise InvalidValueError(f"`path`: there is no folder {full}", "Name the folder that holds `sessions`.")
    if not any(os.path.lexists(os.path.join(full, one)) for one in SIGNS):
        hint = "A Codex home holds `sessions`, and mostly `config.toml`; it is often called `.codex`."
        raise InvalidValueError(f"`path`: {full} does not look like a Codex home", hint)
    return full.rstrip("/\\") or full


def _check_apart(home: Home, path: str) -> None:
    old, new = home.place, place_of(path)
    if old == new:
        raise InvalidValueError(f"`path`: {path} is read already", f"It is called {home.label or _label(home.path)}.")
    if os.path.commonpath([old, new]) in {old, new}:
        raise InvalidValueError(f"`path`: {path} and {home.path} lie in one another", "Their logs would count twice.")


def change(desk: Desk, number: int, told: HomeChange) -> list[HomeRow]:
    """Call a home otherwise, stop reading it, or read it again."""
    home = _by(desk, number)
    label = home.label if told.label is msgspec.UNSET else told.label or None
    return _replace(desk, home, Home(path=home.path, label=label, read=home.read if told.read is None else told.read))


def remove(desk: Desk, number: int) -> list[HomeRow]:
    """Forget a home that was added, or no longer read a usual one; what was read of it stays."""
    home = _by(desk, number)
    usual = {place_of(path) for path in paths.default_codex_homes()}
    return _replace(desk, home, Home(path=home.path, label=home.label, read=False) if home.place in usual else None)


def _by(desk: Desk, number: int) -> Home:
    found = next((home for home in known(desk.tracker) if _row(home).id == number), None)
    if found is None:
        raise NotFoundError("there is no such home", "GET /api/homes lists them.")
    return found


def _replace(desk: Desk, home: Home, new: Home | None) -> list[HomeRow]:
    others = [one for one in desk.tracker.general().homes if one.place != home.place]
    if not any(one.read for one in known(desk.tracker) if one != home) and not (new and new.read):
        raise InvalidValueError("one home at least is read", "Add another one first.")
    return _write(desk, [*others, new] if new else others)


def _write(desk: Desk, homes: list[Home]) -> list[HomeRow]:
    if desk.tracker.named_homes:
        hint = "Start it without --codex-home and --rollouts to choose homes here."
        raise InvalidValueError("the homes were named when the server was started", hint)
    general = msgspec.structs.replace(desk.tracker.general(), homes=tuple(homes))
    text = msgspec.json.format(msgspec.json.encode(general), indent=2).decode()
    msgspec.json.decode(text, type=ready(General))
    write(desk.tracker.files.general, text + "\n", replace=True)
    return looked_at(desk)
