"""What is measured, and what it is measured against: plain tools as floors, other trackers as rivals."""

from __future__ import annotations

import json
import re
import shutil
import sys
from functools import partial
from typing import TYPE_CHECKING

from bench.machine import TRACKER, tracker
from bench.process import Program

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

RIVALS = {
    "ccusage": ("codex", "daily", "--json", "--offline"),
    "tokscale": ("models", "--json", "--client", "codex"),
}
C_LOCALE = {"LC_ALL": "C"}
MANY_TOKENS = re.compile(rb'": ?\d{7}')


def ask(*words: str) -> Program:
    """Return a command of the tracker."""
    return Program(words[0], (*tracker(), *words))


def refresh(home: Path, database: Path, calls: int, *, before: Callable[[], object] = lambda: None) -> Program:
    """Return a refresh that must find so many new calls."""
    words = ("refresh", "--codex-home", str(home), "--db", str(database), "--json")
    return Program(TRACKER, (*tracker(), *words), before=before, complaint=partial(_wrong_calls, calls))


def _wrong_calls(wanted: int, output: bytes) -> str:
    found = json.loads(output)["new_calls"]
    return "" if found == wanted else f"found {found:,} new calls in the place of {wanted:,}"


def remove(database: Path) -> None:
    """Delete a database with its side files."""
    for path in database.parent.glob(f"{database.name}*"):
        path.unlink()


def version() -> Program:
    """Return the least that a command of the tracker does."""
    return Program("--version", (*tracker(), "--version"))


def bare_python() -> Program:
    """Return the least that a program in Python does."""
    return Program("python -c pass", (sys.executable, "-c", "pass"))


def grep(home: Path) -> Program:
    """Return the least that finding the usage by its name takes."""
    words = ("grep", "-rhc", "token_usage_record", *_folders(home))
    return Program("grep -c", words, C_LOCALE)


def line_count(home: Path) -> Program:
    """Return the least that reading all lines takes."""
    words = ("find", *_folders(home), "-type", "f", "-exec", "wc", "-l", "{}", "+")
    return Program("wc -l", words, C_LOCALE)


def newer(home: Path, reference: Path) -> Program:
    """Return the least that seeing which files changed takes."""
    words = ("find", str(home), "-newer", str(reference))
    return Program("find -newer", words, before=reference.touch)


def _folders(home: Path) -> list[str]:
    return [str(home / name) for name in ("sessions", "archived_sessions") if (home / name).is_dir()]


def rivals(home: Path, state: Path, *, fresh: bool = False) -> list[Program]:
    """Return the other trackers that are installed; `fresh` has each begin without what it kept from earlier runs."""
    env = {"CODEX_HOME": str(home), "TOKSCALE_CONFIG_DIR": str(state), "TOKSCALE_PRICING_CACHE_ONLY": "1"}
    before = partial(shutil.rmtree, state, ignore_errors=True) if fresh else lambda: None
    return [
        Program(name, (path, *words), env, before, _no_tokens, rival=True)
        for name, words in RIVALS.items()
        if (path := shutil.which(name))
    ]


def _no_tokens(output: bytes) -> str:
    return "" if MANY_TOKENS.search(output) else "found no tokens"
