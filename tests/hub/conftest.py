"""A hub on either engine, and machines that send to it."""

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.hub.places import Machine, Postgres, Serves, postgres, serving

ENGINES = ("sqlite", "postgresql")


@pytest.fixture(scope="session")
def server_of_postgres() -> Iterator[Postgres]:
    """A PostgreSQL for all tests of a run."""
    with postgres() as server:
        yield server


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    """Each of the engines in turn."""
    return str(request.param)


@pytest.fixture
def database(engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], str]:
    """Give a way to name databases that are not there yet."""
    if engine == "postgresql":
        server: Postgres = request.getfixturevalue("server_of_postgres")
        return server.database
    numbers = itertools.count()
    return lambda: str(tmp_path / f"hub{next(numbers)}.sqlite3")


@pytest.fixture
def serves(database: Callable[[], str], tmp_path: Path) -> Iterator[Serves]:
    """Give a way to start hubs."""
    with serving(tmp_path, database) as found:
        yield found


@pytest.fixture
def machine(tmp_path: Path) -> Callable[..., Machine]:
    """Give a way to make machines."""
    numbers = itertools.count()
    return lambda home=None: Machine(tmp_path / f"machine{next(numbers)}", home=home)
