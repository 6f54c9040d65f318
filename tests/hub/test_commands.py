"""`link`, `sync`, `unlink` and what `doctor` says of the link, with a hub in a process of its own."""

import json
import signal
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from codex_usage_tracker.hub.client import HubClient
from codex_usage_tracker.hub.client.sending import HubError, HubUnlinkedError
from tests.cli import history
from tests.hub.places import Machine, Served, Serves, serving, tokens, until


@pytest.fixture(scope="module")
def serves(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serves]:
    folder = tmp_path_factory.mktemp("hubs")
    numbers = count()
    with serving(folder, lambda: str(folder / f"hub{next(numbers)}.sqlite3")) as found:
        yield found


@pytest.fixture(scope="module")
def hub(serves: Serves) -> Served:
    made = serves()
    made.account("ada")
    return made


@pytest.fixture
def desk(machine: Callable[..., Machine]) -> Machine:
    """A machine with a history."""
    made = machine()
    history.write(made.home)
    return made


def kept(machine: Machine) -> list[str]:
    return sorted(path.name for path in (machine.folder / "own").glob("hub*"))


def mode(machine: Machine, name: str) -> int:
    return (machine.folder / "own" / name).stat().st_mode & 0o777


def hub_line(machine: Machine) -> str:
    checks = {one["name"]: one for one in machine.run("doctor", "--json").json["checks"]}
    return f"{checks['hub']['status']} {checks['hub']['message']}" if "hub" in checks else ""


def test_a_machine_is_linked_syncs_and_is_unlinked(hub: Served, desk: Machine) -> None:
    assert hub_line(desk) == ""
    hub.account("bea")
    link = hub.link(desk, "bea", "--label", "desk")
    assert [mode(desk, name) for name in ("hub.json", "hub-ledger")] == [0o600, 0o600]
    desk.json("refresh")
    assert hub_line(desk).startswith("warn linked; last sync never;")
    shown = desk.run("sync", "--dry-run")
    assert sum(len(one["buckets"]) for one in json.loads(shown.out)) > 3
    assert hub.totals("bea")["calls"] == 0
    told = desk.json("sync")
    assert told.keys() == {"schema", "accepted", "unchanged", "rejected", "reasons", "hub"}
    assert told["accepted"] == sum(len(one["buckets"]) for one in json.loads(shown.out))
    assert tokens(hub.totals("bea")) == tokens(desk.totals())
    assert desk.run("sync").out.strip() == f"{hub.url} has everything already."
    assert hub_line(desk).endswith("it has everything")
    assert [one["buckets"] for one in json.loads(desk.run("sync", "--dry-run").out)] == [[]]
    ended = desk.json("unlink")
    assert ended["revoked"]
    assert kept(desk) == ["hub-ledger.lock"]
    assert hub.ask("POST", "/v1/sync", link["token"], json={}).status_code == 401


def test_another_hub_than_the_linked_one_is_sent_nothing(hub: Served, desk: Machine) -> None:
    ran = desk.run("sync")
    assert (ran.code, "not linked to a hub" in ran.err) == (1, True)
    hub.link(desk, "ada")
    assert desk.run("sync", "--hub", f"{hub.url}/", "--quiet").code == 0
    ran = desk.run("sync", "--hub", "https://hub.example.org")
    assert (ran.code, "is linked to" in ran.err) == (2, True)


@pytest.mark.parametrize("label", ["", "a" * 65, "<b>", "a\nb"])
def test_a_label_that_cannot_be_one_is_refused_before_the_code_is_used(hub: Served, desk: Machine, label: str) -> None:
    code = hub.code("ada")
    ran = desk.run("link", code, "--hub", hub.url, "--label", label)
    assert (ran.code, "cannot be a label" in ran.err) == (2, True)
    assert desk.run("link", code, "--hub", hub.url).code == 0


def test_a_machine_that_was_revoked_is_told_how_to_go_on(hub: Served, desk: Machine) -> None:
    old = hub.link(desk, "ada")
    HubClient(hub.url, old["token"]).unlink()
    ran = desk.run("sync")
    assert (ran.code, "link CODE --hub" in ran.err) == (1, True)
    hub.link(desk, "ada")
    assert desk.run("sync").code == 0


def test_a_machine_that_is_linked_anew_leaves_no_token_behind(hub: Served, desk: Machine) -> None:
    old = hub.link(desk, "ada")
    new = hub.link(desk, "ada")
    assert old["device"] != new["device"]
    assert hub.ask("POST", "/v1/unlink", old["token"], json={}).status_code == 401


def test_what_would_be_sent_is_shown_before_there_is_a_link(hub: Served, desk: Machine) -> None:
    shown = desk.run("sync", "--hub", hub.url, "--label", "desk", "--dry-run")
    assert "not linked" in shown.err
    assert kept(desk) == []
    hub.link(desk, "ada", "--label", "desk")
    linked = desk.run("sync", "--dry-run").json
    assert shown.json != linked
    assert [_without_hashes(one) for one in shown.json] == [_without_hashes(one) for one in linked]


def _without_hashes(upload: Any) -> Any:
    buckets = [one | {"calls": [call[1:] for call in one["calls"]]} for one in upload["buckets"]]
    return upload | {"buckets": buckets}


def test_options_stand_before_a_command_of_the_hub_too(hub: Served) -> None:
    assert hub.admin.run("hub", "--db", hub.db, "--json", "account", "list").json["rows"]


def test_strict_mode_tells_no_label(hub: Served, desk: Machine) -> None:
    link = hub.link(desk, "ada", "--label", "secret-name", "--privacy-mode", "strict")
    assert link["label"] is None
    shown = desk.run("sync", "--dry-run", "--label", "secret-name", "--privacy-mode", "strict")
    assert "secret-name" not in shown.out
    assert "secret-name" in desk.run("sync", "--dry-run", "--label", "secret-name").out


def test_a_watch_outlasts_a_hub_that_is_away(serves: Serves, desk: Machine) -> None:
    hub = serves()
    hub.account("ada")
    hub.link(desk, "ada")
    watching = desk.begin("sync", "--watch", "1")
    assert until(lambda: (desk.folder / "own" / "hub-ledger").stat().st_size > 100, 60)
    time.sleep(0.5)
    assert watching.poll() is None
    watching.send_signal(signal.SIGINT)
    out, err = watching.communicate(timeout=60)
    assert "Sent to" in out
    assert (watching.returncode, "Traceback" in err) == (130, False)


def test_a_hub_that_is_away_is_told_in_words(hub: Served, desk: Machine) -> None:
    hub.link(desk, "ada")
    path = desk.folder / "own" / "hub.json"
    link = json.loads(path.read_bytes())
    path.write_text(json.dumps(link | {"url": "http://127.0.0.1:1"}), encoding="utf-8")
    ran = desk.run("unlink")
    assert (ran.code, "can be revoked there" in ran.err) == (0, True)
    assert kept(desk) == []


@pytest.mark.parametrize("words", [(), ("--quiet",)])
def test_refused_requests_are_logged_unless_quiet(serves: Serves, words: tuple[str, ...]) -> None:
    hub = serves(*words)
    assert hub.ask("POST", "/v1/sync", "1.1.0", content=b"{}").status_code == 401
    hub.stop()
    assert ("WARNING POST /v1/sync 401" in hub.log.read_text(), "sync" in hub.log.read_text()) == (not words, not words)


def test_what_is_kept_of_a_link_may_be_damaged(hub: Served, desk: Machine) -> None:
    own = desk.folder / "own"
    Path(own).mkdir()
    (own / "hub.json").write_text("{", encoding="utf-8")
    for words in (("sync",), ("unlink",)):
        ran = desk.run(*words)
        assert (ran.code, "cannot be read" in ran.err) == (1, True)
    assert hub_line(desk).startswith("warn")
    hub.link(desk, "ada")
    assert desk.run("sync").code == 0


def test_a_hub_is_asked_from_python(serves: Serves, desk: Machine) -> None:
    hub = serves()
    hub.account("ada")
    link = hub.link(desk, "ada", "--label", "desk")
    desk.json("sync")
    client = HubClient(hub.url, link["token"])
    own = tokens(desk.totals())
    assert client.me().account == "ada"
    found = client.summary(group_by="model")
    assert (found.totals.total_tokens, found.totals.calls) == (own["total_tokens"], own["calls"])
    assert {row.key for row in found.rows} == {"gpt-5.5", "gpt-5.5-mini", "gpt-5.1-codex"}
    assert client.series(bucket="day", since="2026-10-01", until="2026-11-23").series
    assert client.heatmap(since="2026-10-01", until="2026-11-23").days
    assert [one.label for one in client.devices().rows] == ["desk"]
    place = client.leaderboard("all", "tokens").me
    assert place is not None
    assert (place.value, place.name) == (own["total_tokens"], "ada")
    exported = json.loads(client.export())
    assert "desk" in json.dumps(exported)
    with pytest.raises(HubError):
        client.delete("bea")
    assert client.delete("ada").buckets > 3
    assert hub.totals("ada")["calls"] == 0
    assert desk.run("sync").code == 1
    with pytest.raises(HubUnlinkedError):
        client.me()
