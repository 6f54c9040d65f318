"""`export`."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest

from codex_usage_tracker.contract import CallRow
from codex_usage_tracker.reports import csv_text, export
from tests.cli import goldens, history
from tests.cli.conftest import Run

FIELDS = list(CallRow.__struct_fields__)


@pytest.fixture
def written(ask: Run, tmp_path: Path) -> Any:
    """Give a way to export into a file and read it."""

    def export_to(name: str, *args: str) -> Path:
        path = tmp_path / name
        ran = ask("export", "--out", str(path), *args)
        assert ran.code == 0, ran.err
        return path

    return export_to


def test_all_formats_tell_the_same_as_query(ask: Run, written: Any) -> None:
    rows = ask("query", "--ascending", "--limit", "0", "--json").json["rows"]
    assert len(rows) == 12
    as_json = json.loads(written("calls.json").read_bytes())
    as_parquet = pyarrow.parquet.read_table(written("calls.parquet")).to_pylist()
    as_csv = list(csv.DictReader(io.StringIO(written("calls.csv").read_text(encoding="utf-8"))))
    places = [{name: row[name] for name in FIELDS if name not in {"source_file", "at"}} for row in rows]
    assert [{name: row[name] for name in place} for row, place in zip(as_json["rows"], places, strict=True)] == places
    assert [{name: row[name] for name in place} for row, place in zip(as_parquet, places, strict=True)] == places
    assert [int(row["at"].timestamp() * 1000) for row in as_parquet] == [row["at"] for row in as_json["rows"]]
    assert [row["at"] for row in as_csv] == [csv_text.instant(row["at"]) for row in as_json["rows"]]
    for name in FIELDS:
        if name.endswith("_tokens"):
            assert [row[name] for row in as_csv] == [str(row[name]) for row in as_parquet]


def test_csv(written: Any, codex_home: Path) -> None:
    goldens.check("export.csv", written("calls.csv").read_text(encoding="utf-8").replace(str(codex_home), "<home>"))


def test_json_says_its_scope(written: Any) -> None:
    answer = json.loads(written("calls.json", "--thread", history.PARSER).read_bytes())
    assert answer["schema"] == "codex-usage-tracker-export-v1"
    assert answer["scope"]["filters"] == {"thread": [history.PARSER]}
    assert list(answer["rows"][0]) == FIELDS


def test_parquet_has_types_and_says_its_scope(written: Any) -> None:
    file = pyarrow.parquet.ParquetFile(written("calls.parquet"))
    types = {field.name: str(field.type) for field in file.schema_arrow}
    assert list(types) == FIELDS
    assert (types["at"], types["total_tokens"], types["archived"], types["model"]) == (
        "timestamp[ms, tz=UTC]", "int64", "bool", "string",
    )  # fmt: skip
    assert json.loads(file.metadata.metadata[b"scope"])["privacy_mode"] == "normal"


@pytest.mark.parametrize("form", ["csv", "json"])
def test_standard_output_has_the_file_and_nothing_else(ask: Run, written: Any, form: str, codex_home: Path) -> None:
    ran = ask("export", "--format", form, "--output", "-")
    assert ran.out == written(f"calls.{form}").read_text(encoding="utf-8").replace(str(codex_home), "<home>")


@pytest.mark.parametrize("form", ["csv", "json", "parquet"])
def test_a_limit_leaves_the_newest_calls_in_their_order(ask: Run, written: Any, form: str) -> None:
    newest = [row["record_id"] for row in ask("query", "--limit", "3", "--json").json["rows"]]
    path = written(f"calls.{form}", "--limit", "3")
    if form == "csv":
        found: Any = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8")))
    else:
        found = (
            json.loads(path.read_bytes())["rows"] if form == "json" else pyarrow.parquet.read_table(path).to_pylist()
        )
    assert [row["record_id"] for row in found] == newest[::-1]
    assert ask("export", "--out", str(path), "--force", "--limit", "99", "--json").json["rows"] == 12


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_text_becomes_a_formula(start: str) -> None:
    assert csv_text.guarded(f"{start}1+1") == f"'{start}1+1".replace("\t", " ").replace("\r", " ")


def test_no_text_steers_a_terminal_or_breaks_a_line(written: Any) -> None:
    assert csv_text.guarded("a\x1b[31m\r\nb\x9bc") == "a [31m  b c"
    assert len(written("calls.csv").read_bytes().splitlines()) == 13


@pytest.mark.parametrize("value", [-1, 0, 1.5, None, "a=b", ""])
def test_numbers_and_other_texts_stay_as_they_are(value: object) -> None:
    assert csv_text.guarded(value) == value


def test_formulas_in_names_and_folders_are_guarded(written: Any) -> None:
    rows = list(csv.DictReader(io.StringIO(written("calls.csv").read_text(encoding="utf-8"), newline="")))
    assert {row["project"] for row in rows} == {"alpha-canary", "beta-canary", "'=cmd|calc"}
    assert "'=1+1" in {row["thread_name"][:5] for row in rows}


def test_a_file_that_is_there_is_replaced_only_when_asked_to(ask: Run, tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    path.write_text("mine", encoding="utf-8")
    refused = ask("export", "--out", str(path))
    assert (refused.code, path.read_text(encoding="utf-8")) == (1, "mine")
    assert "[file_exists]" in refused.err
    assert ask("export", "--out", str(path), "--force").code == 0
    assert path.read_text(encoding="utf-8").startswith("record_id,")
    assert [one.name for one in tmp_path.iterdir() if one.name.startswith(".")] == []


def test_what_fails_leaves_nothing_behind(ask: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: object) -> Any:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(export, "rows", broken)
    ran = ask("export", "--out", str(tmp_path / "calls.json"))
    assert ran.code == 1
    assert "No space left" in ran.err
    assert not list(tmp_path.glob("*calls*"))
    assert not list(tmp_path.glob(".export*"))


def test_what_stops_parquet_is_told_as_it_is(ask: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_args: object) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr("codex_usage_tracker.reports.parquet.rows", interrupted)
    assert ask("export", "--out", str(tmp_path / "calls.parquet")).code == 130
    assert not (tmp_path / "calls.parquet").exists()


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["--out", "calls"], "format is not known"),
        (["--out", "-"], "format is not known"),
        (["--out", "-", "--format", "parquet"], "standard output"),
        (["--out", "x.csv", "--format", "xml"], "xml"),
        ([], "--out"),
    ],
)
def test_what_cannot_be_done_is_refused(ask: Run, args: list[str], told: str) -> None:
    ran = ask("export", *args)
    assert ran.code == 2
    assert told in ran.err


def test_a_folder_that_is_not_there(ask: Run, tmp_path: Path) -> None:
    ran = ask("export", "--out", str(tmp_path / "no" / "calls.csv"))
    assert ran.code == 1
    assert "[os_error]" in ran.err


def test_it_says_what_was_written(ask: Run, tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    assert ask("export", "--out", str(path)).out.startswith(f"Wrote 12 calls to {path} (csv, ")
    answer = ask("export", "--out", str(path), "--force", "--json").json
    assert answer == {
        "schema": "codex-usage-tracker-exported-v1", "path": str(path), "format": "csv", "rows": 12,
        "bytes": path.stat().st_size, "privacy_mode": "normal",
    }  # fmt: skip
