"""What is sent, what is sent again, and what a hub keeps, whatever happens to a machine's own files."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import apsw
import pytest

from codex_usage_tracker import privacy
from codex_usage_tracker.errors import BusyError
from codex_usage_tracker.hub.client import links, syncing
from codex_usage_tracker.hub.client.sending import HubTooLargeError, HubUnreachableError
from codex_usage_tracker.hub.server import devices
from codex_usage_tracker.store.lock import refreshing
from tests.hub.inside import Inside, Sender
from tests.ingest import lines
from tests.ingest.lines import Line, record, session_meta, thread, turn, used

Senders = Callable[[], Sender]
DAY_QUARTERS = 40


@pytest.fixture
def inside(tmp_path: Path) -> Iterator[Inside]:
    hub = Inside(tmp_path)
    yield hub
    hub.close()


@pytest.fixture
def sender(inside: Inside, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Senders:
    """Give a way to make machines."""
    made: list[Sender] = []

    def makes() -> Sender:
        made.append(Sender(inside, tmp_path / f"machine{len(made)}", monkeypatch))
        return made[-1]

    return makes


def log(number: int, quarters: int = DAY_QUARTERS) -> list[Line]:
    """Return a log of one call in each quarter of an hour."""
    calls = [
        record(thread(number), turn(number), used(1000 + one, 500, 0, 70 + one, 7), response=f"resp_{number}_{one}")
        for one in range(quarters)
    ]
    return [
        session_meta(thread(number)),
        *(one._replace(at=lines.at(number + 15 * place)) for place, one in enumerate(calls)),
    ]


def copied(source: Path, target: Path) -> None:
    """Make a database the same as another one."""
    with closing(sqlite3.connect(source)) as one, closing(sqlite3.connect(target)) as other:
        one.backup(other)


def lose_database(machine: Sender) -> None:
    """Delete the database; the next refresh begins a new one."""
    shutil.rmtree(Path(machine.home.database).parent)


def test_what_the_hub_has_is_not_sent_again(inside: Inside, sender: Senders) -> None:
    machine = sender()
    machine.home.log(thread(0), *log(0))
    told = machine.sync()
    assert (told.accepted, told.unchanged, told.rejected) == (DAY_QUARTERS, 0, 0)
    assert inside.totals() == machine.totals()
    again = machine.sync()
    assert (again.accepted, again.unchanged, machine.wire.buckets) == (0, 0, DAY_QUARTERS)


def test_only_the_quarters_that_changed_are_sent(inside: Inside, sender: Senders) -> None:
    machine = sender()
    machine.home.log(thread(0), *log(0))
    machine.sync()
    machine.home.log(thread(1), *log(1, quarters=2))
    assert machine.sync().accepted == 2
    assert len(machine.wire.sent[-1].buckets) == 2
    assert inside.totals() == machine.totals()


def test_a_reading_from_the_beginning_sends_nothing_new(sender: Senders) -> None:
    machine = sender()
    machine.home.log(thread(0), *log(0))
    machine.sync()
    machine.home.refresh(again=True)
    machine.sync(refreshes=False)
    assert machine.wire.buckets == DAY_QUARTERS


def test_a_call_that_the_tracker_takes_back_is_taken_back_at_the_hub(inside: Inside, sender: Senders) -> None:
    machine = sender()
    machine.home.log(thread(0), *log(0, quarters=3))
    machine.sync()
    connection = apsw.Connection(machine.home.database)
    connection.execute("DELETE FROM call WHERE at = (SELECT max(at) FROM call)")
    connection.execute("UPDATE call SET input = 900, cached_input = 100 WHERE at = (SELECT min(at) FROM call)")
    connection.close()
    machine.sync(refreshes=False)
    assert inside.totals()[:3] == (2, 900 + 1001, 100 + 500)


# -- a database that lost calls ---------------------------------------------------------------------------------------


def test_a_new_database_without_old_logs_takes_nothing_away(inside: Inside, sender: Senders) -> None:
    machine = sender()
    gone = machine.home.log(thread(0), *log(0))
    machine.home.log(thread(1), *log(1, quarters=5))
    machine.sync()
    before = inside.totals()
    gone.unlink()
    lose_database(machine)
    machine.sync()
    assert machine.totals()[0] == 5
    assert inside.totals() == before
    machine.home.log(thread(2), *log(2, quarters=3))
    machine.sync()
    assert inside.totals()[0] == before[0] + 3
    assert machine.sync().accepted == 0


def test_an_older_state_of_the_database_takes_nothing_away(inside: Inside, sender: Senders) -> None:
    machine = sender()
    machine.home.log(thread(0), *log(0, quarters=5))
    machine.home.refresh()
    backup = Path(machine.home.database).read_bytes()
    gone = machine.home.log(thread(1), *log(1))
    machine.sync()
    before = inside.totals()
    for file in Path(machine.home.database).parent.iterdir():
        file.unlink()
    Path(machine.home.database).write_bytes(backup)
    gone.unlink()
    machine.sync(refreshes=False)
    assert (inside.totals(), machine.totals()[0]) == (before, 5)


def test_what_is_gone_is_dropped_at_the_hub_when_asked_to(inside: Inside, sender: Senders) -> None:
    machine = sender()
    gone = machine.home.log(thread(0), *log(0))
    machine.home.log(thread(1), *log(1, quarters=5))
    machine.sync()
    gone.unlink()
    lose_database(machine)
    machine.sync()
    assert inside.totals() != machine.totals()
    machine.sync(replaces=True)
    assert inside.totals() == machine.totals()
    assert machine.sync(replaces=True).accepted == 0


def test_a_lost_ledger_costs_an_upload_and_no_call(inside: Inside, sender: Senders) -> None:
    machine = sender()
    machine.home.log(thread(0), *log(0))
    machine.sync()
    before = inside.totals()
    Path(links.ledger_path()).unlink()
    told = machine.sync()
    assert (told.accepted, told.unchanged) == (0, DAY_QUARTERS)
    assert inside.totals() == before


@pytest.mark.parametrize("content", [b"", b"\x00\xff not msgpack", b"\x81\xa3hub\xc0"])
def test_a_damaged_ledger_is_a_lost_one(inside: Inside, sender: Senders, content: bytes) -> None:
    machine = sender()
    machine.home.log(thread(0), *log(0, quarters=3))
    machine.sync()
    Path(links.ledger_path()).write_bytes(content)
    assert machine.sync().unchanged == 3
    assert inside.totals() == machine.totals()


def test_a_machine_that_is_linked_again_counts_once(inside: Inside, sender: Senders) -> None:
    machine = sender()
    machine.home.log(thread(0), *log(0))
    machine.sync()
    lose_database(machine)
    machine.link_again()
    machine.sync()
    assert inside.totals() == machine.totals()


def test_another_way_of_counting_replaces_what_was_counted(
    inside: Inside, sender: Senders, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = sender()
    machine.home.log(thread(0), *log(0, quarters=3))
    machine.sync()
    connection = apsw.Connection(machine.home.database)
    connection.execute("DELETE FROM call WHERE at = (SELECT max(at) FROM call)")
    connection.close()
    for module in ("ledger", "collecting"):
        monkeypatch.setattr(f"codex_usage_tracker.hub.client.{module}.DATA_VERSION", 2)
    told = machine.sync(refreshes=False)
    assert told.accepted == 3
    assert inside.totals() == machine.totals()


def test_a_hub_with_another_database_is_told_all(inside: Inside, sender: Senders, tmp_path: Path) -> None:
    machine = sender()
    machine.home.log(thread(0), *log(0))
    machine.sync()
    (tmp_path / "other").mkdir()
    other = Inside(tmp_path / "other")
    other.link()
    machine.wire.inside = other
    machine.sync()
    assert other.totals() == machine.totals() == inside.totals()
    assert machine.sync().accepted == 0
    other.close()


@pytest.mark.parametrize("syncs", [0, 1, 2])
def test_a_hub_whose_database_is_an_older_copy_is_told_all(
    inside: Inside, sender: Senders, tmp_path: Path, syncs: int
) -> None:
    machine = sender()
    machine.home.log(thread(0), *log(0, quarters=3))
    for _ in range(syncs):
        machine.sync()
    copied(tmp_path / "hub.sqlite3", tmp_path / "copy.sqlite3")
    machine.home.log(thread(1), *log(1, quarters=5))
    machine.sync()
    copied(tmp_path / "copy.sqlite3", tmp_path / "hub.sqlite3")
    assert inside.totals() != machine.totals()
    machine.sync()
    assert inside.totals() == machine.totals()
    assert machine.sync().accepted == 0


# -- the way there ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("loses_uploads", [True, False])
def test_a_hub_that_is_away_is_told_the_rest_later(inside: Inside, sender: Senders, *, loses_uploads: bool) -> None:
    machine = sender()
    machine.home.log(thread(0), *log(0))
    machine.wire.most_buckets, machine.wire.answers, machine.wire.loses_uploads = 10, 2, loses_uploads
    with pytest.raises(HubUnreachableError):
        machine.sync()
    machine.wire.answers = 100
    told = machine.sync()
    assert told.accepted + told.unchanged < DAY_QUARTERS
    assert inside.totals() == machine.totals()


def test_what_is_too_large_for_the_hub_goes_in_parts(inside: Inside, sender: Senders) -> None:
    machine = sender()
    machine.home.log(thread(0), *log(0))
    machine.wire.most_buckets = 7
    machine.sync()
    assert inside.totals() == machine.totals()
    assert max(len(one.buckets) for one in machine.wire.sent) <= 7
    machine.wire.most_buckets = 0
    machine.home.log(thread(1), *log(1, quarters=2))
    with pytest.raises(HubTooLargeError):
        machine.sync()


def test_what_lies_in_the_future_is_refused_and_sent_again(inside: Inside, sender: Senders) -> None:
    machine = sender()
    machine.home.log(thread(0), *log(0, quarters=2), minute=0)
    inside_now = lines.at(0) - 3 * 86_400_000
    machine.patch.setattr("time.time", lambda: inside_now / 1000)
    told = machine.sync()
    assert (told.accepted, told.rejected) == (0, 2)
    assert told.reasons == {"it lies in the future": 2}
    machine.patch.setattr("time.time", lambda: lines.at(0) / 1000)
    assert machine.sync().accepted == 2
    assert inside.totals() == machine.totals()


def test_one_process_syncs_at_a_time(sender: Senders, monkeypatch: pytest.MonkeyPatch) -> None:
    machine = sender()
    machine.home.refresh()
    monkeypatch.setattr(syncing, "PATIENCE_SECONDS", 0.05)
    with refreshing(links.ledger_path(), 1.0), pytest.raises(BusyError, match="another sync"):
        machine.sync(refreshes=False)


# -- the label --------------------------------------------------------------------------------------------------------


def labels(inside: Inside) -> list[str | None]:
    return [row.label for row in inside.do(devices.rows(inside.hub.store, inside.account))]


def test_a_new_label_is_told_without_anything_else(inside: Inside, sender: Senders) -> None:
    machine = sender()
    machine.sync()
    assert labels(inside) == [None]
    machine.link.label = "desk"
    machine.sync()
    assert (machine.wire.buckets, labels(inside)) == (0, ["desk"])


def test_strict_mode_tells_no_label(inside: Inside, sender: Senders) -> None:
    machine = sender()
    machine.link.label = "desk"
    machine.home.log(thread(0), *log(0, quarters=2))
    machine.sync(mode=privacy.STRICT)
    assert [one.label for one in machine.wire.sent] == [None]
    assert labels(inside) == [None]
    machine.sync(mode=privacy.REDACTED)
    assert labels(inside) == ["desk"]
