"""What `doctor` finds: the state of homes and database, and a verdict on each."""

from typing import Literal

import msgspec

Verdict = Literal["pass", "warn", "fail"]


class HomeFiles(msgspec.Struct, kw_only=True):
    """The rollouts of a Codex home: on disk, not read yet, and read before but gone."""

    home: str
    found: bool
    active_files: int = 0
    archived_files: int = 0
    compressed_files: int = 0
    bytes: int = 0
    unread_files: int = 0
    gone_files: int = 0
    unreadable_files: int = 0


class SettingsState(msgspec.Struct, kw_only=True):
    """One of the user's files of settings: what is wrong in it, what in it means nothing, how many things it says."""

    name: str
    path: str
    exists: bool = True
    entries: int = 0
    problem: str = ""
    hint: str = ""
    warnings: list[str] = []


class DatabaseState(msgspec.Struct, kw_only=True):
    """How the database is: `problem` tells why nothing more is known, `damage` what SQLite found wrong."""

    db_path: str
    exists: bool
    problem: str = ""
    hint: str = ""
    bytes: int = 0
    schema_version: int = 0
    calls: int = 0
    damage: list[str] = []
    broken_references: int = 0
    wrong_sums: int = 0
    wrong_costs: int = 0
    unsettled_threads: int = 0
    notes: dict[str, int] = {}
    free_bytes: int = 0


class Exposure(msgspec.Struct, kw_only=True):
    """A file or folder of the tracker's that others can read: by its mode (`open`), another user's, or by a link."""

    path: str
    what: str
    why: str


class Check(msgspec.Struct, kw_only=True):
    """One thing that was looked at; `detail` is what a file of the user's says, `repair` a command if asked for."""

    name: str
    status: Verdict
    message: str
    detail: str = ""
    hint: str = ""
    repair: str | None = None


class Doctor(msgspec.Struct, kw_only=True):
    """All checks, with the worst verdict, and what they are made from."""

    schema: str
    status: Verdict
    checks: list[Check]
    homes: list[HomeFiles]
    database: DatabaseState
    exposed: list[Exposure] = []
    privacy_mode: str = "normal"
