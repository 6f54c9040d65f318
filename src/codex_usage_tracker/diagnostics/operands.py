"""Which arguments of a command are paths that it reads or writes; what is not surely one is none."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from codex_usage_tracker.ingest.commands import READERS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from codex_usage_tracker.ingest.commands import Run

    Write = tuple[str, str, str]
    """What was done, with which path, and from which one."""

LISTERS = frozenset("ls find fd tree file stat du dir fzf Get-ChildItem Get-Item".split())
"""Readers that tell of files, not what is in them."""
CONTENT = READERS - LISTERS
SEARCH = frozenset("grep rg ag ack git-grep ast-grep findstr Select-String".split())
"""Their operands may be folders too."""
PATTERN_FIRST = SEARCH | frozenset("sed awk jq yq perl".split())
PATTERN = frozenset("-e -f --regexp --file --expression --from-file --files --regex -Pattern".split())
"""Options after which the first operand is no pattern."""
GREP = "-e -f -A -B -C -m -d -D --regexp --file --include --exclude --exclude-dir --context --max-count"
VALUED = {
    label: frozenset(words.split())
    for labels, words in (
        ("grep git-grep ack ag", GREP),
        ("rg", f"{GREP} -g -t -T -M -j -r -E --glob --iglob --type --type-not --max-depth --sort --replace -d"),
        ("head tail", "-n -c --lines --bytes"),
        ("sed", "-e -f --expression --file -l"),
        ("perl", "-e -I"),
        ("awk", "-F -v -f --file --assign"),
        ("jq", "-f --from-file --indent -L"),
        ("bat", "-l -r -H --language --line-range --style --theme --color --paging --tabs --wrap"),
        ("nl", "-b -d -f -h -i -l -n -s -v -w"),
        ("strings", "-n -t -e --bytes"),
        ("xxd", "-l -s -c -g -o -b"),
        ("od hexdump", "-A -j -N -n -s -t -e -w"),
        ("cut", "-d -f -c -b --delimiter --fields --output-delimiter"),
        ("sort", "-k -t -o -S -T --key --field-separator"),
        ("uniq", "-f -s -w"),
        ("diff cmp comm", "-U -C -I -x -X -W --label"),
        ("truncate touch", "-s -r -d -t --size --reference --date"),
        ("mkdir", "-m --mode"),
        ("cp mv", "-S --suffix"),
        ("Get-Content", "-TotalCount -Tail -Encoding -Head"),
        ("Select-String", "-Pattern -Context -Encoding"),
    )
    for label in labels.split()
}  # fmt: skip
TWO_VALUES = frozenset({"--arg", "--argjson", "--slurpfile", "--rawfile"})
UNSURE = re.compile(r"[$`*?\[\]{}<>|;&\"'\\\x00-\x1f]|^-|^/dev/|^\d+,?\d*p?$|://")
NAME = re.compile(r"[\w.@+,=~#%()! -]{1,120}\Z")
FILE_NAME = re.compile(r"(?:.*\.\w{1,12}|\..+|[A-Z]\w*file|README|LICENSE|CHANGELOG|NOTICE|TODO)\Z", re.IGNORECASE)
DRIVE = re.compile(r"^[A-Za-z]:[\\/]")


def reads(run: Run) -> Iterator[str]:
    """Give the paths whose content a command reads."""
    family = run.command.family
    if family not in CONTENT or run.command.effect == "write":
        return
    for word in _paths(family, run.args):
        if family not in SEARCH or FILE_NAME.match(posixpath.basename(word)):
            yield word


def writes(run: Run) -> Iterator[Write]:
    """Give what a command does with files that it names."""
    yield from (("write", path, "") for path in _surely(run.files))
    family, paths = run.command.family, _paths(run.command.family, run.args)
    if family in {"rm", "rmdir"}:
        yield from (("delete", path, "") for path in paths)
    elif family in {"tee", "touch", "mkdir", "truncate"}:
        yield from (("write", path, "") for path in paths)
    elif family in {"mv", "cp"}:
        for path in paths[:-1]:
            target = paths[-1] if len(paths) == 2 else posixpath.join(paths[-1], posixpath.basename(path))  # noqa: PLR2004
            yield ("move", target, path) if family == "mv" else ("write", target, "")
    elif family in {"sed", "perl"} and run.command.effect == "write":
        yield from (("update", path, "") for path in paths)


def _paths(family: str, args: Sequence[str]) -> list[str]:
    """Return the operands of a command that are surely paths."""
    valued, found, skipped = VALUED.get(family, frozenset()), list[str](), 0
    for place, word in enumerate(args):
        if skipped:
            skipped -= 1
        elif word == "--":
            found += args[place + 1 :]
            break
        elif word in TWO_VALUES:
            skipped = 2
        elif word in valued:
            skipped = 1
        elif word and word[0] not in "-+":
            found.append(word)
    has_pattern = family in PATTERN_FIRST and not any(_is_pattern(word) for word in args)
    return list(_surely(found[1:] if has_pattern else found))


def _is_pattern(word: str) -> bool:
    return word.partition("=")[0] in PATTERN or bool(re.match(r"-[a-z]*e$", word))


def _surely(words: Sequence[str]) -> Iterator[str]:
    for given in words:
        word = given.replace("\\", "/") if DRIVE.match(given) else given
        if word and not UNSURE.search(word) and NAME.match(posixpath.basename(word.rstrip("/")) or "/"):
            yield word


def resolved(folder: str, path: str) -> str:
    """Return a path as seen from a folder, in its simplest form."""
    return path if DRIVE.match(path) or path[0] == "~" else posixpath.normpath(posixpath.join(folder, path))
