"""Looking at what lies on the disk: the rollouts of a home beside what is known of them, and files of settings."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, Any

from codex_usage_tracker.config.allowance import Allowance
from codex_usage_tracker.config.budgets import Budgets
from codex_usage_tracker.config.files import Files
from codex_usage_tracker.config.general import General
from codex_usage_tracker.config.projects import Projects
from codex_usage_tracker.config.reading import read
from codex_usage_tracker.config.thresholds import Thresholds
from codex_usage_tracker.contract.bundle import Place, PriceCards
from codex_usage_tracker.contract.checks import HomeFiles, SettingsState
from codex_usage_tracker.errors import TrackerError
from codex_usage_tracker.ingest import discover
from codex_usage_tracker.paths import data_folder
from codex_usage_tracker.pricing.card import Card

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from codex_usage_tracker.ingest.discover import Problem

KINDS: dict[str, type[Any]] = dict(
    zip(Files._fields, (Card, Card, Allowance, Thresholds, Projects, Budgets, General), strict=True),
)
"""What stands in each file of settings."""
FOUND = ((stat.S_ISREG, "file"), (stat.S_ISDIR, "folder"), (stat.S_ISLNK, "link"))


def home(path: str, known: Mapping[str, tuple[int, int]]) -> HomeFiles:
    """Return how many rollouts there are, and how they differ from the (size, time) that is known by name."""
    problems: list[Problem] = []
    found = discover.rollouts(path, problems).values()
    names = {one.name for one in found}
    return HomeFiles(
        home=path,
        found=os.path.isdir(path),
        active_files=sum(not one.archived for one in found),
        archived_files=sum(one.archived for one in found),
        compressed_files=sum(one.path.endswith(".zst") for one in found),
        bytes=sum(one.size for one in found),
        unread_files=sum(known.get(one.name) != (one.size, one.mtime_ns) for one in found),
        gone_files=sum(name not in names for name in known),
        unreadable_files=len(problems),
    )


def settings(path: str, name: str) -> SettingsState:
    """Return whether a file of settings can be understood."""
    name_of_file = f"{name.replace('_', '-')}.json"
    try:
        found = read(path, KINDS[name])
    except TrackerError as error:
        return SettingsState(name=name_of_file, path=path, problem=error.message, hint=error.hint)
    said = _said(found.value) if found.exists else 0
    return SettingsState(name=name_of_file, path=path, exists=found.exists, entries=said, warnings=found.warnings)


def _said(value: Any) -> int:
    """Return how many things settings say: entries of lists and tables, and values that are not the usual ones."""
    usual, said = type(value)(), 0
    for name in set(value.__struct_fields__) - {"examples", "schema"}:
        one = getattr(value, name)
        said += 0 if one == getattr(usual, name) else len(one) if isinstance(one, (tuple, dict)) else 1
    return said


def price_cards(files: Files) -> PriceCards:
    """Return of when the bundled prices are, and whether the user's own stand alone: unknown where they are odd."""
    from codex_usage_tracker.pricing import bundled  # noqa: PLC0415  (most that look at the disk ask for no price)

    usd, credits_ = (_stands_alone(path) for path in (files.pricing, files.rate_card))
    return PriceCards(
        list_prices_as_of=bundled.catalogue().as_of,
        rate_card_as_of=bundled.rate_card().as_of,
        list_prices_replaced=usd,
        rate_card_replaced=credits_,
    )


def _stands_alone(path: str) -> bool | None:
    try:
        return read(path, Card).value.complete
    except TrackerError:
        return None


def places(database: str, homes: Sequence[str], files: Files) -> list[Place]:
    """Return all files and folders that the program uses, whether they are there or not."""
    told = [("home folder", os.path.expanduser("~")), ("tracker", data_folder()), ("database", database)]
    told += [("write-ahead log", f"{database}-wal"), ("lock", f"{database}.lock")]
    told += [(name.replace("_", "-"), path) for name, path in files._asdict().items()]
    for home in homes:
        inside = ("sessions", "archived_sessions", "session_index.jsonl")
        told += [("codex home", home), *((name, os.path.join(home, name)) for name in inside)]
    return [_place(what, path) for what, path in told]


def _place(what: str, path: str) -> Place:
    try:
        found = os.lstat(path)
    except (OSError, ValueError):
        return Place(what=what, path=path, found="none")
    kind = next((name for is_one, name in FOUND if is_one(found.st_mode)), "other")
    size = found.st_size if kind == "file" else None
    return Place(what=what, path=path, found=kind, bytes=size, mode=f"{stat.S_IMODE(found.st_mode):04o}")
