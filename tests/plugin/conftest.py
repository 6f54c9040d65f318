"""A machine with a user's own files on it, and what they look like as bytes."""

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Run, run_plain, surroundings

__all__ = ["run_plain", "surroundings"]

SPACES = ("", "", " ", "\n", "\n  ", "\t", "\r\n    ", "  \n")


def snapshot(folder: Path) -> dict[str, tuple[int, bytes | None]]:
    """All files with their permissions and bytes, all folders, links as what they point to."""
    found = {}
    for path in sorted(folder.rglob("*")):
        own = (
            path.readlink().as_posix().encode() if path.is_symlink() else path.read_bytes() if path.is_file() else None
        )
        found[str(path.relative_to(folder))] = (path.lstat().st_mode, own)
    return found


def untidy(value: Any, dice: random.Random) -> str:
    """JSON with any space between its parts."""

    def gap() -> str:
        return dice.choice(SPACES)

    if isinstance(value, dict):
        parts = [f"{gap()}{json.dumps(key)}{gap()}:{gap()}{untidy(one, dice)}{gap()}" for key, one in value.items()]
        return "{" + (",".join(parts) or gap()) + "}"
    if isinstance(value, list):
        return "[" + (",".join(gap() + untidy(one, dice) + gap() for one in value) or gap()) + "]"
    return json.dumps(value, ensure_ascii=dice.random() < 0.5)


def written(value: Any, dice: random.Random) -> bytes:
    """JSON in one of the manners in which people and programs write it."""
    manner = dice.randrange(4)
    if manner == 0:
        return (untidy(value, dice) + dice.choice(SPACES)).encode()
    indent = dice.choice([None, 1, 2, 4, "\t"])
    text = json.dumps(value, indent=indent, separators=(",", ":") if manner == 1 else None, ensure_ascii=manner == 2)
    return (text + dice.choice(["", "\n"])).replace("\n", dice.choice(["\n", "\r\n"])).encode()


@pytest.fixture
def me(tmp_path: Path) -> Path:
    """The user's home folder."""
    folder = tmp_path / "me"
    folder.mkdir()
    return folder


@pytest.fixture
def codex(me: Path) -> Path:
    """The user's Codex home, without logs."""
    folder = me / ".codex"
    folder.mkdir()
    return folder


@pytest.fixture
def marketplace(me: Path) -> Callable[[str | bytes], Path]:
    """Give a way to write a marketplace."""

    def write(text: str | bytes) -> Path:
        path = me / ".agents" / "plugins" / "marketplace.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


@pytest.fixture
def does(run_plain: Run) -> Callable[..., Any]:
    """Give a way to run a command that goes well, and its answer."""

    def runs(*args: str) -> Any:
        ran = run_plain(*args, "--json")
        assert ran.code == 0, ran.out + ran.err
        return ran.json

    return runs
