"""Taking secrets out of an answer that is going to be shared, and the names by which its owner would be known."""

from __future__ import annotations

import getpass
import os
import re
import socket
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from codex_usage_tracker.evidence.redaction import redacted
from codex_usage_tracker.shapes import ready

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    Answer = TypeVar("Answer", bound=msgspec.Struct)

WORDS = frozenset({"schema", "status", "mode", "privacy_mode"})
"""Fields of which the program has chosen the text."""
ABSOLUTE = r"(?<![\w.])(?:~|[A-Za-z]:)?[/\\]"
"""How the path of a file begins, where a zone or a unit (Europe/Stockholm, MB/s) does not."""


def scrubbed(answer: Answer, paths: Iterable[str] = (), names: Iterable[str] = ()) -> Answer:
    """Return an answer without secrets in any text.

    Where there are `paths` to hide, no other absolute path stays either; names go where they stand as words.
    """
    rules = [(pattern, word) for pattern, word in ((_paths(paths), "[path]"), (_names(names), "[name]")) if pattern]

    def scrub(text: str) -> str:
        for pattern, word in rules:
            text = pattern.sub(word, text)
        return redacted(text)

    return msgspec.convert(_each(msgspec.to_builtins(answer), scrub), ready(type(answer)))


def _paths(known: Iterable[str]) -> re.Pattern[str] | None:
    longest_first = sorted((re.escape(path) for path in known if len(path) > 1), key=len, reverse=True)
    return re.compile(rf"(?:{'|'.join(longest_first)}|{ABSOLUTE})[^\s:'\"`]*") if longest_first else None


def _names(known: Iterable[str]) -> re.Pattern[str] | None:
    told = [re.escape(name) for name in known if name]
    return re.compile(rf"(?<![^\W_])(?:{'|'.join(told)})(?![^\W_])", re.IGNORECASE) if told else None


def _each(value: Any, scrub: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return scrub(value)
    if isinstance(value, list):
        return [_each(one, scrub) for one in value]
    if isinstance(value, dict):
        return {key: one if key in WORDS else _each(one, scrub) for key, one in value.items()}
    return value


def own_names() -> list[str]:
    """Return by what the user and the machine are known: the account, its folder, the host."""
    host = socket.gethostname()
    names = [os.path.basename(os.path.expanduser("~")), host, host.partition(".")[0]]
    with suppress(OSError, KeyError, ImportError):
        names.append(getpass.getuser())
    return names
