"""One account as a database of the tracker's own form, in memory, so that the tracker's reports answer for it."""

from __future__ import annotations

import secrets
from functools import cache
from typing import TYPE_CHECKING, Any

import apsw

from codex_usage_tracker.store import migrate

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

QUARTER_MS = 900_000
PRICED, UNPRICED = 1, 2
FIXED = """
INSERT INTO home (id, path, label) VALUES (1, '', 'hub');
INSERT INTO source_file (id, home_id, name, path, archived, size, mtime_ns, inode, offset, lines, head, tail, version)
VALUES (1, 1, '', '', 0, 0, 0, 0, 0, 0, 0, 0, 1);
INSERT INTO thread (id, thread_id, root_id) VALUES (1, 'hub', 1);
INSERT INTO rate (id, model, status, confidence, assumed, source)
VALUES (1, '', 'priced', 'missing', '', ''), (2, '', 'unpriced', 'missing', '', '');
"""
PROFILE = "INSERT INTO profile VALUES (?, ?, '', '', 'turn', 'record', 'unknown', '', '')"
ROLLUP = (
    "INSERT INTO rollup (thread_id, quarter, profile_id, rate_id, calls, input, cached_input, cache_write, output,"
    " reasoning, usd, credits, unpriced_calls, unpriced_tokens, uncredited_tokens, estimated_usd)"
    " VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?, 0)"
)
ENDS = (
    "INSERT INTO call (key, at, thread_id, profile_id, file_id, line, input, cached_input, cache_write, output,"
    " reasoning, estimated) SELECT row_number() OVER (), quarter * 900000, 1, profile_id, 1, 0, 0, 0, 0, 0, 0, 0"
    " FROM (SELECT min(quarter) AS quarter, profile_id FROM rollup UNION SELECT max(quarter), profile_id FROM rollup)"
    " WHERE quarter IS NOT NULL"
)
"""Reports learn from the calls when the first and the last one was; nothing else is asked of them here."""


@cache
def _empty() -> bytes:
    """Return an empty database of the present schema."""
    db = apsw.Connection(":memory:")
    migrate.migrate(db, ":memory:")
    db.execute(FIXED)
    return db.serialize("main")


def mirrored(quarters: Iterable[Sequence[Any]], generation: int, taken_at: int) -> apsw.Connection:
    """Return a database of an account's quarters: start, model, and sums in the order of `tables.SUMS`."""
    db = apsw.Connection(":memory:")
    db.deserialize("main", _empty())
    meta = {"generation": generation, "refreshed_at": taken_at, "changed_at": taken_at, "secret": secrets.token_bytes(32)}
    models: dict[str, int] = {}
    with db:
        db.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", meta.items())
        db.executemany(ROLLUP, (_row(one, models) for one in quarters))
        db.executemany(PROFILE, ((place, model) for model, place in models.items()))
        db.execute(ENDS)
    return db


def _row(one: Sequence[Any], models: dict[str, int]) -> tuple[int, ...]:
    start, model, *sums = one
    *told, unpriced, lost = sums
    rate = UNPRICED if unpriced == told[0] else PRICED
    place = models.setdefault(model, len(models) + 1)
    return (start // QUARTER_MS, place, rate, *told, unpriced, lost, told[1] + told[4])
