"""A file of settings written whole: nobody else can read it, and the one before is kept beside it."""

import os
import shutil
import tempfile

from codex_usage_tracker.errors import FileAccessError, FileExistsAlreadyError

BACKUP = "{}.bak"


def write(path: str, text: str, *, replace: bool) -> str | None:
    """Write a file; one that is there is replaced only if asked to, and its copy is returned."""
    try:
        if os.path.lexists(path) and not replace:
            raise FileExistsAlreadyError(f"{path} is there already", "--force replaces it and keeps a copy beside it.")
        os.makedirs(os.path.dirname(os.path.abspath(path)), mode=0o700, exist_ok=True)
        kept = _copy(path) if os.path.lexists(path) else None
        _replace(path, text)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "no path can have such a character"
        raise FileAccessError(f"{path} cannot be written: {reason}", "Name another file with --output.") from error
    return kept


def _copy(path: str) -> str:
    kept = BACKUP.format(path)
    shutil.copyfile(path, kept)
    os.chmod(kept, 0o600)
    return kept


def _replace(path: str, text: str) -> None:
    """Put a whole file in the place of another at once; a link goes on pointing to it."""
    place = os.path.realpath(path)
    handle, beside = tempfile.mkstemp(dir=os.path.dirname(place), prefix=".settings-")
    try:
        with open(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(handle)
        os.replace(beside, place)
    except BaseException:
        os.unlink(beside)
        raise
