"""What tests of every part share."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.corpus import logs
from tests.ingest.home import Home

settings.register_profile(
    "quick", deadline=None, max_examples=20, suppress_health_check=[HealthCheck.too_slow], print_blob=True,
)  # fmt: skip
settings.register_profile("thorough", settings.get_profile("quick"), max_examples=1000)
settings.load_profile("quick")


@pytest.fixture(scope="session")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The recorded homes, to be read only: `corpus / "0.169.0/exec_fork"`."""
    folder = tmp_path_factory.mktemp("corpus")
    logs.unpack(folder)
    return folder


@pytest.fixture(scope="session")
def captures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the clients of the recorded homes printed: `captures / "0.169.0/exec_fork/captures"`."""
    folder = tmp_path_factory.mktemp("captures")
    logs.unpack(folder, "captures.tar.xz")
    return folder


@pytest.fixture
def corpus_home(corpus: Path, tmp_path: Path) -> Callable[[str], Path]:
    """Give a copy of a recorded home, which the test may change."""

    def home(scenario: str) -> Path:
        return shutil.copytree(corpus / scenario, tmp_path / scenario.replace("/", "-"))

    return home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Give an empty home and an empty database."""
    return Home(tmp_path)
