"""What a command did with git or GitHub: the operation, its category, and whether it changes something."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from codex_usage_tracker.ingest.commands import Command

READ, LOCAL, REMOTE, UNKNOWN = "read_only", "local_mutation", "remote_mutation", "unknown"
BY_EFFECT = {"read": READ, "write": LOCAL}
WITH_REMOTES = {"fetch": LOCAL, "pull": LOCAL, "clone": LOCAL, "submodule": LOCAL, "push": REMOTE, "ls-remote": READ}
IN_FILES = frozenset(
    "checkout switch restore reset stash merge rebase pull cherry-pick revert apply am clean mv rm submodule".split(),
)
"""Operations that may change files of the work tree."""
TOPICS = {
    "pr": "pull_request", "issue": "issue", "release": "release", "repo": "repository", "workflow": "workflow",
    "run": "workflow", "cache": "workflow", "api": "api", "auth": "auth_config", "config": "auth_config",
    "secret": "auth_config", "variable": "auth_config", "ssh-key": "auth_config", "gpg-key": "auth_config",
    "alias": "auth_config", "extension": "auth_config",
}  # fmt: skip
HERE = frozenset({"auth", "config", "alias", "extension"})
"""Topics whose changes are of this machine alone."""
READS = frozenset("list view status diff checks watch browse search get token ls show verify".split())
WRITES_HERE = frozenset("checkout clone download set-default".split())
CHANGES = frozenset(
    "create edit close merge reopen comment delete review ready lock unlock pin unpin transfer fork rename archive"
    " unarchive sync upload run enable disable rerun cancel login logout refresh setup-git switch set add remove import"
    " install upgrade develop update-branch revert".split(),
)
FIELDS = ("-f", "-F", "--field", "--raw-field", "--input")


class Git(NamedTuple):
    """An interaction with git or GitHub."""

    program: str
    operation: str
    category: str
    mutability: str


def of(command: Command, args: Sequence[str]) -> Git | None:
    """Return what a command does with git or GitHub, None if it is another command."""
    verb = command.verb.partition(" ")[2]
    if command.family == "git":
        return _git(verb, BY_EFFECT.get(command.effect, UNKNOWN), args)
    return _github(verb, args) if command.family == "gh" else None


def _git(verb: str, mutability: str, args: Sequence[str]) -> Git:
    if verb in WITH_REMOTES:
        dry = "--dry-run" in args or (verb in {"push", "fetch"} and "-n" in args)
        asks = dry or (verb == "submodule" and mutability == READ)
        return Git("git", verb, "remote_ref", READ if asks else WITH_REMOTES[verb])
    return Git("git", verb or "other", mutability if verb else "other", mutability)


def _github(topic: str, args: Sequence[str]) -> Git:
    category = TOPICS.get(topic, "other")
    if topic == "api":
        return Git("gh", "api", category, _of_api(args))
    action = next((word for word in args if word in READS | WRITES_HERE | CHANGES), "")
    if topic in {"browse", "search", "status"} or action in READS:
        mutability = READ
    elif action:
        mutability = LOCAL if action in WRITES_HERE or topic in HERE else REMOTE
    else:
        mutability = UNKNOWN
    return Git("gh", " ".join(filter(None, (topic, action))) or "other", category, mutability)


def _of_api(args: Sequence[str]) -> str:
    """Return whether a request changes something: a method that is named, or fields that make it a POST."""
    for word, value in zip(args, (*args[1:], ""), strict=True):
        for option in ("-X", "--method"):
            if word == option or word.startswith((f"{option}=", "-X")):
                method = value if word == option else word.removeprefix(option).lstrip("=")
                return READ if method.upper() in {"GET", "HEAD"} else REMOTE
    return REMOTE if any(word.partition("=")[0] in FIELDS for word in args) else READ
