"""The table of safe labels for shell commands (in command_families.txt, which tells its form), taken apart."""

import os
import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple


class Command(NamedTuple):
    """A command by its labels; `verb` is empty where the family has no such label, `effect` is one of six words."""

    family: str
    verb: str
    effect: str


OTHER = Command("other", "", "other")
SCRIPT = Command("script", "", "other")


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_TARGETS = _set("make just task ninja invoke yarn pnpm bun")
"""Families whose verbs may also be what scripts of a project are called."""
AMBIGUOUS = _set("test build install watch start time host help script open serve join")
"""Programs whose names are also those of scripts."""
ASIDE = _set("cd pushd popd exit logout return break continue shift Set-Location Push-Location Pop-Location")
"""Families that are left out where there are others."""
KEYWORDS = _set("if then else elif elseif fi do done while until foreach { } ! coproc esac function try catch finally")
LOOPS = _set("for select case")
SHELLS = _set("bash sh zsh ksh fish su cmd powershell")
INTERPRETERS = _set("python node php ruby perl")
HOSTS = SHELLS | INTERPRETERS  # their options end with the first other argument
HOSTED = _set("manage.py artisan setup.py")
"""Scripts that are programs of their own for an interpreter."""
EXECUTORS = {"find": _set("-exec -execdir -ok -okdir"), "fd": _set("-x -X --exec --exec-batch")}
BUNDLED = _set("tar ar jar")
"""Programs whose first argument is options, with or without a dash."""
SINKS = _set("/dev/null -")
HELP = _set("--help --version")
READERS = _set(
    "cat tac head tail less nl bat wc sed awk grep rg ag ack git-grep ls find fd tree file stat du diff cmp comm sort"
    " uniq cut jq yq od xxd hexdump strings fzf ast-grep dir type findstr Get-Content Get-ChildItem Get-Item"
    " Select-String",
)
"""Families that read files."""
SEARCHERS = _set("rg grep ag ack git-grep find fd locate fzf ast-grep findstr Select-String")
"""Families that look for files or for text in them."""


def _sections() -> dict[str, dict[str, str]]:
    """Return the entries of each section by their labels."""
    with open(os.path.join(os.path.dirname(__file__), "command_families.txt"), encoding="utf-8") as file:
        parts = re.split(r"^\[(\w+)\]\n", re.sub(r"^#.*\n", "", file.read(), flags=re.MULTILINE), flags=re.MULTILINE)
    return {name: _entries(text) for name, text in zip(parts[1::2], parts[2::2], strict=True)}


def _entries(section: str) -> dict[str, str]:
    found = {}
    for entry in re.split(r"\n(?! )", section.strip()):
        labels, _, rest = " ".join(entry.split()).partition(": ")
        found.update(dict.fromkeys(labels.split(","), rest))
    return found


def _clauses(text: str) -> list[tuple[str, list[str]]]:
    return [(what, words) for what, *words in map(str.split, text.split("|"))]


def _spellings(words: list[str]) -> Iterator[tuple[str, str]]:
    for word in words:
        label, _, others = word.partition("=")
        for spelling in (label, *others.split(",")) if others else (label,):
            yield spelling, label


def _programs(topics: dict[str, str]) -> dict[str, Command]:
    found = {}
    for topic in topics.values():
        for effect, words in _clauses(topic):
            found.update({spelling.lower(): Command(label, "", effect) for spelling, label in _spellings(words)})
    return found


def _wrappers(section: dict[str, str]) -> dict[str, tuple[int, frozenset[str]]]:
    return {label: (int(rest[0]), _set(rest[1:])) for label, rest in section.items()}


_TABLE = _sections()
PROGRAMS = _programs(_TABLE["programs"])
OPTIONS = {label: _set(rest) for label, rest in _TABLE["options"].items()}
RUNNERS = _wrappers(_TABLE["runners"])
WRAPPERS = _wrappers(_TABLE["wrappers"]) | RUNNERS
_VERB_LINES, _RULE_LINES = _TABLE["verbs"], _TABLE["rules"]
INVOLVED = {*_VERB_LINES, *_TARGETS, *_RULE_LINES, *WRAPPERS, *SHELLS, *INTERPRETERS, *EXECUTORS}
"""Families, and verbs, for which it is not enough to know the program."""


@cache
def verbs_of(family: str) -> dict[str, Command]:
    """Return the commands of a family by their verbs, and by other spellings of those."""
    found: dict[str, Command] = {}
    for effect, words in _clauses(_RULE_LINES["npm run"]) if family in _TARGETS else ():
        names = (word for word in words if word in AMBIGUOUS or word not in PROGRAMS)
        found.update({name: Command(family, f"{family} {name}", effect) for name in names})
    for effect, words in _clauses(_VERB_LINES.get(family, "other")):
        found.update({word: Command(family, f"{family} {label}", effect) for word, label in _spellings(words)})
    return found


@cache
def rules_of(label: str) -> list[tuple[frozenset[str], str]]:
    """Return the words to look for among the arguments, and the effect that each group of them tells of."""
    line = _RULE_LINES.get(label)
    return [(frozenset(words), effect) for effect, words in _clauses(line)] if line else []
