"""The skill tells of what there is."""

import importlib
import re
from importlib.resources import files

import click
import pytest

from codex_usage_tracker.cli.main import MODULES, cli

SKILL = files("codex_usage_tracker.plugin").joinpath("skill.md").read_text(encoding="utf-8")
COMMAND = re.compile(r"`codex-usage-tracker ([^`]+)`")


def test_it_has_the_head_that_codex_reads() -> None:
    head = SKILL.split("---\n")[1]
    told = dict(line.split(": ", 1) for line in head.strip().splitlines())
    assert set(told) == {"name", "description"}
    assert re.fullmatch(r"[a-z-]{1,64}", told["name"])
    assert len(told["description"]) < 1024


def test_it_is_short() -> None:
    assert len(SKILL) < 6_000


def test_it_names_only_tools_that_exist() -> None:
    tools = pytest.importorskip("codex_usage_tracker.mcp.tools", exc_type=ImportError)
    named = set(re.findall(r"`(usage_\w+)`", SKILL))
    assert named - set(tools.TOOLS) == set()
    assert len(named) > 10


@pytest.mark.parametrize("line", sorted(set(COMMAND.findall(SKILL))))
def test_it_names_only_commands_that_exist(line: str) -> None:
    name, *words = line.split()
    assert name in MODULES
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    known = {option for param in command.params for option in param.opts}
    assert {word for word in words if word.startswith("--")} <= known


def test_every_module_of_a_command_exists() -> None:
    assert all(importlib.import_module(f"codex_usage_tracker.cli.{module}") for module in MODULES.values())
