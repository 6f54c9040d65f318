"""What commands did, and why one failed."""

import msgspec


class FileProblem(msgspec.Struct, kw_only=True):
    """A file or folder that could not be read, and why."""

    path: str
    reason: str


class Refresh(msgspec.Struct, kw_only=True):
    """What a refresh read; `parsed_events` and `inserted_or_updated_events` are other names of `new_calls`."""

    schema: str
    scanned_files: int
    read_files: int
    read_bytes: int
    new_calls: int
    parsed_events: int
    inserted_or_updated_events: int
    rewritten_files: int
    repriced_calls: int
    parser_diagnostics: dict[str, int]
    problems: list[FileProblem]
    waited: bool
    interrupted: bool
    generation: int
    duration_ms: int
    db_path: str


class Ingest(msgspec.Struct, kw_only=True):
    """What was taken in of what Codex printed.

    Of the calls that were told, some are new, some were known, some are held by rollouts or told better elsewhere;
    `superseded_calls` gave way to better ones. `clocks` counts new calls by what told their instant, `skipped` lines by
    why they were not used.
    """

    schema: str
    files: list[str]
    lines: int
    kinds: dict[str, int]
    status_snapshots: int
    usage_lines: int
    turns: int
    items: int
    web_actions: int
    threads: int
    new_calls: int
    known_calls: int
    held_calls: int
    superseded_calls: int
    noted_limits: int
    clocks: dict[str, int]
    skipped: dict[str, int]
    interrupted: bool
    generation: int
    duration_ms: int
    db_path: str


class Deletion(msgspec.Struct, kw_only=True):
    """The files that were deleted, and how many calls were in them."""

    schema: str
    deleted_paths: list[str]
    deleted_calls: int


class Export(msgspec.Struct, kw_only=True):
    """A file that was written, with its rows and bytes."""

    schema: str
    path: str
    format: str
    rows: int
    bytes: int
    privacy_mode: str = "normal"


class DashboardFile(msgspec.Struct, kw_only=True):
    """A dashboard that was written as one file: its calls, and how many of those asked for it leaves out.

    `as_of` is the instant (milliseconds UTC) up to which logs had been read.
    """

    schema: str
    path: str
    calls: int
    left_out_calls: int
    bytes: int
    as_of: int | None
    privacy_mode: str = "normal"


class DemoHistory(msgspec.Struct, kw_only=True):
    """A made-up history that was written, and the command that shows it."""

    schema: str
    home: str
    db_path: str
    calls: int
    total_tokens: int
    seed: int
    next: str


class Failure(msgspec.Struct, kw_only=True):
    """Why a command failed: a stable code, what happened, what to do next."""

    code: str
    message: str
    hint: str


class FailureAnswer(msgspec.Struct, kw_only=True):
    """The answer of a command that failed."""

    error: Failure
