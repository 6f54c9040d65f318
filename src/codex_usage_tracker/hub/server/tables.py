"""The tables of the hub, the same on SQLite and PostgreSQL: every key begins with the account.

Instants are milliseconds UTC, days are counted from 1970, money is in USD units of 10^-12.
"""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, MetaData, SmallInteger, Table, Text

metadata = MetaData()


def _sums() -> list[Column[int]]:
    names = ("calls", "input", "cached_input", "cache_write", "output", "reasoning", "usd", "unpriced_calls", "unpriced_tokens")
    return [Column(name, BigInteger, nullable=False) for name in names]


SUMS = tuple(column.name for column in _sums())

hub = Table("hub", metadata, Column("name", Text, primary_key=True), Column("value", Text, nullable=False))

account = Table(
    "account",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("key", LargeBinary, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("visibility", Text, nullable=False, server_default="private"),
    Column("alias", Text),
    Column("is_admin", SmallInteger, nullable=False, server_default="0"),
    Column("is_hidden", SmallInteger, nullable=False, server_default="0"),
)

device = Table(
    "device",
    metadata,
    Column("account_id", Integer, ForeignKey("account.id", ondelete="CASCADE"), primary_key=True),
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("label", Text),
    Column("token", LargeBinary, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("seen_at", BigInteger),
    Column("revoked_at", BigInteger),
    Column("collector", Text),
)

code = Table(
    "code",
    metadata,
    Column("hash", LargeBinary, primary_key=True),
    Column("account_id", Integer, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("request", Text),
    Column("device_id", Integer),
)

bucket = Table(
    "bucket",
    metadata,
    Column("account_id", Integer, primary_key=True),
    Column("start", BigInteger, primary_key=True),
    Column("device_id", Integer, primary_key=True),
    Column("model", Text, primary_key=True),
    Column("digest", LargeBinary, nullable=False),
    Column("calls", LargeBinary, nullable=False),
    Column("data_version", Integer, nullable=False),
    Column("taken_at", BigInteger, nullable=False),
)

quarter = Table(
    "quarter",
    metadata,
    Column("account_id", Integer, primary_key=True),
    Column("start", BigInteger, primary_key=True),
    Column("model", Text, primary_key=True),
    *_sums(),
)

day = Table(
    "day",
    metadata,
    Column("account_id", Integer, primary_key=True),
    Column("day", Integer, primary_key=True),
    Column("model", Text, primary_key=True),
    *_sums(),
)

board = Table(
    "board",
    metadata,
    Column("account_id", Integer, primary_key=True),
    Column("period", Text, primary_key=True),
    Column("start_day", Integer, primary_key=True),
    Column("tokens", BigInteger, nullable=False),
    Column("usd", BigInteger, nullable=False),
    Column("active_days", Integer, nullable=False),
    Index("board_tokens", "period", "start_day", "tokens"),
    Index("board_usd", "period", "start_day", "usd"),
    Index("board_active", "period", "start_day", "active_days"),
)

correction = Table(
    "correction",
    metadata,
    Column("account_id", Integer, primary_key=True),
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("device_id", Integer, nullable=False),
    Column("start", BigInteger, nullable=False),
    Column("model", Text, nullable=False),
    Column("tokens_before", BigInteger, nullable=False),
    Column("tokens_after", BigInteger, nullable=False),
    Column("data_version", Integer, nullable=False),
    Column("collector", Text),
)
