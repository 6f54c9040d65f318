"""The plugin itself: its files as Codex reads them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.resources import files
from typing import Any

from codex_usage_tracker import __version__
from codex_usage_tracker.errors import InvalidValueError

NAME = "codex-usage-tracker"
MANIFEST = os.path.join(".codex-plugin", "plugin.json")
MCP = ".mcp.json"
SKILL = os.path.join("skills", "codex-usage", "SKILL.md")
PASSED_ON = (
    "CODEX_HOME",
    "CODEX_USAGE_DB",
    "CODEX_USAGE_TRACKER_ALLOW_RAW_CONTEXT",
    "CODEX_USAGE_TRACKER_HOME",
    "CODEX_USAGE_TRACKER_PRIVACY_MODE",
    "CODEX_USAGE_WEEKLY_RESET",
)
"""Codex starts a server with few variables of its environment; these are passed on too, where they are set."""
START_SECONDS = 30


def program(python: str | None = None) -> list[str]:
    """Return how this program is started whatever `PATH` and the folder are: `-P` keeps a project's modules out."""
    python = os.path.abspath(os.path.expanduser(python)) if python else sys.executable
    if python != sys.executable:
        _try(python)
    return [python, "-P", "-m", "codex_usage_tracker"]


def _try(python: str) -> None:
    hint = "Name the Python in whose environment the program is installed, or leave --python out."
    try:
        ran = subprocess.run(  # noqa: S603  (the user named it for that)
            [python, "-P", "-m", "codex_usage_tracker", "--version"], capture_output=True, timeout=START_SECONDS,
            check=False, stdin=subprocess.DEVNULL,
        )  # fmt: skip
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        reason = getattr(error, "strerror", None) or "it does not start"
        raise InvalidValueError(f"--python {python}: {reason}", hint) from error
    if not ran.stdout.decode("utf-8", "replace").endswith(f" {__version__}{os.linesep}"):
        raise InvalidValueError(f"--python {python} does not start this version of the program", hint)


def texts(command: list[str]) -> dict[str, bytes]:
    """Return the files of the plugin by their path within it; `command` starts the program."""
    server = {
        "command": command[0],
        "args": [*command[1:], "mcp"],
        "env_vars": list(PASSED_ON),
        "startup_timeout_sec": START_SECONDS,
    }
    return {
        MANIFEST: _json(_manifest()),
        MCP: _json({"mcpServers": {NAME: server}}),
        SKILL: files(__package__).joinpath("skill.md").read_bytes(),
    }


def _manifest() -> dict[str, Any]:
    return {
        "name": NAME,
        "version": __version__,
        "description": "Tokens, cost, credits and limits of Codex on this machine, read from its own logs.",
        "author": {"name": "The codex-usage-tracker authors"},
        "license": "MIT",
        "keywords": ["usage", "tokens", "cost", "rate-limits"],
        "skills": "./skills/",
        "mcpServers": f"./{MCP}",
        "interface": {
            "displayName": "Codex Usage Tracker",
            "shortDescription": "What you used, what it cost, what is left",
            "longDescription": "Answers questions about your Codex usage from exact local records. Unofficial.",
            "developerName": "The codex-usage-tracker authors",
            "category": "Productivity",
            "capabilities": ["Read"],
            "defaultPrompt": [
                "How much of my limits is left, and will it last?",
                "What was most expensive this week, and why?",
                "Where do I waste tokens, and what should I change?",
            ],
        },
    }


def entry(path: str) -> dict[str, Any]:
    """Return the plugin's entry of a marketplace; its path begins with `./`, from the marketplace's root."""
    return {
        "name": NAME,
        "source": {"source": "local", "path": path},
        "policy": {"installation": "AVAILABLE", "authentication": "ON_INSTALL"},
        "category": "Productivity",
    }


def marketplace() -> bytes:
    """Return a marketplace of one's own, with nothing in it yet."""
    return _json({"name": "personal", "interface": {"displayName": "Personal"}, "plugins": []})


def _json(value: Any) -> bytes:
    return json.dumps(value, indent=2, ensure_ascii=False).encode() + b"\n"
