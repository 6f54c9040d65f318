"""Files of others, read and written with care: whole or not at all, links and permissions left as they are."""

from __future__ import annotations

import os
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from codex_usage_tracker import owned
from codex_usage_tracker.errors import FileAccessError, InvalidSettingsError
from codex_usage_tracker.plugin import passages

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

LARGEST_BYTES = 4_000_000


class Change(NamedTuple):
    """What a file holds before and after; None where there is none."""

    path: str
    before: bytes | None
    after: bytes | None


@contextmanager
def told(path: str) -> Iterator[None]:
    """Tell in words why a file or folder cannot be read or written."""
    try:
        yield
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "no path can have such a character"
        raise FileAccessError(f"{path} cannot be read or written: {reason}", "Check its permissions.") from error


def content(path: str) -> bytes | None:
    """Return what is in a file, or None where there is none."""
    if os.path.lexists(path) and not os.path.isfile(path):
        raise FileAccessError(f"{path} is there and is no file", "Move it away, or name another place.")
    with told(path):
        try:
            with open(path, "rb") as file:
                data = file.read(LARGEST_BYTES + 1)
        except FileNotFoundError:
            return None
    if len(data) > LARGEST_BYTES:
        raise FileAccessError(f"{path} is larger than {LARGEST_BYTES // 10**6} MB", "No such file belongs there.")
    return data


def document(path: str) -> str | None:
    """Return the text of a JSON object of somebody else, or None where there is none."""
    raw = content(path)
    if raw is None:
        return None
    try:
        text = raw.decode()
        if not isinstance(passages.parsed(text), dict):
            raise ValueError("it holds no object")  # noqa: TRY301, TRY004  (told below)
    except ValueError as error:
        reason = "it is not UTF-8" if isinstance(error, UnicodeDecodeError) else error
        raise InvalidSettingsError(f"{path} is no JSON that can be edited: {reason}", "Correct it first.") from error
    return text


def with_item(path: str, text: str, keys: Sequence[str], item: Any) -> tuple[str, passages.Passage]:
    """Return the text of a file with one more element in a list."""
    try:
        return passages.added(text, keys, item)
    except InvalidSettingsError as error:
        raise InvalidSettingsError(f"{path} cannot be edited: {error.message}", "Correct it first.") from error


def make(changes: Iterable[Change]) -> None:
    """Write and remove files; one that is not as it was looked at is left alone, and so are those after it."""
    for path, before, after in changes:
        if content(path) != before:
            raise FileAccessError(f"{path} was changed by somebody else meanwhile", "Try again.")
        with told(path):
            if after is None:
                os.unlink(path)
            else:
                owned.make_folder(os.path.dirname(path))
                _replace(os.path.realpath(path), after)


def missing_folders(paths: Iterable[str]) -> list[str]:
    """Return the folders that have to be made for files, outer ones first."""
    found: set[str] = set()
    for path in paths:
        folder = os.path.dirname(path)
        while not os.path.lexists(folder):
            found.add(folder)
            folder = os.path.dirname(folder)
    return sorted(found)


def remove_empty(folders: Iterable[str]) -> list[str]:
    """Remove folders that are empty, and return those that stay."""
    for folder in sorted(folders, reverse=True):
        sweep(folder)
        with suppress(OSError):
            os.rmdir(folder)
    return [folder for folder in folders if os.path.isdir(folder)]


def sweep(folder: str) -> None:
    """Remove from a folder what a writing left that was killed."""
    with suppress(OSError), os.scandir(folder) as found:
        for one in found:
            if one.name.startswith(owned.BESIDE):
                os.unlink(one.path)


def _replace(path: str, data: bytes) -> None:
    """Put a whole file in the place of another at once, with the same permissions."""
    with owned.replacing(path) as file:
        file.write(data)
        if os.path.exists(path):
            os.chmod(file.fileno() if os.name == "posix" else path, os.stat(path).st_mode & 0o777)
