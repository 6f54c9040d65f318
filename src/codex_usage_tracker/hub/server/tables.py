"""The tables of the hub, the same on SQLite and PostgreSQL: every key begins with the account.

Instants are milliseconds UTC, days are counted from 1970, money is in USD units of 10^-12.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    text,
)

metadata = MetaData()


def _sums() -> list[Column[int]]:
    usage = ("calls", "input", "cached_input", "cache_write", "output", "reasoning")
    return [Column(name, BigInteger, nullable=False) for name in (*usage, "usd", "unpriced_calls", "unpriced_tokens")]


def _switch(name: str) -> Column[int]:
    return Column(name, SmallInteger, nullable=False, server_default="0")


def _listed(name: str) -> Index:
    """Return an index of those who are seen on a board; the others, most of all, cost nothing in it."""
    where = text("is_listed = 1")
    return Index(f"board_{name}", "period", "start_day", name, "account_id", postgresql_where=where, sqlite_where=where)


def _own() -> Column[int]:
    """Return the account, which every key of what belongs to one begins with."""
    return Column("account_id", Integer, ForeignKey("account.id", ondelete="CASCADE"), primary_key=True)


SUMS = tuple(column.name for column in _sums())

hub = Table("hub", metadata, Column("name", Text, primary_key=True), Column("value", Text, nullable=False))

account = Table(
    "account",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("key", LargeBinary, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("visibility", Text, nullable=False, server_default="private"),
    Column("alias", Text),
    Column("generation", BigInteger, nullable=False, server_default="0"),
    _switch("is_admin"),
    _switch("is_hidden"),
    _switch("is_listed"),
    sqlite_autoincrement=True,
)

handle = Table(
    "handle",
    metadata,
    Column("handle", Text, primary_key=True),
    Column("account_id", Integer, nullable=False, index=True),
    _switch("is_alias"),
)
"""Names and aliases in small letters, so that nobody takes the look of another."""

device = Table(
    "device",
    metadata,
    _own(),
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
    Column("kind", Text, nullable=False),
    Column("account_id", Integer, nullable=False, server_default="0"),
    Column("team_id", Integer),
    Column("expires_at", BigInteger, nullable=False),
    Column("request", Text),
    Column("device_id", Integer),
)
"""What opens once: `link`, `door` (a browser), `invite` (an account), `team`."""

session = Table(
    "session",
    metadata,
    _own(),
    Column("hash", LargeBinary, primary_key=True),
    Column("made_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
)

team = Table(
    "team",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    sqlite_autoincrement=True,
)

member = Table(
    "member",
    metadata,
    _own(),
    Column("team_id", Integer, ForeignKey("team.id", ondelete="CASCADE"), primary_key=True, index=True),
    Column("joined_at", BigInteger, nullable=False),
    _switch("is_owner"),
    _switch("shares"),
)

flag = Table(
    "flag",
    metadata,
    _own(),
    Column("kind", Text, primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("id", BigInteger, nullable=False, index=True),
    Column("at", BigInteger, nullable=False, index=True),
    Column("device_id", Integer, nullable=False),
    Column("value", BigInteger, nullable=False),
    Column("verdict", Text),
)
"""What a person should look at; it changes no number."""

bucket = Table(
    "bucket",
    metadata,
    _own(),
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
    _own(),
    Column("start", BigInteger, primary_key=True),
    Column("model", Text, primary_key=True),
    *_sums(),
)

day = Table(
    "day",
    metadata,
    _own(),
    Column("day", Integer, primary_key=True),
    Column("model", Text, primary_key=True),
    *_sums(),
)

board = Table(
    "board",
    metadata,
    _own(),
    Column("period", Text, primary_key=True),
    Column("start_day", Integer, primary_key=True),
    Column("tokens", BigInteger, nullable=False),
    Column("usd", BigInteger, nullable=False),
    Column("active_days", Integer, nullable=False),
    _switch("is_listed"),
    *map(_listed, ("tokens", "usd", "active_days")),
)

correction = Table(
    "correction",
    metadata,
    _own(),
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False, index=True),
    Column("device_id", Integer, nullable=False),
    Column("start", BigInteger, nullable=False),
    Column("model", Text, nullable=False),
    Column("tokens_before", BigInteger, nullable=False),
    Column("tokens_after", BigInteger, nullable=False),
    Column("data_version", Integer, nullable=False),
    Column("collector", Text),
)
