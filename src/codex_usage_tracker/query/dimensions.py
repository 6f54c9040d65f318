"""Every way to split the calls."""

from __future__ import annotations

from typing import NamedTuple


class Dimension(NamedTuple):
    """A way to split: `source` is the table that holds `sql` (`thread`, `profile`, `rate` or `time`)."""

    name: str
    label: str
    source: str
    sql: str
    doc: str


def _text(sql: str) -> str:
    """Return an expression whose unknown is NULL, not an empty text."""
    return f"nullif({sql}, '')"


DIMENSIONS = {
    dimension.name: dimension
    for dimension in (
        Dimension("model", "Model", "profile", _text("profile.model"), "The model that was asked for."),
        Dimension("effort", "Effort", "profile", _text("profile.effort"), "Reasoning effort; unknown: the model's."),
        Dimension("tier", "Tier", "profile", _text("profile.tier"), "Service tier that was asked for."),
        Dimension(
            "kind", "Kind", "profile", "profile.kind", "Turn, compaction, review, sub-agent, guardian, memory, sample."
        ),
        Dimension("basis", "Basis", "profile", "profile.basis", "Record, snapshot, gap, inherited or printed."),
        Dimension("origin", "Origin", "profile", "profile.origin", "Who caused the call: user, codex or unknown."),
        Dimension("reason", "Reason", "profile", "profile.reason", "What caused the call."),
        Dimension("thread", "Thread", "thread", "thread.thread_id", "One Codex thread."),
        Dimension(
            "root_thread", "Root thread", "thread", "coalesce(root.thread_id, thread.thread_id)",
            "The user's thread, with its sub-agents, reviews and guardians.",
        ),
        Dimension("project", "Project", "thread", "project.name", "The repository, or else the folder."),
        Dimension("project_tag", "Tags", "thread", _text("project.tags"), "The tags that `projects.json` gives it."),
        Dimension("directory", "Directory", "thread", "project.cwd", "The folder the thread began in."),
        Dimension("remote", "Git remote", "thread", _text("project.git_remote"), "The repository's remote."),
        Dimension("branch", "Branch", "thread", _text("thread.git_branch"), "The branch the thread began on."),
        Dimension("originator", "Originator", "thread", _text("client.originator"), "The program that began it."),
        Dimension("version", "Version", "thread", _text("client.version"), "The client that began the thread."),
        Dimension("provider", "Provider", "thread", _text("client.provider"), "The model provider."),
        Dimension("source", "Source", "thread", _text("client.source"), "How the thread was begun."),
        Dimension("role", "Role", "thread", _text("thread.role"), "A sub-agent's role."),
        Dimension("nickname", "Nickname", "thread", _text("thread.nickname"), "A sub-agent's nickname."),
        Dimension("account", "Account", "thread", _text("thread.account"), "The account, as a keyed hash."),
        Dimension(
            "history", "History", "thread", "iif(thread.archived, 'archived', 'active')", "Archived threads or active.",
        ),
        Dimension(
            "pricing_status", "Priced", "rate", "coalesce(rate.status, 'unpriced')", "Priced, estimated or unpriced.",
        ),
        Dimension(
            "credit_confidence", "Credits by", "rate", "coalesce(rate.confidence, 'missing')",
            "Exact, inferred, user_override or missing.",
        ),
        Dimension("priced_as", "Priced as", "rate", _text("rate.model"), "The model whose price was taken."),
        Dimension("assumed", "Assumed", "rate", _text("rate.assumed"), "Model, tier or date, where it was assumed."),
        Dimension("hour", "Hour", "time", "4", "Local hours."),
        Dimension("day", "Day", "time", "96", "Local days."),
        Dimension("week", "Week", "time", "672", "Local weeks, from Monday."),
        Dimension("month", "Month", "time", "0", "Local months."),
    )
}  # fmt: skip

SPELLINGS = {
    "date": "day",
    "cwd": "directory",
    "session": "root_thread",
    "parent_thread": "root_thread",
    "subagent_type": "kind",
    "agent_role": "role",
    "thread_source": "kind",
    "service_tier": "tier",
    "git_branch": "branch",
    "client_version": "version",
}
"""Names that other trackers use for the same."""
NAMES = (*DIMENSIONS, *SPELLINGS)


def named(name: str) -> Dimension:
    """Return a dimension by its name or another tracker's name for it; KeyError if there is none."""
    return DIMENSIONS[SPELLINGS.get(name, name)]
