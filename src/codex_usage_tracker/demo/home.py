"""The demo home on disk: whether it may be written, and where each rollout goes."""

import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import NamedTuple, cast

import msgspec

from codex_usage_tracker.demo.dice import Dice
from codex_usage_tracker.demo.stamps import DAY, file_stamp, stamp
from codex_usage_tracker.demo.truth import SCHEMA, Truth

TRUTH_FILE = "demo-truth.json"
_OWN = ("sessions", "archived_sessions", "session_index.jsonl", TRUTH_FILE)
_SIGNS_OF_CODEX = ("auth.json", "config.toml", "history.jsonl", "version.json", "state_5.sqlite", "models_cache.json")
_PACKED_AFTER = 8 * DAY
_PACKED_BELOW = 300_000
_PACKED_SHARE = 0.04
_MOST_PACKED = 0.03


class DemoHomeError(ValueError):
    """The folder must not be written: it is no demo, or it is one and nobody asked to replace it."""

    @classmethod
    def foreign(cls, home: Path, sign: str) -> "DemoHomeError":
        """Say that the folder belongs to somebody."""
        return cls(
            f"{home} holds {sign!r} and was not made by the demo alone, so nothing is written there. "
            "Choose an empty or new folder."
        )

    @classmethod
    def taken(cls, home: Path) -> "DemoHomeError":
        """Say that a demo is there already."""
        return cls(f"{home} already holds a demo history. Ask for it to be replaced, or choose another folder.")


def _is_demo(home: Path) -> bool:
    """Tell whether the folder was made by an earlier demo."""
    with suppress(OSError, msgspec.DecodeError):
        content = msgspec.json.decode((home / TRUTH_FILE).read_bytes())
        return isinstance(content, dict) and content.get("schema") == SCHEMA
    return False


def prepare(home: Path, *, replace: bool) -> None:
    """Make the folder ready, or raise DemoHomeError and leave it untouched."""
    if home.exists() and not home.is_dir():
        raise DemoHomeError.foreign(home, "a file of that name")
    demo = _is_demo(home)
    signs = _SIGNS_OF_CODEX if demo else (*_SIGNS_OF_CODEX, *_OWN)
    for sign in signs:
        if os.path.lexists(home / sign):
            raise DemoHomeError.foreign(home, sign)
    if demo and not replace:
        raise DemoHomeError.taken(home)
    if demo:
        _clear(home)
    home.mkdir(parents=True, exist_ok=True)
    (home / TRUTH_FILE).write_bytes(msgspec.json.encode({"schema": SCHEMA}))


def _clear(home: Path) -> None:
    """Remove what an earlier demo wrote."""
    for name in _OWN:
        path = home / name
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def _packer() -> Callable[[bytes], bytes] | None:
    """Return zstd's compress, if this Python has it."""
    for name in ("compression.zstd", "backports.zstd"):
        with suppress(ImportError):
            return cast("Callable[[bytes], bytes]", import_module(name).compress)
    return None


class Volume(NamedTuple):
    """A finished rollout: whose it is, when it began and ended, its content."""

    thread: str
    began: int
    ended: int
    content: bytearray
    archived: bool


class Shelf:
    """Puts rollouts and thread names where Codex keeps them."""

    def __init__(self, home: Path, end: int) -> None:
        """Know the home and the end of the history, which decides what is old."""
        self.home = home
        self.end = end
        self.files = 0
        self.packed = 0
        self._pack = _packer()
        self._folders: set[Path] = set()
        self._names: list[tuple[int, str, str]] = []

    def put(self, volume: Volume, dice: Dice) -> None:
        """Write one rollout, sometimes compressed, with the time of its last line."""
        content: bytes | bytearray = volume.content
        path = self._folder(volume) / f"rollout-{file_stamp(volume.began)}-{volume.thread}.jsonl"
        if self._pack and self._may_pack(volume, len(content)) and dice.chance(_PACKED_SHARE):
            path, content = path.with_suffix(".jsonl.zst"), self._pack(bytes(content))
            self.packed += 1
        path.write_bytes(content)
        when = volume.ended * 1_000_000
        os.utime(path, ns=(when, when))
        self.files += 1

    def _may_pack(self, volume: Volume, size: int) -> bool:
        """Tell whether a file is old and small enough, and few enough are packed."""
        old = self.end - volume.ended > _PACKED_AFTER
        return old and size < _PACKED_BELOW and self.packed < _MOST_PACKED * self.files

    def _folder(self, volume: Volume) -> Path:
        """Return the folder of a rollout and make it."""
        if volume.archived:
            folder = self.home / "archived_sessions"
        else:
            folder = self.home / "sessions" / stamp(volume.began)[:10].replace("-", "/")
        if folder not in self._folders:
            folder.mkdir(parents=True, exist_ok=True)
            self._folders.add(folder)
        return folder

    def name(self, thread: str, name: str, moment: int) -> None:
        """Note the name of a thread."""
        self._names.append((moment, thread, name))

    def close(self, truth: Truth) -> None:
        """Write the index of names and the truth."""
        rows = (
            {"id": thread, "thread_name": name, "updated_at": f"{stamp(moment)[:-1]}000417Z"}
            for moment, thread, name in sorted(self._names)
        )
        (self.home / "session_index.jsonl").write_bytes(msgspec.json.Encoder().encode_lines(list(rows)))
        (self.home / TRUTH_FILE).write_bytes(msgspec.json.encode(truth) + b"\n")
