"""`parse-allowance`: the limits of a pasted text."""

import io
import json
from pathlib import Path

import pytest

from codex_usage_tracker.config.allowance import Allowance
from codex_usage_tracker.config.reading import read
from tests.cli.conftest import ZONE, Run

CARD = """\
│  >_ OpenAI Codex (v0.144.0)                                                     │
│  Account:              someone@example.com (Pro)                                │
│  5h limit:             [███████████████████░] 95% left (resets 14:00)           │
│  Weekly limit:         [████████████████████] 98% left (resets 00:00 on 26 Nov) │
│  Credits:              38 credits                                               │
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "allowance.json"


def paste(monkeypatch: pytest.MonkeyPatch, text: str | bytes) -> None:
    raw = text if isinstance(text, bytes) else text.encode()
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(raw)))


def windows(path: Path) -> dict[str, dict[str, object]]:
    found: dict[str, dict[str, object]] = json.loads(path.read_bytes())["windows"]
    return found


def test_what_was_typed_is_noted_and_told(run_plain: Run, tmp_path: Path) -> None:
    ran = run_plain("parse-allowance", "5h 79% 4:50 PM Weekly 33% Nov 25", "--timezone", ZONE)
    path = tmp_path / "tracker" / "allowance.json"
    assert ran.code == 0
    assert ran.out.splitlines() == [
        "5 hours   79% left, resets in 3 h 50 min (16:50)",
        "Weekly    33% left, resets in 2 d 11 h (Wed 00:00)",
        "Of the weekly limit only the day of the reset is known; its first minute is taken.",
        f"Noted in {path}.",
    ]
    assert windows(path) == {
        "five_hour": {
            "remaining_percent": 79,
            "reset_at": "2026-11-22T16:50:00+01:00",
            "captured_at": "2026-11-22T13:00:00+01:00",
        },
        "weekly": {
            "remaining_percent": 33,
            "reset_at": "2026-11-25T00:00:00+01:00",
            "captured_at": "2026-11-22T13:00:00+01:00",
        },
    }


def test_words_need_no_quotes(run_plain: Run, path: Path) -> None:
    assert run_plain("parse-allowance", "5h", "79%", "Weekly", "33%", "--output", str(path)).code == 0
    assert set(windows(path)) == {"five_hour", "weekly"}


@pytest.mark.parametrize("args", [(), ("-",)])
def test_a_pasted_card_is_noted_without_the_account(
    run_plain: Run, path: Path, monkeypatch: pytest.MonkeyPatch, args: tuple[str, ...],
) -> None:  # fmt: skip
    paste(monkeypatch, CARD)
    ran = run_plain("parse-allowance", *args, "--output", str(path), "--json", "--timezone", ZONE)
    answer = ran.json
    assert answer["schema"] == "codex-usage-tracker-parsed-allowance-v1"
    assert (answer["plan"], answer["credits"], answer["notes"]) == ("Pro", "38", [])
    assert answer["limits"][0] == {
        "family": None, "limit": "five_hour", "remaining_percent": 95.0, "reset_at": 1795352400000,
        "captured_at": 1795348800000, "total_credits": None, "remaining_credits": None,
    }  # fmt: skip
    found = read(str(path), Allowance)
    assert found.warnings == []
    assert (found.value.plan, found.value.credits is not None) == ("Pro", True)
    assert "someone" not in path.read_text(encoding="utf-8") + ran.out


def test_limits_that_are_not_shown_are_kept_unless_told_otherwise(run_plain: Run, path: Path) -> None:
    run_plain("parse-allowance", "5h 79% Weekly 33%", "--output", str(path))
    ran = run_plain("parse-allowance", "5h 50% used", "--output", str(path))
    assert {name: window["remaining_percent"] for name, window in windows(path).items()} == {
        "five_hour": 50, "weekly": 33,
    }  # fmt: skip
    assert f"before: {path}.bak" in ran.out
    assert windows(Path(f"{path}.bak"))["five_hour"]["remaining_percent"] == 79
    assert run_plain("parse-allowance", "Weekly 20%", "--force", "--output", str(path)).code == 0
    assert set(windows(path)) == {"weekly"}


def test_a_file_that_is_broken_is_not_lost(run_plain: Run, path: Path) -> None:
    path.write_text("{broken", encoding="utf-8")
    ran = run_plain("parse-allowance", "Weekly 20%", "--output", str(path))
    assert (ran.code, path.read_text(encoding="utf-8")) == (2, "{broken")
    assert "[invalid_settings]" in ran.err
    assert run_plain("parse-allowance", "Weekly 20%", "--output", str(path), "--replace").code == 0
    assert Path(f"{path}.bak").read_text(encoding="utf-8") == "{broken"


@pytest.mark.parametrize("text", ["", "hello", b"\xff\xfe\x00", "Limits: data not available yet"])
def test_where_no_limit_is_shown_an_example_is_told(
    run_plain: Run, path: Path, monkeypatch: pytest.MonkeyPatch, text: str | bytes,
) -> None:  # fmt: skip
    paste(monkeypatch, text)
    ran = run_plain("parse-allowance", "--output", str(path))
    assert (ran.code, ran.out) == (2, "")
    assert "5h 79% 6:50 PM Weekly 33% Jun 7" in ran.err
    assert ("copy /status again" in ran.err) == (text == "Limits: data not available yet")
    assert not path.exists()
