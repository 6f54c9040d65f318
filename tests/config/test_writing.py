"""A file of settings is written whole, and the one before is kept."""

import os
from pathlib import Path

import pytest

from codex_usage_tracker.config.writing import write
from codex_usage_tracker.errors import FileAccessError, FileExistsAlreadyError


def test_a_new_file_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "own" / "budgets.json"
    assert write(str(path), "{}\n", replace=False) is None
    assert path.read_bytes() == b"{}\n"
    if os.name == "posix":
        assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_a_file_that_is_there_is_replaced_only_if_asked_to_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "budgets.json"
    path.write_text("old", encoding="utf-8")
    with pytest.raises(FileExistsAlreadyError, match="is there already"):
        write(str(path), "new", replace=False)
    assert path.read_text(encoding="utf-8") == "old"
    kept = write(str(path), "new", replace=True)
    assert kept == f"{path}.bak"
    assert (path.read_text(encoding="utf-8"), Path(kept).read_text(encoding="utf-8")) == ("new", "old")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["budgets.json", "budgets.json.bak"]


@pytest.mark.skipif(os.name != "posix", reason="links need a permission elsewhere")
def test_a_link_goes_on_pointing_to_the_file(tmp_path: Path) -> None:
    real = tmp_path / "elsewhere.json"
    real.write_text("old", encoding="utf-8")
    link = tmp_path / "budgets.json"
    link.symlink_to(real)
    write(str(link), "new", replace=True)
    assert link.is_symlink()
    assert real.read_text(encoding="utf-8") == "new"


def test_where_nothing_can_be_written_it_is_told(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("", encoding="utf-8")
    for path in (blocked / "budgets.json", tmp_path, f"{tmp_path}/\0"):
        with pytest.raises(FileAccessError, match="cannot be written"):
            write(str(path), "{}", replace=True)
    assert [one.name for one in tmp_path.iterdir()] == ["file"]
