"""The demo home on disk: whether it may be written, and where each rollout goes."""

import shutil
from contextlib import suppress
from os import path, utime
from pathlib import Path

import msgspec

from codex_usage_tracker import owned
from codex_usage_tracker.demo.moments import stamp
from codex_usage_tracker.demo.truth import SCHEMA, Truth

_TRUTH = "demo-truth.json"
_INDEX = "session_index.jsonl"
_OWN = ("sessions", "archived_sessions", _INDEX, _TRUTH)
_SIGNS_OF_CODEX = ("auth.json", "config.toml", "history.jsonl", "version.json", "state_5.sqlite", "models_cache.json")


class DemoHomeError(ValueError):
    """The folder must not be written: it is no demo, or it is one and nobody asked to replace it."""


def _is_demo(home: Path) -> bool:
    with suppress(OSError, msgspec.DecodeError):
        content = msgspec.json.decode((home / _TRUTH).read_bytes())
        return isinstance(content, dict) and content.get("schema") == SCHEMA
    return False


def prepare(home: Path, *, replace: bool) -> None:
    """Make the folder ready, or raise DemoHomeError and leave it untouched."""
    demo = _is_demo(home)
    signs = [sign for sign in (*_SIGNS_OF_CODEX, *(() if demo else _OWN)) if path.lexists(home / sign)]
    found = "a file of that name" if home.exists() and not home.is_dir() else signs and signs[0]
    if found:
        raise DemoHomeError(
            f"{home} holds {found!r} and was not made by the demo alone, so nothing is written there. "
            "Choose an empty or new folder."
        )
    if demo and not replace:
        raise DemoHomeError(
            f"{home} already holds a demo history. Ask for it to be replaced, or choose another folder."
        )
    for name in _OWN if demo else ():
        _remove(home / name)
    owned.make_folder(str(home))
    owned.write(str(home / _TRUTH), msgspec.json.encode({"schema": SCHEMA}))


def _remove(place: Path) -> None:
    if place.is_dir() and not place.is_symlink():
        shutil.rmtree(place)
    else:
        place.unlink(missing_ok=True)


class Shelf:
    """Puts rollouts and thread names where Codex keeps them."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.names: list[tuple[int, str, str]] = []

    def put(self, thread: str, began: int, ended: int, content: bytearray, *, archived: bool) -> None:
        """Write one rollout, with the time of its last line."""
        time = stamp(began)[:19]
        folder = self.home / ("archived_sessions" if archived else f"sessions/{time[:10].replace('-', '/')}")
        owned.make_folder(str(folder))
        place = folder / f"rollout-{time.replace(':', '-')}-{thread}.jsonl"
        owned.write(str(place), content)
        utime(place, ns=(ended * 1_000_000, ended * 1_000_000))

    def close(self, truth: Truth) -> None:
        """Write the index of names and the truth."""
        rows = [
            {"id": thread, "thread_name": name, "updated_at": f"{stamp(moment)[:-1]}000417Z"}
            for moment, thread, name in sorted(self.names)
        ]
        owned.write(str(self.home / _INDEX), msgspec.json.Encoder().encode_lines(rows))
        owned.write(str(self.home / _TRUTH), msgspec.json.encode(truth) + b"\n")
