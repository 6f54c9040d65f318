"""`init-pricing` and its like, and the options that name files of settings."""

import json
from pathlib import Path

import click
import pytest

from codex_usage_tracker.cli.invocation import Invocation
from codex_usage_tracker.cli.options import FILES
from codex_usage_tracker.config.thresholds import Thresholds
from codex_usage_tracker.errors import NamedFileMissingError
from tests.cli.conftest import Run


@pytest.mark.parametrize("name", FILES)
def test_it_writes_a_file_where_it_is_read_from_and_says_what_to_do(run_plain: Run, tmp_path: Path, name: str) -> None:
    ran = run_plain(f"init-{name}")
    path = tmp_path / "tracker" / f"{name}.json"
    assert ran.code == 0
    assert ran.out.startswith(f"Wrote {path}.\n")
    assert len(ran.out.splitlines()) == 2
    assert isinstance(json.loads(path.read_bytes()), dict)


def test_a_file_that_is_there_is_replaced_only_if_asked_to(run_plain: Run, tmp_path: Path) -> None:
    path = tmp_path / "budgets.json"
    path.write_text("mine", encoding="utf-8")
    refused = run_plain("init-budgets", "--output", str(path), "--json")
    assert (refused.code, refused.json["error"]["code"]) == (1, "file_exists")
    assert "--force" in refused.json["error"]["hint"]
    done = run_plain("init-budgets", "--output", str(path), "--force", "--json").json
    assert done == {
        "schema": "codex-usage-tracker-settings-file-v1", "settings": "budgets", "path": str(path),
        "backup_path": f"{path}.bak",
    }  # fmt: skip
    assert Path(done["backup_path"]).read_text(encoding="utf-8") == "mine"
    assert "The file before is kept" in run_plain("init-budgets", "--output", str(path), "--force").out


def test_a_privacy_mode_hides_where_it_went(run_plain: Run, tmp_path: Path) -> None:
    ran = run_plain("init-budgets", "--output", str(tmp_path / "b.json"), "--privacy-mode", "redacted", "--json")
    assert str(tmp_path) not in ran.out
    assert ran.json["settings"] == "budgets"


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_named_must_be_there(run_plain: Run, tmp_path: Path, name: str) -> None:
    missing = str(tmp_path / "missing.json")
    for args in ([f"--{name}", missing, "doctor"], ["doctor", f"--{name}", missing]):
        ran = run_plain(*args, "--json")
        assert (ran.code, ran.json["error"]["code"]) == (2, "file_not_found")
        assert missing in ran.json["error"]["message"]


def test_a_file_of_ones_own_goes_before_the_usual_one(tmp_path: Path) -> None:
    asked = Invocation()
    asked.named_files["rate_card"] = str(tmp_path / "mine.json")
    with pytest.raises(NamedFileMissingError):
        _ = asked.tracker
    (tmp_path / "mine.json").write_text("{}", encoding="utf-8")
    files = asked.tracker.files
    assert files.rate_card == str(tmp_path / "mine.json")
    assert files.pricing == str(tmp_path / "tracker" / "pricing.json")


def test_what_a_file_says_in_vain_is_told_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "thresholds.json"
    path.write_text('{"low_cache_ration": 0.2, "low_output_tokens": 50}', encoding="utf-8")
    asked = Invocation()
    asked.named_files["thresholds"] = str(path)
    with click.Context(click.Command("summary"), info_name="codex-usage-tracker"):
        for _ in range(2):
            assert asked.tracker.settings(asked.tracker.files.thresholds, Thresholds).low_output_tokens == 50
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.count("\n") == 1
    assert "`low_cache_ration` is not known and means nothing here; did you mean `low_cache_ratio`?" in told.err
