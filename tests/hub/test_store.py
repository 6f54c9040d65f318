"""By which addresses a hub's database is found."""

import asyncio

import pytest

from codex_usage_tracker.errors import InvalidValueError
from codex_usage_tracker.hub.server.store import Store
from tests.hub.places import Postgres


async def made(address: str) -> None:
    store = Store(address)
    await store.make()
    await store.close()


@pytest.mark.parametrize("more", ["sslmode=prefer", "sslmode=disable&application_name=hub"])
def test_an_address_may_say_what_postgresql_knows(server_of_postgres: Postgres, more: str) -> None:
    asyncio.run(made(f"{server_of_postgres.database()}&{more}"))


def test_an_address_may_name_a_driver(server_of_postgres: Postgres) -> None:
    asyncio.run(made(server_of_postgres.database().replace("postgresql:", "postgresql+psycopg:")))


@pytest.mark.parametrize(
    "address", ["postgresql://h:port/x", "postgresql://[::1/x", "postgresql:///x?port=p", "mysql://h/x"]
)
def test_an_address_that_is_none_is_refused_in_words(address: str) -> None:
    with pytest.raises(InvalidValueError):
        asyncio.run(made(address))
