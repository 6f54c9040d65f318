"""What a shell command does, part by part: labels, git, and the paths that it reads and writes."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from codex_usage_tracker.diagnostics import git, operands
from codex_usage_tracker.ingest import command_families as table
from codex_usage_tracker.ingest.commands import Command, runs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codex_usage_tracker.diagnostics.git import Git
    from codex_usage_tracker.diagnostics.operands import Write
    from codex_usage_tracker.ingest.commands import Run

ELSEWHERE = {
    "docker exec": "-e -u -w --env --user --workdir --env-file", "podman exec": "-e -u -w --env --user --workdir",
    "kubectl exec": "-c -n --container --namespace",
    "docker run": "-e -u -w -v -p --name --env --user --workdir --volume --publish --network --entrypoint --mount",
    "ssh": "-p -i -l -o -F -J -L -R -D -E -b -c -m -S -W",
}  # fmt: skip
"""Programs that run a command where paths mean other files, and their options whose value is the next word."""
TOUCHING = frozenset({"write", "build"})


class Act(NamedTuple):
    """A command of a shell text; `part` counts pipelines, paths are as seen from where the text ran.

    `reading` tells one way to read a file from another; `unseen` says that files may be written which are not named.
    """

    command: Command
    part: int
    git: Git | None = None
    reads: tuple[str, ...] = ()
    reading: str = ""
    writes: tuple[Write, ...] = ()
    unseen: bool = False


@lru_cache(maxsize=4096)
def acts(command: str | tuple[str, ...]) -> tuple[Act, ...]:
    """Return what a command does, in order; what only changes the folder is left out where there is more."""
    found, folder, part = [], "", -1
    for run in runs(command):
        part += not run.piped or part < 0
        if run.command.family in {"cd", "pushd"} and run.args and run.args[0][:1] not in "-$~":
            folder = operands.resolved(folder, run.args[0])
        found += list(_there(run, part)) or [_act(run, part, folder)]
    return tuple([one for one in found if one.command.family not in table.ASIDE] or found)


def _act(run: Run, part: int, folder: str) -> Act:
    interaction = git.of(run.command, run.args)
    given = list(operands.reads(run))
    reads = tuple(operands.resolved(folder, path) for path in given)
    writes = tuple(
        (kind, operands.resolved(folder, path), source and operands.resolved(folder, source))
        for kind, path, source in operands.writes(run)
    )
    reading = "\0".join(word for word in run.args if word not in given)
    if interaction:
        unseen = interaction.operation in git.IN_FILES and interaction.mutability != git.READ
    else:
        unseen = run.command.effect in TOUCHING and not writes and run.command.family != "apply_patch"
    return Act(run.command, part, interaction, reads, reading, writes, unseen)


def _there(run: Run, part: int) -> Iterator[Act]:
    """Give what a command does in another machine or container: its files are none of ours."""
    label, args = run.command.verb or run.command.family, run.args
    if label in {"docker compose", "docker-compose"} and args[:1] == ["exec"]:
        label, args = "docker exec", args[1:]
    words = _after(args, frozenset(ELSEWHERE[label].split())) if label in ELSEWHERE else []
    for inner in runs(" ".join(words) if label == "ssh" else words) if words else ():
        yield Act(inner.command, part, git.of(inner.command, inner.args))


def _after(args: list[str], valued: frozenset[str]) -> list[str]:
    """Return what follows `--`, or else the first argument that is no option."""
    if "--" in args:
        return args[args.index("--") + 1 :]
    skip = False
    for place, word in enumerate(args):
        if skip:
            skip = False
        elif word in valued:
            skip = True
        elif word[:1] != "-":
            return args[place + 1 :]
    return []
