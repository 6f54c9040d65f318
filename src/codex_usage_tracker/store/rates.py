"""What calls cost, stored beside them: kept in step with the prices that hold."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

from codex_usage_tracker.pricing.prices import ABSURD_TOKENS
from codex_usage_tracker.pricing.rates import UNPRICED, Rate
from codex_usage_tracker.store import rollups
from codex_usage_tracker.store.ask import rows, scalar

if TYPE_CHECKING:
    from collections.abc import Iterator

    import apsw

    from codex_usage_tracker.model import Usage
    from codex_usage_tracker.pricing.prices import Prices

Cost = tuple[int | None, int | None, bool, int]
"""A call's USD units and credit units, whether its USD are an estimate, and its rate as a row id."""

COLUMNS = (
    "model, status, confidence, assumed, usd_input, usd_cached, usd_write, usd_output, credit_input, credit_cached,"
    " credit_output, source"
)
INSERT = f"INSERT INTO rate ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
SPANS = """
CREATE TEMP TABLE IF NOT EXISTS span (
  profile_id INTEGER, provider TEXT, since INTEGER, until INTEGER, above INTEGER, most INTEGER, rate_id INTEGER,
  PRIMARY KEY (profile_id, provider, since, above)
) WITHOUT ROWID;
DELETE FROM span;
"""
"""The rate of each sort of call, by instants and by tokens of input: more than `above`, at most `most`."""
COSTS = """
  (input - cached_input - cache_write) * usd_input + cached_input * usd_cached + cache_write * usd_write
    + output * usd_output AS usd,
  (input - cached_input) * credit_input + cached_input * credit_cached + output * credit_output AS credits
"""
"""What `Rate.cost` says, for many calls at once."""
PRICE = """
UPDATE call SET rate_id = found.rate_id, usd = found.usd, credits = found.credits, estimated = found.estimated
FROM (
  SELECT call.id, rate.id AS rate_id, rate.status = 'estimated' AS estimated, {costs}
  FROM call JOIN thread ON thread.id = call.thread_id LEFT JOIN client ON client.id = thread.client_id
  JOIN span ON span.profile_id = call.profile_id AND span.provider = coalesce(client.provider, '')
    AND at >= since AND at < until AND input > above AND input <= most
  JOIN rate ON rate.id = span.rate_id
  WHERE {only} input + output <= {absurd}
) found
WHERE call.id = found.id AND (call.rate_id, call.usd, call.credits) IS NOT (found.rate_id, found.usd, found.credits)
"""
UNPRICE = """
UPDATE call SET rate_id = ?1, usd = NULL, credits = NULL, estimated = 0
WHERE {only} input + output > {absurd} AND rate_id IS NOT ?1
"""
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
        return (*rate.cost(usage), rate.status == "estimated", self.id_of(rate))

    def id_of(self, rate: Rate) -> int:
        """Return the row id of a rate."""
        found = self.ids.get(rate)
        if found is None:
            self.db.execute(INSERT, _row(rate))
            found = self.ids[rate] = self.db.last_insert_rowid()
        return found


def _row(rate: Rate) -> tuple[object, ...]:
    return (*rate[:4], *(rate.usd or (None,) * 4), *(rate.credits or (None,) * 3), rate.source)


def _rate(row: tuple[Any, ...]) -> Rate:
    usd, credits_ = row[4:8], row[8:11]
    return Rate._make((*row[:4], None if usd[0] is None else usd, None if credits_[0] is None else credits_, row[11]))


# -- pricing again ----------------------------------------------------------------------------------------------------


def reprice(connection: apsw.Connection, prices: Prices) -> int:
    """Make the costs of all calls follow from the prices; return how many changed. In the caller's transaction."""
    changed = _reprice(connection, RateBook(connection, prices))
    connection.execute(
        "DELETE FROM rate WHERE id IN (SELECT id FROM rate EXCEPT SELECT rate_id FROM call WHERE rate_id IS NOT NULL)",
    )
    rollups.rebuild(connection)
    connection.execute("INSERT OR REPLACE INTO meta VALUES ('prices', ?)", (prices.fingerprint,))
    return changed


def reprice_thread(connection: apsw.Connection, book: RateBook, thread: int) -> None:
    """Price a thread's calls again, after something that its prices depend on became known."""
    if _reprice(connection, book, f"call.thread_id = {thread} AND"):
        rollups.renew(connection, thread, 0)


def _reprice(connection: apsw.Connection, book: RateBook, only: str = "") -> int:
    """Price calls by one statement over the spans of all sorts of calls."""
    connection.execute(SPANS)
    connection.executemany("INSERT INTO span VALUES (?, ?, ?, ?, ?, ?, ?)", _spans(connection, book))
    unpriced = book.id_of(UNPRICED)
    before = connection.total_changes()
    connection.execute(PRICE.format(only=only, absurd=ABSURD_TOKENS, costs=COSTS))
    connection.execute(UNPRICE.format(only=only, absurd=ABSURD_TOKENS), (unpriced,))
    return connection.total_changes() - before


def _spans(connection: apsw.Connection, book: RateBook) -> list[tuple[int | str, ...]]:
    """Return the spans of every profile with every provider."""
    providers = ["", *(row[0] for row in rows(connection, "SELECT DISTINCT provider FROM client WHERE provider > ''"))]
    sorts = product(rows(connection, "SELECT id, model, tier FROM profile"), providers)
    return [
        (profile, provider, *span)
        for (profile, model, tier), provider in sorts
        for span in _spans_of(book, model, tier, provider)
    ]


def _spans_of(book: RateBook, model: str, tier: str, provider: str) -> Iterator[tuple[int, ...]]:
    periods = book.prices.periods(model, tier, provider)
    for period, until in zip(periods, [*(one.since for one in periods[1:]), 2**62], strict=True):
        yield period.since, until, -1, period.above, book.id_of(period.usual)
        if period.above < ABSURD_TOKENS:
            yield period.since, until, period.above, ABSURD_TOKENS, book.id_of(period.long)


def differences(connection: apsw.Connection) -> int:
    """Return how many stored costs are not what their rates come to."""
    priced = f"SELECT call.id, call.usd AS was, call.credits AS drawn, {COSTS} FROM call JOIN rate ON rate.id = rate_id"
    wrong = f"SELECT count(*) FROM ({priced}) WHERE (was, drawn) IS NOT (usd, credits)"
    return int(scalar(connection, wrong)) + int(scalar(connection, "SELECT count(*) FROM call WHERE rate_id IS NULL"))


def shadow(connection: apsw.Connection, prices: Prices) -> None:
    """Let one connection see all costs by other prices: temporary tables stand before those of the database."""
    connection.pragma("query_only", 0)
    made = rows(connection, f"SELECT type, name, sql FROM main.sqlite_schema WHERE tbl_name IN {SHADOWED} AND sql > ''")
    for kind, name, sql in sorted(made, key=lambda one: one[0] != "table"):
        if kind == "table":
            connection.execute(f"CREATE TEMP TABLE {name} " + sql[sql.index("(") :])
            connection.execute(f"INSERT INTO temp.{name} SELECT * FROM main.{name}")
        else:
            connection.execute(f"CREATE INDEX temp.{name} " + sql[sql.index(" ON ") :])
    reprice(connection, prices)
    connection.pragma("query_only", 1)
