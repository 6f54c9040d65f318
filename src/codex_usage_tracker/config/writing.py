"""A file of settings written whole: nobody else can read it, and the one before is kept beside it."""

import os

from codex_usage_tracker import owned
from codex_usage_tracker.errors import FileAccessError, FileExistsAlreadyError

BACKUP = "{}.bak"


def write(path: str, text: str, *, replace: bool) -> str | None:
    """Write a file; one that is there is replaced only if asked to, and its copy is returned."""
    try:
        if os.path.lexists(path) and not replace:
            raise FileExistsAlreadyError(f"{path} is there already", "--force replaces it and keeps a copy beside it.")
        if os.path.islink(path) and owned.is_foreign(path):
            raise FileAccessError(f"{path} is a link to a file of another user", "Name another file with --output.")
        owned.make_folder(os.path.dirname(os.path.abspath(path)))
        kept = _copy(path) if os.path.lexists(path) else None
        _replace(path, text)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "no path can have such a character"
        raise FileAccessError(f"{path} cannot be written: {reason}", "Name another file with --output.") from error
    return kept


def _copy(path: str) -> str:
    kept = BACKUP.format(path)
    with open(path, "rb") as before, owned.replacing(kept) as file:
        file.write(before.read())
    return kept


def _replace(path: str, text: str) -> None:
    """Put a whole file in the place of another at once; a link goes on pointing to it."""
    with owned.replacing(os.path.realpath(path)) as file:
        file.write(text.encode())
