"""What tests of printed logs share."""

from pathlib import Path

import pytest

from tests.ingest.printed.printing import Printing


@pytest.fixture
def printing(tmp_path: Path) -> Printing:
    """Give an empty home, an empty database and a folder for printed logs."""
    return Printing(tmp_path)
