"""What was put into other folders than the tracker's own, so that it can be told from what others wrote, and undone."""

from __future__ import annotations

import hashlib
import os

import msgspec

from codex_usage_tracker import paths
from codex_usage_tracker.plugin import files
from codex_usage_tracker.plugin.passages import Passage
from codex_usage_tracker.shapes import ready

NAME = "installed.json"


class Record(msgspec.Struct, omit_defaults=True):
    """Files with their hashes, the originals of files that were replaced, passages put into others' files, folders.

    `stale_trust` holds, by hook, the hash that Codex trusted before the hook was changed.
    """

    plugin: str = ""
    marketplace: str = ""
    files: dict[str, str] = {}
    originals: dict[str, str] = {}
    passages: dict[str, list[Passage]] = {}
    folders: list[str] = []
    hooks: list[str] = []
    stale_trust: dict[str, str] = {}

    def is_ours(self, path: str, data: bytes) -> bool:
        """Say whether a file holds what was written, and nobody changed it."""
        return self.files.get(path) == digest(data)


def digest(data: bytes) -> str:
    """Return the hash by which a file is known again."""
    return hashlib.sha256(data).hexdigest()


def read() -> Record:
    """Return what was written so far; a record that cannot be understood is none."""
    raw = files.content(_path())
    try:
        return msgspec.json.decode(raw or b"{}", type=ready(Record))
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return Record()


def write(record: Record) -> None:
    """Keep what is written, or nothing where nothing is."""
    before = files.content(_path())
    after = msgspec.json.format(msgspec.json.encode(record), indent=2)
    if record == Record():
        if before is not None:
            files.make([files.Change(_path(), before, None)])
    elif before != after:
        files.make([files.Change(_path(), before, after)])


def _path() -> str:
    return os.path.join(paths.data_folder(), NAME)
