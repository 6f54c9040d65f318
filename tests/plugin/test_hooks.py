"""`install-hook` and `uninstall-hook` among hooks of others."""

import json
import random
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codex_usage_tracker.cli.main import run
from tests.cli.conftest import Run
from tests.plugin.conftest import snapshot, written

Does = Callable[..., Any]
COMMANDS = st.fixed_dictionaries(
    {"type": st.just("command"), "command": st.text()}, optional={"timeout": st.integers()}
)
GROUPS = st.fixed_dictionaries(
    {"hooks": st.lists(COMMANDS, max_size=3)}, optional={"matcher": st.text(max_size=5), "new": st.none()}
)
EVENTS = st.dictionaries(st.sampled_from(["Stop", "PostModelRequest", "PreToolUse"]), st.lists(GROUPS, max_size=3))
THEIRS = '{"hooks": {"Stop": [{"hooks": [{"type": "command", "command": "say done"}]}]}}'


def ours(path: Path) -> dict[str, list[str]]:
    told = json.loads(path.read_bytes())["hooks"]
    lines = {event: [one["command"] for group in groups for one in group["hooks"]] for event, groups in told.items()}
    return {event: [line for line in found if ".plugin.nudge" in line] for event, found in lines.items()}


@given(
    hooks=st.none() | EVENTS,
    wanted=st.sampled_from([["Stop"], ["PostModelRequest"], ["Stop", "PostModelRequest"]]),
    dice=st.randoms(use_true_random=False),
)
def test_hooks_of_others_are_the_same_bytes_afterwards(
    hooks: dict[str, Any] | None, wanted: list[str], dice: random.Random
) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv("CODEX_USAGE_TRACKER_HOME", f"{folder}/tracker")
        patch.setenv("CODEX_HOME", f"{folder}/codex")
        path = Path(folder) / "codex" / "hooks.json"
        path.parent.mkdir()
        path.write_bytes(written({"description": "mine"} | ({} if hooks is None else {"hooks": hooks}), dice))
        before = snapshot(path.parent)
        events = [word for event in wanted for word in ("--event", event)]
        assert run(["install-hook", *events]) == 0
        told = json.loads(path.read_bytes())["hooks"]
        for event in wanted:
            assert (
                told[event]
                .pop()["hooks"][0]["command"]
                .endswith("codex_usage_tracker.plugin.nudge 2>/dev/null || true")
            )
        assert {event: groups for event, groups in told.items() if groups or event in (hooks or {})} == (hooks or {})
        installed = snapshot(path.parent)
        assert run(["install-hook", *events]) == 0
        assert snapshot(path.parent) == installed
        assert run(["uninstall-hook"]) == 0
        assert snapshot(path.parent) == before


@pytest.mark.parametrize(
    "text",
    [
        '{"hooks":{"Stop":[],"PostModelRequest":[]}}\n',
        '{\n "hooks":{\n  "Stop":[\n   {\n    "hooks":[]\n   }\n  ],\n  "PostModelRequest":[]\n }\n}',
    ],
)
def test_lists_that_look_alike_stay_as_they_were(codex: Path, does: Does, text: str) -> None:
    (codex / "hooks.json").write_text(text)
    does("install-hook", "--event", "Stop", "--event", "PostModelRequest")
    does("uninstall-hook")
    assert (codex / "hooks.json").read_text() == text


def test_a_file_of_its_own_comes_and_goes(codex: Path, does: Does) -> None:
    answer = does("install-hook")
    assert [one["change"] for one in answer["changes"]] == ["made"]
    assert any("trust" in note for note in answer["notes"])
    assert list(ours(codex / "hooks.json")) == ["Stop"]
    does("uninstall-hook")
    assert list(codex.iterdir()) == []


def test_another_event_takes_the_place_of_the_first(codex: Path, does: Does) -> None:
    (codex / "hooks.json").write_text(THEIRS)
    does("install-hook")
    does("install-hook", "--event", "PostModelRequest")
    assert {event: len(found) for event, found in ours(codex / "hooks.json").items()} == {
        "Stop": 0,
        "PostModelRequest": 1,
    }
    does("uninstall-hook")
    assert (codex / "hooks.json").read_text() == THEIRS


def test_home_and_database_that_are_named_are_told_to_the_hook(me: Path, codex: Path, does: Does) -> None:
    does("install-hook", "--codex-home", str(codex), "--db", str(me / "a b.sqlite3"))
    [line] = ours(codex / "hooks.json")["Stop"]
    assert f"nudge --codex-home {codex} --db '{me / 'a b.sqlite3'}' 2>/dev/null" in line
    does("uninstall-hook", "--codex-home", str(me))
    assert list(codex.iterdir()) == []


def test_among_hooks_that_were_added_to_its_group_it_goes_alone(codex: Path, does: Does) -> None:
    path = codex / "hooks.json"
    does("install-hook")
    told = json.loads(path.read_bytes())
    told["hooks"]["Stop"][0]["hooks"].insert(0, {"type": "command", "command": "say done"})
    path.write_text(json.dumps(told, indent=4))
    does("uninstall-hook")
    assert json.loads(path.read_bytes()) == json.loads(THEIRS)


@pytest.mark.parametrize("text", ["", "// mine\n{}", "[]", '{"hooks": []}', '{"hooks": {"Stop": {}}}'])
def test_an_odd_file_is_told_and_left(codex: Path, run_plain: Run, text: str) -> None:
    (codex / "hooks.json").write_text(text)
    ran = run_plain("install-hook")
    assert ran.code == 2
    assert "Traceback" not in ran.err
    assert (codex / "hooks.json").read_text() == text


def test_without_a_codex_home_there_is_nothing_to_hook_into(run_plain: Run) -> None:
    assert run_plain("install-hook", "--json").json["error"]["code"] == "not_found"


def test_hooks_in_two_places_are_told(codex: Path, does: Does) -> None:
    (codex / "config.toml").write_text('[hooks]\nStop = [{hooks = [{type = "command", command = "true"}]}]\n')
    assert any("config.toml" in note for note in does("install-hook")["notes"])
