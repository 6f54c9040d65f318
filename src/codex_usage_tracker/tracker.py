"""The one object that an interface holds."""

from __future__ import annotations

import os
import time
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from codex_usage_tracker import paths, privacy
from codex_usage_tracker.config.files import default_files
from codex_usage_tracker.errors import BusyError, DatabaseError, FileAccessError, InvalidSettingsError, TrackerError
from codex_usage_tracker.questions import Questions
from codex_usage_tracker.store import database, permissions
from codex_usage_tracker.store.aside import Aside

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from zoneinfo import ZoneInfo

    import apsw

    from codex_usage_tracker.config.files import Files
    from codex_usage_tracker.config.general import General
    from codex_usage_tracker.config.thresholds import Thresholds
    from codex_usage_tracker.contract.bundle import Bundle, Contents
    from codex_usage_tracker.contract.checks import Check, Doctor
    from codex_usage_tracker.contract.evidence import Evidence
    from codex_usage_tracker.contract.logs import LogInspection
    from codex_usage_tracker.contract.outcomes import Ingest
    from codex_usage_tracker.evidence.window import Place, Wanted
    from codex_usage_tracker.ingest.price_files import PriceState
    from codex_usage_tracker.ingest.sync import Progress, Refreshed, Watching
    from codex_usage_tracker.query.reader import Reader

T = TypeVar("T")

REMOVAL_SECONDS = 10.0
"""How long deleting waits for a refresh to end."""
PATIENCE_SECONDS = 2.0
"""How long a question waits for another process before it prices for itself alone."""

JUDGED_BY = ("pricing", "rate_card", "thresholds")
"""The files of settings that findings follow from."""


class Tracker(Questions):
    """A database, the Codex homes it is made from, and the time zone of its answers."""

    def __init__(
        self, db: str | None = None, homes: Sequence[str] = (), timezone: str | None = None, *, now: int | None = None,
        files: Files | None = None, warn: Callable[[str], None] | None = None, privacy_mode: str | None = None,
    ) -> None:  # fmt: skip
        self.database = db or paths.default_database()
        self.named_homes = tuple(homes)
        self.timezone = timezone
        self._now = now
        self.privacy_mode = privacy_mode
        self.files = files or default_files()
        self._warn = warn
        self._warned: set[str] = set()
        self._aside = Aside()
        self._is_private = False

    @property
    def homes(self) -> tuple[str, ...]:
        """The Codex homes to read: those that were named, else the usual ones and those of the settings."""
        return self.named_homes or self.general().read_homes(paths.default_codex_homes())

    def general(self) -> General:
        """Return the general settings as they are now."""
        from codex_usage_tracker.config.general import General  # noqa: PLC0415  (help needs none)

        return self.settings(self.files.general, General) if os.path.exists(self.files.general) else General()

    def refresh(
        self, *, include_archived: bool = True, again: bool = False, wait_seconds: float = 300.0,
        watching: Watching | None = None,
    ) -> Refreshed:  # fmt: skip
        """Bring the database up to date with the logs; `again` reads all that are there from their beginning."""
        from codex_usage_tracker.ingest import sync  # noqa: PLC0415  (a question alone need not load the parser)

        self.keep_private()
        return sync.refresh(
            self.database, self.homes, self.prices(), include_archived=include_archived, again=again,
            wait_seconds=wait_seconds, watching=watching,
        )  # fmt: skip

    def ingest(
        self, logs: Sequence[str], *, only: str | None = None, model: str | None = None,
        passed: Callable[[bytes], object] = bytes,
    ) -> Ingest:  # fmt: skip
        """Take in what Codex printed, from files or (`-`) a pipe; calls of which rollouts tell are not counted again.

        `only` is a kind of log, `model` the one of calls that name none; what comes is `passed` on first.
        """
        from codex_usage_tracker.ingest.printed.taking import Asked, take  # noqa: PLC0415  (seldom)

        self.keep_private()
        asked = Asked(self.homes[0], self.zone(), only, model, passed)
        return take(self.database, self.prices(), logs, asked)

    def reprice(self, *, wait_seconds: float = 300.0) -> int:
        """Make the stored costs follow from the prices that hold; return how many calls changed."""
        from codex_usage_tracker.ingest import sync  # noqa: PLC0415  (seldom)

        return sync.reprice(self.database, self.prices(), wait_seconds=wait_seconds)

    def judge(self, *, wait_seconds: float = 300.0, progress: Callable[[int, int], None] | None = None) -> int:
        """Judge the threads that changed since they were judged, or all if prices or thresholds did; return how many.

        `progress` is told how many of how many are judged.
        """
        from codex_usage_tracker.insights import judging  # noqa: PLC0415  (most questions need no findings)
        from codex_usage_tracker.store.lock import refreshing  # noqa: PLC0415

        connection = database.open_writer(self.database, makes=False)
        try:
            with refreshing(self.database, wait_seconds), database.told(self.database):
                return judging.judge_stored(connection, self.thresholds(default_files()), progress)
        finally:
            connection.close()

    def thresholds(self, files: Files | None = None) -> Thresholds:
        """Return from where on something is worth a look, by default as the usual file says."""
        from codex_usage_tracker.config.thresholds import Thresholds  # noqa: PLC0415

        path = (files or self.files).thresholds
        return self.settings(path, Thresholds) if os.path.exists(path) else Thresholds()

    def search_logs(self, progress: Callable[[Progress], None] | None = None) -> tuple[int, int]:
        """Search all known logs for what only they tell, and keep it; return how many were read, and could not be."""
        from codex_usage_tracker.diagnostics import snapshots  # noqa: PLC0415  (on demand only)

        return snapshots.refresh(self.database, progress)

    def sum_facts(self, progress: Callable[[int, int], None] | None = None) -> None:
        """Sum the facts of days that changed, if these are many: what is not summed is asked of the calls."""
        from codex_usage_tracker.store import facts  # noqa: PLC0415  (few questions are about facts)

        try:
            connection = database.open_writer(self.database, makes=False)
        except (DatabaseError, FileAccessError):  # the database is not ours to write
            return
        try:
            with database.told(self.database):
                if len(facts.unsummed(connection)) > facts.FEW_DAYS:
                    facts.fill(connection, progress)
        except (BusyError, DatabaseError):  # a refresh is at it
            return
        finally:
            connection.close()

    def prices(self, files: Files | None = None) -> PriceState:
        """Return the prices that the user's files and the bundled cards make, by default those of the usual files."""
        from codex_usage_tracker.ingest import price_files  # noqa: PLC0415  (help needs no prices)

        files = files or default_files()
        return price_files.state(files.pricing, files.rate_card, self.settings)

    def remove(self) -> list[str]:
        """Delete the database once no refresh is running; return the files that were there."""
        from codex_usage_tracker.store.lock import refreshing  # noqa: PLC0415  (seldom)

        with refreshing(self.database, REMOVAL_SECONDS):
            pass
        return database.remove(self.database)

    def inspect_log(self, path: str) -> LogInspection:
        """Read one log and return what it holds, writing nothing."""
        from codex_usage_tracker.ingest.inspection import inspect  # noqa: PLC0415  (a question needs no parser)

        return inspect(path)

    def doctor(self, *, suggest: bool = False, start: bool = False, more: Iterable[Check] = ()) -> Doctor:
        """Look at homes, database, plugin and hook and return a verdict on each.

        `suggest` names the commands that repair; `start` starts the plugin's MCP server to see whether it answers.
        `more` are verdicts on parts that the tracker itself does not know.
        """
        from codex_usage_tracker.ingest import survey  # noqa: PLC0415  (no other question looks at the disk)
        from codex_usage_tracker.plugin.checks import checks  # noqa: PLC0415
        from codex_usage_tracker.reports.doctor import doctor  # noqa: PLC0415
        from codex_usage_tracker.store import health  # noqa: PLC0415

        homes = [survey.home(home, health.known_files(self.database, home)) for home in self._homes_that_are_known()]
        settings = [survey.settings(path, name) for name, path in self.files._asdict().items() if os.path.exists(path)]
        exposed = permissions.exposures(self.database)
        plugin = [*checks(self._homes_that_are_known(), start=start), *more]
        state = health.state_of(self.database)
        return doctor(homes, state, exposed, settings, plugin, self.timezone, suggest=suggest)

    def support_bundle(self, mode: str | None = None) -> Bundle:
        """Return all that helps to find a defect, as a privacy mode shows it, without secrets.

        It is told whatever is damaged; where the settings that name the mode are, the strictest holds.
        """
        from codex_usage_tracker.evidence import scrubbing  # noqa: PLC0415  (asked for once in a while)
        from codex_usage_tracker.ingest import survey  # noqa: PLC0415
        from codex_usage_tracker.reports import bundle  # noqa: PLC0415

        try:
            hiding = self.hiding(mode)
        except InvalidSettingsError:
            hiding = privacy.Hiding(mode or privacy.STRICT, self.secret())
        found = bundle.bundle(
            now=self.now(),
            mode=hiding.mode,
            places=survey.places(self.database, self._homes_that_are_known(), self.files),
            doctor=self.doctor(),
            settings=[survey.settings(path, name) for name, path in self.files._asdict().items()],
            prices=survey.price_cards(self.files),
            contents=self._contents(),
        )
        hidden = [place.path for place in found.places] if hiding.hides else []
        names = scrubbing.own_names() if hiding.mode == privacy.STRICT else []
        return scrubbing.scrubbed(privacy.hidden(found, hiding), hidden, names)

    def _contents(self) -> Contents | None:
        """Return what the database holds, as it is; None where it cannot be read."""
        from codex_usage_tracker.reports import bundle  # noqa: PLC0415

        try:
            connection = database.open_reader(self.database)
            try:
                connection.set_progress_handler(None)
                with database.told(self.database):
                    in_step = database.priced_by(connection) == self.prices(default_files()).fingerprint
                    return bundle.contents(connection, costs_follow_prices=in_step)
            finally:
                connection.close()
        except TrackerError:
            return None

    def _homes_that_are_known(self) -> tuple[str, ...]:
        """Return the homes, the usual ones where the settings cannot be understood."""
        try:
            return self.homes
        except InvalidSettingsError:
            return paths.default_codex_homes()

    def keep_private(self) -> None:
        """Take from others, once and telling it, what they may do with the tracker's files."""
        if self._is_private:
            return
        self._is_private = True
        mended = permissions.mend(self.database)
        if mended and self._warn:
            self._warn(f"others on this machine could read {mended:,} of the tracker's files; now only you can")

    def settings(self, path: str, kind: type[T]) -> T:
        """Return what a file of settings says now, or the defaults; what it says in vain is told once."""
        from codex_usage_tracker.config.reading import read  # noqa: PLC0415  (few questions need settings)

        found = read(path, kind)
        for warning in found.warnings:
            if self._warn and warning not in self._warned:
                self._warn(warning)
        self._warned.update(found.warnings)
        return found.value

    def context(self, reader: Reader, record_id: str, wanted: Wanted) -> Evidence:
        """Read what a call was made of from its log, wherever in the homes it lies now."""
        from codex_usage_tracker.evidence.window import Place, evidence  # noqa: PLC0415  (no other question reads logs)
        from codex_usage_tracker.query import around  # noqa: PLC0415
        from codex_usage_tracker.query.filters import Filter  # noqa: PLC0415
        from codex_usage_tracker.reports.scope import call_row, scope_of  # noqa: PLC0415

        found = around.known(reader.db, record_id)
        place = Place(*around.place(reader.db, found))
        record = call_row(around.call(reader.db, found))
        return evidence(record, scope_of(reader, Filter()), place, self._path_of(place), wanted)

    def _path_of(self, place: Place) -> str:
        """Return where a log lies now: where it lay, or where a file of its name does."""
        from codex_usage_tracker.ingest import discover  # noqa: PLC0415

        if os.path.exists(place.path):
            return place.path
        known = (discover.rollouts(home, []).get(place.name) for home in (place.home, *self.homes))
        return next((one.path for one in known if one), place.path)

    def has_database(self) -> bool:
        """Say whether something was read before."""
        return os.path.exists(self.database)

    def secret(self) -> bytes:
        """Return the key behind the labels of hidden texts; one of the moment where there is no database."""
        return database.secret_of(self.database)

    def now(self) -> int:
        """Return the present instant in milliseconds UTC."""
        return self._now or int(time.time() * 1000)

    def zone(self) -> ZoneInfo:
        """Return the time zone of all answers."""
        from codex_usage_tracker.query import zones  # noqa: PLC0415

        return zones.zone_of(self.timezone or self.general().timezone)

    @contextmanager
    def reader(
        self, *, findings: bool = False, seconds: float = database.READER_SECONDS, locked_ms: int = database.BUSY_MS,
    ) -> Iterator[Reader]:  # fmt: skip
        """Open the database for questions; all of them see one moment of it, so that parts and totals agree.

        With `findings`, all threads are judged before. All questions together may take so many seconds; a lock of
        another program is waited for so many milliseconds.
        """
        from codex_usage_tracker.query.reader import Reader  # noqa: PLC0415

        zone = self.zone()
        with self._connected(seconds, locked_ms) as connection, database.told(self.database):
            if findings:
                self._judge(connection)
            connection.execute("BEGIN")
            try:
                yield Reader(connection, zone, self.now())
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")

    @contextmanager
    def _connected(self, seconds: float, locked_ms: int) -> Iterator[apsw.Connection]:
        """Give a connection that sees costs by the prices that hold, or by those of files named for this time alone."""
        self.keep_private()
        prices = self.prices(self.files)
        connection = database.open_reader(self.database, seconds=seconds, locked_ms=locked_ms)
        try:
            with database.told(self.database):
                in_step = self._is_in_step(connection, prices)
                if in_step:
                    self._name_projects(connection)
            if in_step:
                yield connection
                return
        finally:
            connection.close()
        made_from = (prices.fingerprint, _stamp(self.files.projects))
        make = partial(self._made_aside, prices, locked_ms)
        with self._aside.asked(self.database, made_from, make, seconds) as kept:
            yield kept

    def _is_in_step(self, connection: apsw.Connection, prices: PriceState) -> bool:
        if database.priced_by(connection) == prices.fingerprint:
            return True
        return self.files[:2] == default_files()[:2] and self._brought_in_step()

    def _made_aside(self, prices: PriceState, locked_ms: int) -> apsw.Connection:
        """Price all calls for one connection alone, however long that takes."""
        from codex_usage_tracker.store import rates  # noqa: PLC0415  (most questions find the costs in step)

        connection = database.open_reader(self.database, locked_ms=locked_ms)
        connection.set_progress_handler(None)
        with database.told(self.database):
            rates.shadow(connection, prices.load())
            self._name_projects(connection)
        return connection

    def _brought_in_step(self) -> bool:
        try:
            changed = self.reprice(wait_seconds=PATIENCE_SECONDS)
        except (BusyError, DatabaseError, FileAccessError):  # another process is at it, or the database is not ours
            return False
        if changed and self._warn:
            self._warn(f"prices have changed: the costs of {changed:,} calls follow")
        return True

    def _judge(self, connection: apsw.Connection) -> None:
        """Let all threads be judged, or for this time alone where files were named or the database is not ours.

        While another process writes, what was judged before has to do.
        """
        from codex_usage_tracker.insights import judging  # noqa: PLC0415  (most questions need no findings)

        if not judging.is_due(connection, self.thresholds()):
            return
        usual = default_files()
        if all(getattr(self.files, name) == getattr(usual, name) for name in JUDGED_BY):
            try:
                self.judge(wait_seconds=PATIENCE_SECONDS)
            except BusyError:
                return
            except (DatabaseError, FileAccessError):
                pass
            else:
                return
        judging.judge_aside(connection, self.thresholds())

    def _name_projects(self, connection: apsw.Connection) -> None:
        """Let answers call projects as the user does."""
        if not os.path.exists(self.files.projects):
            return
        from codex_usage_tracker.config.projects import Projects  # noqa: PLC0415  (few people name their projects)
        from codex_usage_tracker.store import projects  # noqa: PLC0415

        projects.shadow(connection, self.settings(self.files.projects, Projects))


def _stamp(path: str) -> tuple[int, int] | None:
    """Return what changes when a file is written."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
