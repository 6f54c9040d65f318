"""All that helps to find a defect, and nothing of what a conversation was about."""

from __future__ import annotations

import os
import platform
import re
import sys
from importlib import metadata
from typing import TYPE_CHECKING

import apsw

from codex_usage_tracker import __version__, privacy
from codex_usage_tracker.contract import SCHEMA
from codex_usage_tracker.contract.bundle import (
    Bundle,
    BundlePrivacy,
    ClientCount,
    Contents,
    LastRefresh,
    Library,
    NoteCount,
    Program,
    UnpricedModel,
    Variable,
)
from codex_usage_tracker.contract.notes import meaning
from codex_usage_tracker.query import census

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from codex_usage_tracker.contract.bundle import Place, PriceCards
    from codex_usage_tracker.contract.checks import Doctor, SettingsState

NEVER = (
    "logs or lines of them", "prompts and answers", "tool output, commands and arguments", "calls, turns and threads",
    "texts of evidence", "names of threads and projects", "keys, tokens and passwords",
)  # fmt: skip
NAMED = re.compile(r"[\w.-]+")
"""The name of a library at the beginning of what is required."""
OURS = ("CODEX_HOME", "CODEX_USAGE", "COLUMNS", "NO_COLOR")
"""How the names of variables begin that say something to this program."""
HARMLESS = frozenset({"CODEX_USAGE_TRACKER_PRIVACY_MODE", "CODEX_USAGE_WEEKLY_RESET", "COLUMNS"})
"""Variables whose values tell nothing of anybody."""


def bundle(
    *, now: int, mode: str, places: Sequence[Place], doctor: Doctor, settings: Sequence[SettingsState],
    prices: PriceCards, contents: Contents | None,
) -> Bundle:  # fmt: skip
    """Return all of it, nothing hidden yet."""
    told = BundlePrivacy(
        mode=mode, local_paths="shown" if mode == privacy.NORMAL else "hidden", never_included=[*NEVER]
    )
    return Bundle(
        schema=SCHEMA.format("support-bundle"),
        created_at=now,
        program=_program(),
        places=list(places),
        environment=_variables(os.environ),
        doctor=doctor,
        settings=list(settings),
        prices=prices,
        contents=contents,
        privacy=told,
    )


def _program() -> Program:
    return Program(
        version=__version__,
        python=platform.python_version(),
        implementation=platform.python_implementation(),
        system=platform.system(),
        system_release=platform.release(),
        machine=platform.machine(),
        sqlite=apsw.sqlite_lib_version(),
        encoding=sys.getfilesystemencoding(),
        libraries=[Library(name=name, version=_version(name)) for name in _libraries()],
    )


def _libraries() -> list[str]:
    """Return the libraries that this program asks for."""
    required = metadata.requires("codex-usage-tracker") or []
    return sorted({found[0] for one in required if (found := NAMED.match(one))})


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _variables(environment: Mapping[str, str]) -> list[Variable]:
    names = sorted(name for name in environment if name.startswith(OURS))
    return [Variable(name=name, value=environment[name] if name in HARMLESS else None) for name in names]


def contents(connection: apsw.Connection, *, costs_follow_prices: bool) -> Contents:
    """Return what a database holds, counted."""
    first, last, limit_at, limits = census.spans(connection)
    meta = census.meta(connection)
    return Contents(
        rows=census.tables(connection),
        first_call_at=first,
        last_call_at=last,
        last_limit_at=limit_at,
        limits=limits,
        by_basis=census.by_profile(connection, "basis"),
        by_kind=census.by_profile(connection, "kind"),
        by_confidence=census.by_profile(connection, "profile.confidence"),
        by_pricing_status=census.by_rate(connection, "status", "unpriced"),
        by_credit_confidence=census.by_rate(connection, "confidence", "missing"),
        unpriced_models=[UnpricedModel(model=model, calls=calls) for model, calls in census.unpriced(connection)],
        clients=[
            ClientCount(originator=originator, client_version=version, threads=threads, calls=calls)
            for originator, version, threads, calls in census.clients(connection)
        ],
        notes=[
            NoteCount(code=code, meaning=meaning(code).text, client_version=version, files=files, lines=lines)
            for code, version, files, lines in census.notes(connection)
        ],
        refresh=LastRefresh(
            generation=meta.get("generation", 0),
            **{name: meta.get(name) for name in ("refreshed_at", "changed_at", "read_ms", "read_files", "read_bytes")},
        ),
        costs_follow_prices=costs_follow_prices,
    )
