"""Which file holds what the user has set."""

import os
from typing import NamedTuple

from codex_usage_tracker import paths


class Files(NamedTuple):
    """The paths of all files of settings."""

    pricing: str
    rate_card: str
    allowance: str
    thresholds: str
    projects: str
    budgets: str
    general: str


def default_files() -> Files:
    """Return the files in the folder of the tracker's own files."""
    folder = paths.data_folder()
    return Files(*(os.path.join(folder, f"{name.replace('_', '-')}.json") for name in Files._fields))
