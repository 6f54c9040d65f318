"""The command line as a whole: names, help, versions, options of every command, failures."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from codex_usage_tracker import __main__, __version__
from codex_usage_tracker.cli import main
from codex_usage_tracker.cli.main import MODULES, cli
from tests.cli import history
from tests.cli.conftest import Run

SOURCE = str(Path(__main__.__file__).parents[1])
SCRIPT = "import sys; from codex_usage_tracker.__main__ import main; code = main(); {}; sys.exit(code)"


def start(*args: str, then: str = "None", **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the program in a process of its own."""
    settings = {**os.environ, "PYTHONPATH": SOURCE, **environment}
    command = [sys.executable, "-c", SCRIPT.format(then), *args]
    return subprocess.run(command, env=settings, capture_output=True, text=True, check=False)


def loaded(*args: str, **environment: str) -> set[str]:
    """Return the modules that a command loads."""
    ran = start(*args, then="print(*sys.modules, file=sys.stderr)", **environment)
    assert ran.returncode == 0, ran.stderr
    return set(ran.stderr.split())


def test_the_version_loads_nothing() -> None:
    found = loaded("--version")
    assert found.isdisjoint({"click", "msgspec", "apsw", "rich", "typing", "re"})
    assert start("--version").stdout == f"codex-usage-tracker {__version__}\n"


def test_a_question_loads_neither_rich_nor_the_parser(database: str) -> None:
    for args in (
        ["summary", "--json"],
        ["report", "--no-refresh", "--format", "csv"],
        ["query"],
        ["status", "--no-refresh"],
    ):
        found = loaded(*args, "--db", database, "--timezone", "UTC", "--quiet")
        assert found.isdisjoint({"rich", "pyarrow", "arro3.core", "dataclasses", "multiprocessing", "asyncio", "json"})
        assert "codex_usage_tracker.ingest.rollout" not in found
        assert "codex_usage_tracker.demo" not in found


def test_both_names_are_shown(run_plain: Run) -> None:
    for name in __main__.NAMES:
        assert run_plain("--help", name=name).out.startswith(f"Usage: {name} [OPTIONS] COMMAND")
        assert run_plain("report", "--help", name=name).out.startswith(f"Usage: {name} report ")
        assert run_plain("--quiet", "--version", name=name).out == f"{name} {__version__}\n"


@pytest.mark.parametrize(
    ("called", "name"),
    [
        ("/usr/bin/codex-track", "codex-track"),
        ("C:/x/codex-track.exe", "codex-track"),
        ("x/__main__.py", "codex-usage-tracker"),
    ],
)
def test_the_name_is_that_of_the_script(called: str, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", [called])
    assert __main__.called_as() == name


def commands() -> Iterator[tuple[str, click.Command]]:
    context = click.Context(cli)
    for name in MODULES:
        found = cli.get_command(context, name)
        assert found is not None
        yield name, found


def test_every_command_is_listed_explained_and_loads(run_plain: Run) -> None:
    shown = run_plain("--help").out
    for name, command in commands():
        assert f"\n  {name} " in shown
        assert command.help, name
        assert all(isinstance(param, click.Argument) or param.help for param in command.params), name
        assert run_plain(name, "--help").code == 0


def test_no_command_is_there_without_a_module_of_its_own() -> None:
    folder = Path(main.__file__).parent
    with_command = {
        path.stem
        for path in folder.glob("*.py")
        if re.search(r"^@(options\.command|click\.group)\(", path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert with_command == set(MODULES.values())


def test_an_unknown_command_suggests_one(run_plain: Run) -> None:
    ran = run_plain("reprot")
    assert ran.code == 2
    assert "report" in ran.err
    assert run_plain("report", "--jsno").code == 2
    assert run_plain("reprot", "--json").json["error"]["code"] == "usage"


def test_without_a_command_it_shows_help(run_plain: Run) -> None:
    ran = run_plain()
    assert ran.code == 2
    assert "COMMAND" in ran.err


def test_a_language_that_is_not_there_is_named(run_plain: Run) -> None:
    ran = run_plain("--lang", "tlh", "report")
    assert ran.code == 2
    assert "no translation 'tlh'; there is en, de," in ran.err
    assert run_plain("report", "--lang", "EN", "--no-refresh").code == 5
    assert run_plain("report", "--lang", "pt-BR", "--no-refresh").code == 5


def test_a_flag_speaks_louder_of_the_language_than_the_environment_and_that_than_a_setting(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def told(*arguments: str) -> dict[str, str]:
        context = cli.make_context("tracker", [*arguments, "report"])
        with context:
            context.obj.named_files["general"] = str(general)
            return dict(context.obj.page_language)

    general = tmp_path / "general.json"
    general.write_text('{"language": "ja"}')
    assert told() == {"default_lang": "ja"}
    monkeypatch.setenv("CODEX_USAGE_TRACKER_LANG", "zh_CN.UTF-8")
    assert told() == {"default_lang": "zh-Hans"}
    assert told("--lang", "de-AT") == {"lang": "de"}


def failing(error: BaseException) -> object:
    def reader(_tracker: object, **_options: object) -> object:
        raise error

    return reader


def test_the_unforeseen_is_told_without_any_content(run_plain: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("codex_usage_tracker.tracker.Tracker.reader", failing(ValueError("the secret of /home/me")))
    ran = run_plain("report", "--no-refresh")
    assert (ran.code, ran.out) == (1, "")
    assert "unexpected ValueError at codex_usage_tracker.cli.reading:" in ran.err
    assert "secret" not in ran.err
    assert "Traceback" not in ran.err
    assert run_plain("report", "--no-refresh", "--json").json["error"]["code"] == "unexpected"
    monkeypatch.setenv("CODEX_USAGE_TRACKER_DEBUG", "1")
    traced = run_plain("report", "--no-refresh").err
    assert traced.startswith("ValueError came through\n  codex_usage_tracker.cli.main:")
    assert " reader\nError: [unexpected]" in traced
    assert "secret" not in traced


def test_a_secret_in_what_was_asked_is_not_repeated(run_plain: Run) -> None:
    told = run_plain("report", "--no-refresh", "--db", "DB_PASS=hunter2canary/usage.sqlite3").err
    assert "Error: [" in told
    assert "hunter2canary" not in told


def test_an_interrupt_is_told(run_plain: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("codex_usage_tracker.tracker.Tracker.reader", failing(KeyboardInterrupt()))
    ran = run_plain("report", "--no-refresh")
    assert (ran.code, ran.out) == (130, "")
    assert ran.err.strip() == "Interrupted."


@pytest.mark.skipif(os.name != "posix", reason="pipes end otherwise")
def test_a_pipe_that_is_closed_is_no_failure_to_tell(database: str) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-c", SCRIPT.format("None"), "query", "--db", database, "--json"]
    with os.fdopen(writing) as pipe:
        ran = subprocess.run(
            command, env={**os.environ, "PYTHONPATH": SOURCE}, stdout=pipe, stderr=subprocess.PIPE, check=False,
        )  # fmt: skip
    assert (ran.returncode, ran.stderr) == (1, b"")


def on_a_terminal(*args: str, columns: int = 80, **environment: str) -> str:
    """Run the program where standard output is a terminal, and return what it shows."""
    import pty  # noqa: PLC0415  (not everywhere)

    ours, theirs = pty.openpty()
    settings = {**os.environ, "PYTHONPATH": SOURCE, "TERM": "xterm-256color", "COLUMNS": str(columns), **environment}
    ran = subprocess.Popen(
        [sys.executable, "-c", SCRIPT.format("None"), *args], env=settings, stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    shown = b""
    try:
        while piece := os.read(ours, 65536):
            shown += piece
    except OSError:
        pass
    assert ran.wait() == 0
    os.close(ours)
    return shown.decode().replace("\r\n", "\n")


@pytest.mark.skipif(os.name != "posix", reason="terminals are those of POSIX")
def test_colours_are_for_terminals_that_want_them(database: str) -> None:
    args = ("report", "--no-refresh", "--db", database, "--last", "all", "--timezone", "UTC")
    coloured = on_a_terminal(*args)
    assert "\x1b[36m░" in coloured
    assert "\x1b" not in on_a_terminal(*args, NO_COLOR="1")
    assert "\x1b" not in on_a_terminal(*args, TERM="dumb")
    assert "\x1b" not in on_a_terminal(*args, "--no-color")
    assert "\x1b" not in start(*args).stdout


@pytest.mark.skipif(os.name != "posix", reason="terminals are those of POSIX")
def test_hostile_names_do_not_steer_a_terminal(database: str) -> None:
    shown = on_a_terminal("query", "--db", database, "--timezone", "UTC", columns=190, NO_COLOR="1")
    assert f"[red]x[/red] [31m{history.HEBREW}" in shown
    assert not {"\x1b", "\u202e", "\r"} & set(shown)


def test_where_unicode_is_not_known_pictures_are_of_ascii(database: str) -> None:
    ran = start(
        "report", "--no-refresh", "--db", database, "--last", "all", "--timezone", "UTC", PYTHONIOENCODING="ascii"
    )
    assert ran.returncode == 0
    assert "- cached = uncached # output" in ran.stdout
    assert start("query", "--db", database, "--timezone", "UTC", PYTHONIOENCODING="ascii").returncode == 0


def test_the_database_of_a_newer_version_is_refused(run_plain: Run, tmp_path: Path) -> None:
    import sqlite3  # noqa: PLC0415

    path = tmp_path / "newer.sqlite3"
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    ran = run_plain("summary", "--db", str(path))
    assert ran.code == 5
    assert "[newer_schema]" in ran.err


def test_a_folder_that_is_gone_is_told_in_words(ask: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    ran = ask("dashboard", "--output", "x.html")
    assert (ran.code, ran.err.splitlines()[0]) == (1, "Error: [os_error] the folder that you are in is no longer there")
