"""What commands tell of the hub that a machine sends to."""

import msgspec

from codex_usage_tracker.contract import SCHEMA


class LinkMade(msgspec.Struct, kw_only=True):
    """A machine that was linked to a hub, and how the hub names it."""

    schema: str = SCHEMA.format("link")
    hub: str
    account: str
    device: int
    label: str | None


class Unlinked(msgspec.Struct, kw_only=True):
    """A machine that sends to a hub no more; `revoked` where the hub knows."""

    schema: str = SCHEMA.format("unlink")
    hub: str
    revoked: bool


class Sync(msgspec.Struct, kw_only=True):
    """What became of a sync: how many buckets the hub took, had already, or refused, and how often for which reason."""

    schema: str = SCHEMA.format("sync")
    accepted: int = 0
    unchanged: int = 0
    rejected: int = 0
    reasons: dict[str, int] = {}
    hub: str = ""


class Schedule(msgspec.Struct, kw_only=True):
    """What was done so that the system's own scheduler syncs, or does no more: files, commands, how to undo it."""

    schema: str = SCHEMA.format("schedule")
    scheduler: str
    minutes: int | None
    files: list[str]
    commands: list[str]
    undo: str
