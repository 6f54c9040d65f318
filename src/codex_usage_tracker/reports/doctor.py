"""Whether everything is in order, and what to do where it is not."""

from __future__ import annotations

import os
import platform
import shlex
from typing import TYPE_CHECKING

import apsw

from codex_usage_tracker import owned
from codex_usage_tracker.contract import SCHEMA
from codex_usage_tracker.contract.checks import Check, Doctor
from codex_usage_tracker.contract.notes import UNCOUNTED_COMPACTION, meaning
from codex_usage_tracker.errors import DatabaseError, OutdatedSchemaError, TrackerError
from codex_usage_tracker.query import zones

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from codex_usage_tracker.contract.checks import DatabaseState, Exposure, HomeFiles, SettingsState, Verdict

OUTDATED = OutdatedSchemaError.code.replace("_", " ")
SCARCE_BYTES = 500 * 10**6
EXPOSED = {
    owned.OPEN: ("others on this machine can read {}", "Take the permission away."),
    owned.LINK: ("{} is a link to what others on this machine can read", "It is not changed through the link."),
    owned.FOREIGN: ("{} is another user's, and others on this machine can read it", "Use a folder of your own."),
}
REFRESH = "codex-usage-tracker refresh"
REBUILD = "codex-usage-tracker rebuild-index"


def doctor(
    homes: Sequence[HomeFiles], database: DatabaseState, exposed: Sequence[Exposure],
    settings: Sequence[SettingsState], plugin: Iterable[Check], timezone: str | None, *, suggest: bool,
) -> Doctor:  # fmt: skip
    """Return a verdict on all that was looked at; repairs are named where they are asked for."""
    checks = [
        _program(),
        *_homes(homes),
        *_database(database),
        *_permissions(exposed),
        *_reading(homes, database),
        *_settings(settings),
        *plugin,
        _zone(timezone),
        _room(database),
    ]
    if not suggest:
        for check in checks:
            check.repair = None
    verdicts = {check.status for check in checks}
    worst: Verdict = "fail" if "fail" in verdicts else "warn" if "warn" in verdicts else "pass"
    return Doctor(
        schema=SCHEMA.format("doctor"),
        status=worst,
        checks=checks,
        homes=list(homes),
        database=database,
        exposed=list(exposed),
    )


def _program() -> Check:
    message = f"Python {platform.python_version()}, SQLite {apsw.sqlite_lib_version()}"
    return Check(name="program", status="pass", message=message)


def _homes(homes: Sequence[HomeFiles]) -> Iterator[Check]:
    for number, home in enumerate(homes, 1):
        name = "codex home" if len(homes) == 1 else f"codex home {number}"
        files = home.active_files + home.archived_files
        if not files:
            message = "there are no logs in it" if home.found else "there is no such folder"
            hint = "Name the folder that holds `sessions` with --codex-home, or try the demo."
            yield Check(name=name, status="warn", message=message, hint=hint, repair="codex-usage-tracker demo")
        else:
            message = (
                f"{files:,} logs, {home.archived_files:,} archived and {home.compressed_files:,} compressed among them"
            )
            yield Check(name=name, status="pass", message=message)
        if home.unreadable_files:
            message = f"{home.unreadable_files:,} files or folders cannot be read"
            hint = "Give yourself the permission to read them; `refresh` names them."
            yield Check(name=f"{name}: access", status="warn", message=message, hint=hint, repair=REFRESH)


def _database(state: DatabaseState) -> Iterator[Check]:
    if not state.exists:
        hint = "The first refresh makes it."
        yield Check(name="database", status="warn", message="there is none yet", hint=hint, repair=REFRESH)
        return
    if state.problem == OUTDATED:
        hint = "A refresh brings it to this version."
        yield Check(name="database", status="warn", message=state.problem, hint=hint, repair=REFRESH)
        return
    if state.problem:
        repair = f"mv {state.db_path} {state.db_path}.damaged && {REFRESH}" if "corrupt" in state.problem else None
        message = "it cannot be opened" if state.problem == DatabaseError.code else state.problem
        yield Check(name="database", status="fail", message=message, hint=state.hint, repair=repair)
        return
    yield Check(name="database", status="pass", message=f"{state.calls:,} calls, schema {state.schema_version}")
    yield from _soundness(state)


def _permissions(exposed: Sequence[Exposure]) -> Iterator[Check]:
    """Name each thing that others can read once, whatever files it is made of."""
    if not exposed:
        yield Check(name="permissions", status="pass", message="only you can read the tracker's files")
    for what, why in dict.fromkeys((one.what, one.why) for one in exposed):
        repair = None
        if why != owned.FOREIGN:
            found = [os.path.realpath(one.path) for one in exposed if (one.what, one.why) == (what, why)]
            repair = f"chmod {700 if os.path.isdir(found[0]) else 600} {' '.join(map(shlex.quote, found))}"
        message, hint = (text.format(what) for text in EXPOSED[why])
        yield Check(name="permissions", status="warn", message=message, hint=hint, repair=repair)


def _soundness(state: DatabaseState) -> Iterator[Check]:
    if state.damage:
        hint = "Move the file away and refresh: the logs that are still there are read again."
        repair = f"mv {state.db_path} {state.db_path}.damaged && {REFRESH}"
        message = f"SQLite finds it damaged in {len(state.damage)} places"
        yield Check(name="integrity", status="fail", message=message, hint=hint, repair=repair)
        return
    yield Check(name="integrity", status="pass", message="SQLite finds it sound")
    yield _counted(
        "references", state.broken_references, "rows point to nothing", "every row points to one that is there"
    )
    yield _counted("costs", state.wrong_costs, "costs are not what their rates come to", "every cost follows its rate")
    yield _counted("sums", state.wrong_sums, "sums differ from their calls", "every sum equals its calls")


def _counted(name: str, count: int, wrong: str, right: str) -> Check:
    if not count:
        return Check(name=name, status="pass", message=right)
    hint = "Reading all logs again mends it."
    return Check(name=name, status="fail", message=f"{count:,} {wrong}", hint=hint, repair=REBUILD)


def _reading(homes: Sequence[HomeFiles], state: DatabaseState) -> Iterator[Check]:
    if not state.exists or state.problem or state.damage:
        return
    unread, gone = sum(home.unread_files for home in homes), sum(home.gone_files for home in homes)
    if unread or state.unsettled_threads:
        message = f"{unread:,} logs are new or have grown" if unread else "the last refresh did not come to its end"
        yield Check(name="up to date", status="warn", message=message, hint="A refresh reads them.", repair=REFRESH)
    else:
        yield Check(name="up to date", status="pass", message="all logs are read")
    if gone:
        message = f"{gone:,} logs that were read are no longer there; their calls are kept"
        yield Check(name="kept", status="pass", message=message)
    yield from _notes(state.notes)


def _notes(notes: dict[str, int]) -> Iterator[Check]:
    odd = {code: count for code, count in notes.items() if not meaning(code).expected}
    for code, count in odd.items():
        hint = "A newer version may know it; `inspect-log` tells the line."
        yield Check(
            name="log format", status="warn", message=f"{count:,} times {meaning(code).text} ({code})", hint=hint
        )
    if not odd:
        yield Check(name="log format", status="pass", message="every line is known")
    uncounted = notes.get(UNCOUNTED_COMPACTION, 0)
    if uncounted:
        message = f"{uncounted:,} compactions were billed of which the logs tell no tokens; they are in no total"
        yield Check(name="uncounted", status="pass", message=message)


def _zone(name: str | None) -> Check:
    try:
        return Check(name="time zone", status="pass", message=str(zones.zone_of(name)))
    except TrackerError as error:
        return Check(name="time zone", status="fail", message=error.message, hint=error.hint)


def _settings(files: Sequence[SettingsState]) -> Iterator[Check]:
    for file in files:
        name = file.name
        if file.problem:
            message = "cannot be understood"
            yield Check(name=name, status="fail", message=message, detail=file.problem, hint=file.hint)
        elif file.warnings:
            hint, told = "Correct or remove what is named.", "; ".join(file.warnings)
            yield Check(name=name, status="warn", message="says things that mean nothing", detail=told, hint=hint)
        else:
            yield Check(name=name, status="pass", message="is understood")


def _room(state: DatabaseState) -> Check:
    message = f"{state.free_bytes / 10**9:,.1f} GB free beside the database"
    if state.free_bytes < SCARCE_BYTES:
        return Check(name="disk", status="warn", message=message, hint="Make room; a refresh needs some.")
    return Check(name="disk", status="pass", message=message)
