"""What has to change on the disk, told before it is done."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from codex_usage_tracker.plugin import files, passages, record
from codex_usage_tracker.plugin.files import Change

if TYPE_CHECKING:
    from codex_usage_tracker.plugin.record import Record


class Plan(NamedTuple):
    """All changes, the files that are left alone because somebody else wrote them, and what is known afterwards."""

    known: Record
    changes: list[Change]
    kept: list[str]

    def edit(self, path: str, before: str | None, after: str) -> None:
        """Plan that a file holds a text; one that would be empty goes."""
        if before != after:
            old = None if before is None else before.encode()
            self.changes.append(Change(path, old, after.encode() or None))

    def carry_out(self) -> None:
        """Change the files; what is known is kept before, so that what is left half done can be taken up again."""
        written = [one.path for one in self.changes if one.after is not None]
        self.known.folders = sorted({*self.known.folders, *files.missing_folders(written)})
        record.write(self.known)
        files.make(self.changes)

    def clean_up(self) -> None:
        """Remove the folders that were made and are empty now."""
        self.known.folders = files.remove_empty(self.known.folders)
        record.write(self.known)


def begun() -> Plan:
    """Return a plan of nothing yet."""
    return Plan(record.read(), [], [])


def restored(text: str, path: str, known: Record) -> str:
    """Return a text of somebody else without the passages that were put in, as far as they stand there unchanged."""
    for passage in reversed(known.passages.pop(path, [])):
        text = passages.undone(text, passage)
    return text
