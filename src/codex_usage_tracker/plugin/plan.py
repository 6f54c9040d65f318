"""What has to change on the disk, told before it is done."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from codex_usage_tracker.errors import InvalidValueError
from codex_usage_tracker.plugin import files, passages, record
from codex_usage_tracker.plugin.files import Change

if TYPE_CHECKING:
    from codex_usage_tracker.plugin.record import Record


class Plan(NamedTuple):
    """All changes, the files that are left alone because somebody else wrote them, and what is known afterwards."""

    known: Record
    changes: list[Change]
    kept: list[str]
    takes_away: bool = False

    def edit(self, path: str, before: str | None, after: str) -> None:
        """Plan that a file holds a text; one that would be empty goes."""
        if before == after:
            return
        try:
            new = after.encode()
        except UnicodeEncodeError:
            raise InvalidValueError("JSON cannot hold a path that is not UTF-8", "Name another place.") from None
        self.changes.append(Change(path, None if before is None else before.encode(), new or None))

    def carry_out(self) -> None:
        """Change the files, and remove folders that were made and are empty then.

        What is written is known before and what is taken away until after, so that all can be taken up half done.
        """
        touched = record.read().passages  # a writing that was killed changed nothing there, and may have left a file
        written = [one.path for one in self.changes if one.after is not None]
        self.known.folders = sorted({*self.known.folders, *files.missing_folders(written)})
        if not self.takes_away:
            record.write(self.known)
        for path in {*touched, *(one.path for one in self.changes)}:
            files.sweep(os.path.dirname(os.path.realpath(path)))
        files.make(self.changes)
        self.known.folders = files.remove_empty(self.known.folders)
        record.write(self.known)


def begun(*, takes_away: bool = False) -> Plan:
    """Return a plan of nothing yet."""
    return Plan(record.read(), [], [], takes_away)


def restored(text: str, path: str, known: Record) -> str:
    """Return a text of somebody else without the passages that were put in, as far as they stand there unchanged."""
    for passage in reversed(known.passages.pop(path, [])):
        text = passages.undone(text, passage)
    return text
