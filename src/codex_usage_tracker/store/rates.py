"""What calls cost, stored beside them: kept in step with the prices that hold."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from codex_usage_tracker.pricing.rates import Rate
from codex_usage_tracker.store import rollups
from codex_usage_tracker.store.ask import rows, scalar

if TYPE_CHECKING:
    from collections.abc import Iterator

    import apsw

    from codex_usage_tracker.model import Usage
    from codex_usage_tracker.pricing.prices import Prices

Cost = tuple[int, int | None, int | None]
"""A call's rate, as a row id, with its USD units and credit units."""

COLUMNS = (
    "model, status, confidence, assumed, usd_input, usd_cached, usd_write, usd_output, credit_input, credit_cached,"
    " credit_output, source"
)
INSERT = f"INSERT INTO rate ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
PRICED_CALLS = (
    "SELECT call.id, profile.model, profile.tier, coalesce(client.provider, ''), call.at, input, cached_input,"
    " cache_write, output, reasoning, rate_id, usd, credits FROM call JOIN profile ON profile.id = call.profile_id"
    " JOIN thread ON thread.id = call.thread_id LEFT JOIN client ON client.id = thread.client_id"
)
STORE = "UPDATE call SET rate_id = ?, usd = ?, credits = ? WHERE id = ?"
BATCH = 20_000
FINGERPRINT = "prices"
SHADOWED = ("call", "meta", "rate", "rollup")


class RateBook:
    """The rates in a database, and what calls cost by the prices that hold."""

    def __init__(self, connection: apsw.Connection, prices: Prices) -> None:
        self.db = connection
        self.prices = prices
        self.ids = {_rate(row[1:]): row[0] for row in rows(connection, f"SELECT id, {COLUMNS} FROM rate")}

    def cost(self, model: str, tier: str, provider: str, usage: Usage, at: int) -> Cost:
        """Return what a call costs; an empty text is what the log does not tell."""
        rate = self.prices.rate(model, tier, provider, usage, at)
        found = self.ids.get(rate)
        if found is None:
            self.db.execute(INSERT, _row(rate))
            found = self.ids[rate] = self.db.last_insert_rowid()
        return (found, *rate.cost(usage))


def _row(rate: Rate) -> tuple[object, ...]:
    return (*rate[:4], *(rate.usd or (None,) * 4), *(rate.credits or (None,) * 3), rate.source)


def _rate(row: tuple[Any, ...]) -> Rate:
    usd, credits_ = row[4:8], row[8:11]
    return Rate._make((*row[:4], None if usd[0] is None else usd, None if credits_[0] is None else credits_, row[11]))


# -- pricing again ----------------------------------------------------------------------------------------------------


def fingerprint(connection: apsw.Connection) -> str | None:
    """Return the state of the prices that the stored costs follow from."""
    found: str | None = scalar(connection, "SELECT value FROM meta WHERE name = ?", (FINGERPRINT,))
    return found


def reprice(connection: apsw.Connection, prices: Prices) -> int:
    """Make the costs of all calls follow from the prices; return how many changed. In the caller's transaction."""
    changed = _reprice(connection, RateBook(connection, prices), PRICED_CALLS)
    connection.execute(
        "DELETE FROM rate WHERE id IN (SELECT id FROM rate EXCEPT SELECT rate_id FROM call WHERE rate_id IS NOT NULL)",
    )
    rollups.rebuild(connection)
    connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (FINGERPRINT, prices.fingerprint))
    return changed


def reprice_thread(connection: apsw.Connection, book: RateBook, thread: int) -> None:
    """Price a thread's calls again, after something that its prices depend on became known."""
    if _reprice(connection, book, f"{PRICED_CALLS} WHERE call.thread_id = {thread}"):
        rollups.renew(connection, thread, 0)


def _reprice(connection: apsw.Connection, book: RateBook, sql: str) -> int:
    changed = 0
    found = _changes(book, list(rows(connection, sql)))
    while batch := list(islice(found, BATCH)):
        connection.executemany(STORE, batch)
        changed += len(batch)
    return changed


def _changes(book: RateBook, calls: list[tuple[int, ...]]) -> Iterator[tuple[int | None, ...]]:
    for call_id, model, tier, provider, at, *rest in calls:
        cost = book.cost(model, tier, provider, tuple(rest[:5]), at)  # type: ignore[arg-type]
        if cost != tuple(rest[5:]):
            yield (*cost, call_id)


def shadow(connection: apsw.Connection, prices: Prices) -> None:
    """Let one connection see all costs by other prices: temporary tables stand before those of the database."""
    connection.pragma("query_only", 0)
    made = rows(connection, f"SELECT type, name, sql FROM main.sqlite_schema WHERE tbl_name IN {SHADOWED} AND sql > ''")
    for kind, name, sql in sorted(made, key=lambda one: one[0] != "table"):
        if kind == "table":
            connection.execute(sql.replace(f"CREATE TABLE {name}", f"CREATE TEMP TABLE {name}", 1))
            connection.execute(f"INSERT INTO temp.{name} SELECT * FROM main.{name}")
        else:
            connection.execute(sql.replace(f"CREATE INDEX {name}", f"CREATE INDEX temp.{name}", 1))
    reprice(connection, prices)
    connection.pragma("query_only", 1)
