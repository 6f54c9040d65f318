"""Patches and code: which files a patch changes and by how many lines, and which commands code runs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from codex_usage_tracker.ingest.decode import json_text

if TYPE_CHECKING:
    from collections.abc import Iterator

BEGIN = "*** Begin Patch"
SECTION = re.compile(r"\*\*\* (Add|Update|Delete) File: (.+)")
MOVED = "*** Move to: "
KINDS = {"Add": "add", "Update": "update", "Delete": "delete"}
MAX_CODE_CHARS = 2**20
TEXT = r"""(?:"(?:[^"\\]|\\[\s\S])*+"|'(?:[^'\\]|\\[\s\S])*+'|`(?:[^`\\]|\\[\s\S])*+`)"""
TEXTS = re.compile(TEXT)
COMMAND = re.compile(rf"tools\s*+\.\s*+(?:exec_command|shell_command|shell)\s*+\(\s*+\{{[^{{}}]{{0,2000}}?"
                     rf"[\"']?(?:cmd|command)[\"']?\s*+:\s*+({TEXT})")  # fmt: skip
ESCAPE = re.compile(r"\\([\s\S])")
ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "\n": ""}


class Change(NamedTuple):
    """What was done with a file: add, update, delete, move (from `source`) or write; lines where these are known."""

    kind: str
    path: str
    source: str = ""
    added: int = 0
    removed: int = 0


def changes(text: str) -> list[Change]:
    """Return what the patches in a text do."""
    found: list[Change] = []
    begin = text.find(BEGIN)
    for line in text[begin:].splitlines() if begin >= 0 else ():
        section = SECTION.match(line)
        if section:
            found.append(Change(KINDS[section[1]], section[2].strip()))
        elif found and line.startswith(MOVED):
            found[-1] = Change("move", line[len(MOVED) :].strip(), found[-1].path)
        elif found and line[:1] in {"+", "-"}:
            last, added = found[-1], line[0] == "+"
            found[-1] = last._replace(added=last.added + added, removed=last.removed + (not added))
        elif line == "*** End Patch":
            found.append(Change("", ""))  # lines that follow belong to no file
    return [one for one in found if one.kind]


def commands_in(code: str) -> Iterator[str]:
    """Give the commands that stand in code as they are."""
    for found in COMMAND.finditer(code[:MAX_CODE_CHARS]):
        yield _text(found[1])


def changes_in(code: str) -> list[Change]:
    """Return what the patches do that stand in code."""
    if BEGIN not in code or "apply_patch" not in code:
        return []
    texts = TEXTS.finditer(code[:MAX_CODE_CHARS])
    return [change for found in texts if BEGIN in found[0] for change in changes(_text(found[0]))]


def _text(literal: str) -> str:
    """Return the text that a literal of JavaScript stands for."""
    body = literal[1:-1]
    if literal[0] == '"':
        found = json_text(body.encode("utf-8", "replace"))
        if found is not None:
            return found
    return ESCAPE.sub(lambda escape: ESCAPED.get(escape[1], escape[1]), body)
