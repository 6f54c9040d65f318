"""`session`."""

from tests.cli import goldens, history
from tests.cli.conftest import Run


def test_the_page_of_the_latest_thread(ask: Run) -> None:
    goldens.check("session.txt", ask("session").out)


def test_json(ask: Run) -> None:
    goldens.check("session.json", ask("session", history.AGENT, "--json").out)


def test_a_thread_is_named_by_an_end_of_its_id_or_its_name(ask: Run) -> None:
    by_id = ask("session", history.PARSER, "--json").json
    assert by_id["thread"]["thread_id"] == history.PARSER
    assert ask("session", "fix the CANARY parser", "--json").json == by_id
    assert ask("session", history.PARSER[:13], "--json").json == by_id


def test_the_limit_is_said(ask: Run) -> None:
    assert "8 calls, the first 3" in ask("session", "--limit", "3").out


def test_a_thread_that_is_not_there(ask: Run) -> None:
    ran = ask("session", "nobody")
    assert ran.code == 1
    assert "[not_found]" in ran.err
