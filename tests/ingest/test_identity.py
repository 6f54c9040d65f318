"""Whose rollout it is."""

import pytest

from tests.ingest import lines
from tests.ingest.home import Home

ME = lines.uuid7(1, 0xA1)


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("https://ada:hunter2@example.org/me/it.git", "https://example.org/me/it.git"),
        ("https://ghp_canary@example.org/me/it.git", "https://example.org/me/it.git"),
        ("https://ada:p@ss@example.org/it", "https://example.org/it"),
        ("ssh://git@example.org/me/it.git", "ssh://git@example.org/me/it.git"),
        ("git@example.org:me/it.git", "git@example.org:me/it.git"),
        ("https://example.org/@me/it", "https://example.org/@me/it"),
    ],
)
def test_no_password_of_a_repository_is_kept(home: Home, told: str, kept: str) -> None:
    home.log(ME, lines.session_meta(ME, git={"repository_url": told}), lines.turn_context("t"))
    home.refresh()
    assert home.ask("SELECT git_remote, name FROM project") == [(kept, "it")]
