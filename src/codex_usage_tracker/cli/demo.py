"""`demo`: a made-up history to try everything on."""

from __future__ import annotations

import os
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from codex_usage_tracker import paths
from codex_usage_tracker.cli import options
from codex_usage_tracker.cli.figures import counted
from codex_usage_tracker.cli.progress import counting
from codex_usage_tracker.cli.text import safe
from codex_usage_tracker.contract import SCHEMA
from codex_usage_tracker.contract.outcomes import DemoHistory
from codex_usage_tracker.errors import FileExistsAlreadyError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codex_usage_tracker.cli.invocation import Invocation
    from codex_usage_tracker.cli.screen import Screen
